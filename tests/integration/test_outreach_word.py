# SPDX-License-Identifier: Apache-2.0
"""The customer's word and the calendar: days are the customer's own, and a word that came true stops holding."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.integration import book
from tests.integration.book import TUESDAY

from conserje.data.arrangements.models import PaymentClaim, PromiseToPay
from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements import policy as rules
from conserje.domain.kit.money import Money
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.arrangements import claim, policy, promise, word
from conserje.services.outreach import sweep
from conserje.services.receivables import invoice as invoices
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting

# Tuesday 17 November 2026, 20:30 in Bogota: already Wednesday in UTC.
EVENING = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)
TODAY = date(2026, 11, 17)


def promised(
    creditor: Creditor,
    customer: Customer,
    on: date,
    *,
    now: datetime = TUESDAY,
    invoice_ids: tuple[int, ...] = (),
) -> None:
    promise.make(
        creditor_id=creditor.id,
        customer_id=customer.id,
        invoice_ids=invoice_ids,
        promised_on=on,
        through="portal",
        now=now,
    )


def claimed(creditor: Creditor, customer: Customer, on: date | None, *, now: datetime = TUESDAY) -> None:
    claim.make(creditor_id=creditor.id, customer_id=customer.id, invoice_ids=[], said=claim.Said(on), now=now)


def pay(creditor: Creditor, customer: Customer, minor: int) -> None:
    payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=customer.id,
            source="bank",
            external_id="1",
            amount=Money("COP", minor),
            value_on=TODAY,
            roads=(Road(RoadName.PERSON, "1"),),
        ),
        now=TUESDAY,
    )


def state_of_promise(creditor: Creditor) -> str:
    with acting(creditor_id=creditor.id):
        return PromiseToPay.objects.get().state


def in_parts(creditor: Creditor, customer: Customer) -> int:
    new = NewInvoice(
        customer_id=customer.id,
        number="FE-PARTES",
        total=Money("COP", 300),
        dues=(Due(TODAY - timedelta(days=5), Money("COP", 100)), Due(date(2027, 2, 1), Money("COP", 200))),
    )
    with acting(creditor_id=creditor.id):
        return next(
            iter(invoices.open_many(creditor_id=creditor.id, invoices=[new], now=TUESDAY).ids.values())
        )


LATEST_DAYS = rules.DEFAULT["promises"]["latest_days"]


def test_in_the_evening_today_may_still_be_promised_and_yesterday_may_not(creditor: Creditor) -> None:
    panaderia = book.customer(creditor)
    promised(creditor, panaderia, TODAY, now=EVENING)
    with pytest.raises(promise.Refused):
        promised(creditor, panaderia, TODAY - timedelta(days=1), now=EVENING)
    promised(creditor, panaderia, TODAY + timedelta(days=LATEST_DAYS), now=EVENING)
    with pytest.raises(promise.Refused):
        promised(creditor, panaderia, TODAY + timedelta(days=LATEST_DAYS + 1), now=EVENING)


def test_a_payment_is_told_of_by_the_days_of_who_tells_it(creditor: Creditor) -> None:
    with pytest.raises(claim.Refused):
        claimed(creditor, book.customer(creditor), TODAY + timedelta(days=1), now=EVENING)
    tokyo = book.customer(creditor, "Tienda Lejana", time_zone="Asia/Tokyo")
    claimed(creditor, tokyo, TODAY + timedelta(days=1), now=datetime(2026, 11, 17, 23, 0, tzinfo=UTC))


def test_a_claim_without_a_day_is_dated_where_it_was_made(creditor: Creditor) -> None:
    panaderia = book.customer(creditor)
    claimed(creditor, panaderia, None, now=EVENING)
    with acting(creditor_id=creditor.id):
        (given,) = word.given(creditor_id=creditor.id, customer_id=panaderia.id)
    assert given.on == TODAY


def test_a_promise_is_broken_on_the_morning_on_which_its_amount_may_be_asked_for_again(
    creditor: Creditor,
) -> None:
    book.set_up(creditor, world=None)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    promised(creditor, panaderia, date(2026, 11, 20))
    last_evening = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)

    promise.judge_due(creditor_id=creditor.id, now=last_evening)
    assert state_of_promise(creditor) == "open"
    promise.judge_due(creditor_id=creditor.id, now=last_evening + timedelta(hours=1))
    assert state_of_promise(creditor) == "broken"


@pytest.mark.parametrize(("minor", "state"), [(60, "open"), (100, "kept")])
def test_a_promise_for_everything_is_about_what_was_due_by_its_day(
    creditor: Creditor, minor: int, state: str
) -> None:
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-60), minor=300)
    promised(creditor, panaderia, date(2026, 11, 20))
    pay(creditor, panaderia, minor)
    assert state_of_promise(creditor) == state


@pytest.mark.parametrize(("minor", "state"), [(60, "open"), (100, "kept")])
def test_a_promise_for_an_invoice_in_parts_is_about_the_part_that_was_due(
    creditor: Creditor, minor: int, state: str
) -> None:
    panaderia = book.customer(creditor)
    invoice_id = in_parts(creditor, panaderia)
    promised(creditor, panaderia, date(2026, 11, 20), invoice_ids=(invoice_id,))
    pay(creditor, panaderia, minor)
    assert state_of_promise(creditor) == state


def test_a_promise_for_an_invoice_not_yet_due_waits_for_the_invoice(creditor: Creditor) -> None:
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    later = book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-60), minor=300)
    promised(creditor, panaderia, date(2026, 11, 20), invoice_ids=(later,))
    pay(creditor, panaderia, 100)
    assert state_of_promise(creditor) == "open"


def test_a_claim_that_came_true_does_not_hold_next_months_invoice(creditor: Creditor) -> None:
    book.set_up(creditor, world=None)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-60), minor=300)
    claimed(creditor, panaderia, TODAY)
    pay(creditor, panaderia, 100)
    with acting(creditor_id=creditor.id):
        assert PaymentClaim.objects.get().answer == "found"


def test_a_claim_holds_while_something_it_was_about_is_open(creditor: Creditor) -> None:
    book.set_up(creditor, world=None)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    claimed(creditor, panaderia, TODAY)
    pay(creditor, panaderia, 99)
    sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
    with acting(creditor_id=creditor.id):
        assert PaymentClaim.objects.get().answered_at is None
        assert not Touch.objects.exists()


def broken(creditor: Creditor, customer: Customer, *, times: int) -> None:
    """The customer's word was not kept so often, a week each time."""
    for turn in range(times):
        now = TUESDAY + timedelta(days=7 * turn)
        promised(creditor, customer, now.date(), now=now)
        promise.judge_due(creditor_id=creditor.id, now=now + timedelta(days=4))


