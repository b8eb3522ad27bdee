# SPDX-License-Identifier: Apache-2.0
"""What waits and is not right any more: it goes by itself, blocks nobody, and does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from tests.integration import book, visitor
from tests.integration.book import TUESDAY

from conserje.channels.email_smtp.adapter import SmtpCarrier
from conserje.cli.creditor import creditor as creditor_command
from conserje.data.outreach.models import Episode, Review, Touch
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.ports.registry import carriers
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.receivables.payment import Received, Reversal, ReversalKind, Road, RoadName
from conserje.services.arrangements import promise
from conserje.services.outreach import draft, review, send, strategy, sweep, telling
from conserje.services.receivables import invoice as invoices
from conserje.services.receivables import payment
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.clear_messages()
    return shared_world


def run(creditor: Creditor, *, day: int) -> None:
    moment = TUESDAY + day * DAY
    promise.judge_due(creditor_id=creditor.id, now=moment)
    sweep.sweep(creditor_id=creditor.id, now=moment)
    send.send_due(creditor_id=creditor.id, clock=book.at(moment))


def touches(creditor: Creditor) -> list[tuple[str, str, str]]:
    with acting(creditor_id=creditor.id):
        return list(Touch.objects.order_by("id").values_list("step", "state", "reason"))


def waiting(creditor: Creditor) -> list[int]:
    with acting(creditor_id=creditor.id):
        return [item.touch_id for item in draft.waiting(creditor_id=creditor.id)]


def adopt(creditor: Creditor, **changes: Any) -> None:
    with acting(creditor_id=creditor.id):
        content = strategy.default() | changes
        strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=TUESDAY)


def pay(creditor: Creditor, customer_id: int, minor: int, *, after: timedelta = timedelta(hours=1)) -> int:
    return payment.record(
        creditor_id=creditor.id,
        received=Received(
            customer_id=customer_id,
            source="bank",
            external_id="1",
            amount=Money("COP", minor),
            value_on=TUESDAY.date(),
            roads=(Road(RoadName.PERSON, "1"),),
        ),
        now=TUESDAY + after,
    ).payment_id


def in_parts(creditor: Creditor, customer: Customer, *parts: tuple[date, int]) -> None:
    new = NewInvoice(
        customer_id=customer.id,
        number="FE-PARTES",
        total=Money("COP", sum(minor for _, minor in parts)),
        dues=tuple(Due(on, Money("COP", minor)) for on, minor in parts),
    )
    with acting(creditor_id=creditor.id):
        invoices.open_many(creditor_id=creditor.id, invoices=[new], now=TUESDAY)
        review.wake_many(creditor_id=creditor.id, customer_ids=[customer.id], now=TUESDAY, reason="test")


def test_a_draft_that_a_person_refused_does_not_come_back(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    run(creditor, day=0)
    draft.refuse(creditor_id=creditor.id, touch_ids=waiting(creditor), by="person:1", now=TUESDAY)

    for day in range(1, 30):
        run(creditor, day=day)

    assert touches(creditor) == [("friendly", "suppressed", "refused_by_person")]
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id,
            customer_id=panaderia.id,
            now=TUESDAY + DAY,
            until=date(2027, 3, 1),
        )
    assert [(item.kind.value, item.reasons[-1].code) for item in told.coming] == [
        ("ended", "refused_by_person")
    ]


def test_a_reminder_nobody_approved_makes_room_for_the_letter_after_the_date(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, mode="draft")
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(-3))

    for day in range(12):
        run(creditor, day=day)

    assert touches(creditor) == [
        ("preventive", "suppressed", "day_passed"),
        ("friendly", "proposed", ""),
    ]


def test_a_promise_takes_the_waiting_draft_back_until_it_is_broken(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    run(creditor, day=0)
    promise.make(
        creditor_id=creditor.id,
        customer_id=panaderia.id,
        invoice_ids=[],
        promised_on=date(2026, 11, 20),
        through="portal",
        now=TUESDAY,
    )

    run(creditor, day=1)
    assert touches(creditor) == [("friendly", "suppressed", "left_alone_promise")]
    for day in range(2, 9):
        run(creditor, day=day)
    assert touches(creditor)[1:] == [("friendly", "proposed", "")]


def test_a_draft_about_a_part_that_was_paid_goes_and_the_next_part_gets_one_of_its_own(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    in_parts(creditor, panaderia, (date(2026, 11, 12), 100), (date(2027, 2, 1), 200))
    run(creditor, day=0)
    pay(creditor, panaderia.id, 100)

    for day in range(1, 85):
        run(creditor, day=day)

    assert [(step, state) for step, state, _ in touches(creditor)] == [
        ("friendly", "suppressed"),
        ("preventive", "suppressed"),
        ("friendly", "proposed"),
    ]
    with acting(creditor_id=creditor.id):
        assert Episode.objects.filter(closed_at=None).count() == 1


def test_a_payment_closes_no_case_in_which_a_reminder_waits(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    content = strategy.default()
    content["steps"][0]["day"] = -12
    adopt(creditor, steps=content["steps"], preventive_days=14)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(-10), minor=500)
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-60), minor=300)
    run(creditor, day=0)

    pay(creditor, panaderia.id, 100)
    run(creditor, day=1)

    assert touches(creditor) == [("preventive", "proposed", "")]
    with acting(creditor_id=creditor.id):
        assert Episode.objects.get().closed_at is None


@pytest.mark.parametrize(("ahead", "closed"), [(7, False), (8, True)])
def test_whether_a_payment_closes_the_case_goes_by_the_day_where_the_customer_is(
    creditor: Creditor, world: World, ahead: int, closed: bool
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    book.invoice(creditor, panaderia, "FE-2", due_on=book.days_late(-ahead), minor=300)
    run(creditor, day=0)

    # Ten in the evening in Bogota, where the creditor is; elsewhere it is the next day.
    pay(creditor, panaderia.id, 100, after=timedelta(hours=12))

    with acting(creditor_id=creditor.id):
        assert (Episode.objects.get().closed_at is not None) is closed


def test_money_that_went_back_is_not_thanked_for(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(-60), minor=100)
    payment_id = pay(creditor, panaderia.id, 100, after=timedelta(0))
    bounced = Reversal(ReversalKind.BOUNCE, "b-1", Money("COP", 100), TUESDAY.date())
    payment.reverse(
        creditor_id=creditor.id, payment_id=payment_id, reversal=bounced, actor="system", now=TUESDAY
    )

    run(creditor, day=0)

    assert [state for _, state, _ in touches(creditor)] == ["suppressed"]
    assert world.messages() == []


def test_a_carrier_that_is_installed_and_not_set_up_is_given_nothing(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world)
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    others = [SmtpCarrier(name=name) for name in ("another_mail", "zz_mail")]
    for other in others:
        carriers.add(other.name, other)
    try:
        run(creditor, day=0)
        pay(creditor, panaderia.id, 100)
        run(creditor, day=1)
    finally:
        for other in others:
            del carriers._adapters[other.name]

    with acting(creditor_id=creditor.id):
        assert set(Touch.objects.values_list("carrier", "state")) == {("email_smtp", "accepted")}


def test_a_book_that_is_only_simulated_thanks_nobody(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="simulate")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5), minor=100)
    pay(creditor, panaderia.id, 100)
    run(creditor, day=1)
    assert (touches(creditor), world.messages()) == ([], [])


def test_a_contact_of_a_step_that_is_gone_is_told_without_it(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, mode="draft")
    panaderia = book.customer(creditor)
    book.invoice(creditor, panaderia, "FE-1", due_on=book.days_late(5))
    run(creditor, day=0)
    adopt(creditor, steps=[{**strategy.default()["steps"][1], "key": "kind_word"}])
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id, customer_id=panaderia.id, now=TUESDAY, until=date(2027, 3, 1)
        )
    assert told.held_letter == ""
    assert [item.contact.step for item in told.coming if item.contact] == ["kind_word"]


def test_a_mail_server_set_up_after_the_import_is_used_at_once(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=None)
    visitor.set_clock(creditor, TUESDAY)
    book.invoice(creditor, book.customer(creditor), "FE-1", due_on=book.days_late(5))
    run(creditor, day=0)
    assert touches(creditor) == []

    mail = ["mail", "--host", "127.0.0.1", "--port", str(world.smtp_port), "--security", "none"]
    assert CliRunner().invoke(creditor_command, mail).exit_code == 0

    with acting(creditor_id=creditor.id):
        due = Review.objects.get().next_review_at
    assert due == TUESDAY