def test_after_two_broken_promises_only_a_person_takes_one(creditor: Creditor) -> None:
    book.set_up(creditor, world=None)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    broken(creditor, panaderia, times=2)
    now = TUESDAY + timedelta(days=20)

    with pytest.raises(promise.Refused, match="promise_by_person"):
        promised(creditor, panaderia, now.date(), now=now)
    said = promise.Word(now.date(), "collector", rail="card", by="person:1")
    (taken,) = promise.take(
        creditor_id=creditor.id, customer_id=panaderia.id, invoice_ids=[], word=said, now=now
    )
    with acting(creditor_id=creditor.id):
        row = PromiseToPay.objects.get(id=taken)
    assert (row.made_by, row.grace_days, row.state) == ("person:1", 1, "open")


def test_policy_says_how_far_ahead_and_how_often(creditor: Creditor) -> None:
    content = {**rules.DEFAULT, "promises": {"latest_days": 10, "broken_max": 0}}
    policy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)
    panaderia = book.customer(creditor)

    with pytest.raises(promise.Refused, match="promise_too_late"):
        promised(creditor, panaderia, TODAY + timedelta(days=11))
    with pytest.raises(promise.Refused, match="promise_by_person"):
        promised(creditor, panaderia, TODAY)


@pytest.mark.parametrize(("minor", "state"), [(0, "broken"), (60, "partly_kept")])
def test_some_of_it_paid_is_a_promise_kept_in_part(creditor: Creditor, minor: int, state: str) -> None:
    book.set_up(creditor, world=None)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    promised(creditor, panaderia, date(2026, 11, 20))
    if minor:
        pay(creditor, panaderia, minor)

    promise.judge_due(creditor_id=creditor.id, now=TUESDAY + timedelta(days=6))

    assert state_of_promise(creditor) == state
