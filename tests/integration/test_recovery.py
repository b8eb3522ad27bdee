# SPDX-License-Identifier: Apache-2.0
"""Failed charges in the books: tried in silence, written about at most four times, and left alone when they end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.integration import book, plans, recovery_book
from tests.integration.recovery_book import (
    MONDAY,
    PRICE,
    Whose,
    end,
    failed,
    invoiced,
    mandate,
    orders,
    seen,
    shopper,
)

from conserje.data.outreach.models import Episode, Hold, Touch
from conserje.data.recovery.models import ChargeAttempt, FailedPayment
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements.settlement import Offer
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Decline
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.domain.recovery.failure import Refusal
from conserje.services.arrangements import agreed_words, agreement
from conserje.services.arrangements.speaker import Speaker
from conserje.services.integrations import failed_charges
from conserje.services.outreach import send, sweep, telling
from conserje.services.receivables import payment
from conserje.services.receivables.verify import verify
from conserje.services.recovery import cancel, card, listing, pause
from conserje.services.tenancy.act import acting
from conserje.testing.world.handle import World

PAYDAY = MONDAY + timedelta(days=6)
BOGOTA = zone("America/Bogota")


def _paid(creditor: Creditor, customer_id: int, **given: str) -> None:
    reference = given.pop("reference", "T-1")
    received = Received(
        customer_id=customer_id,
        source=given.pop("source", "bank"),
        external_id=reference,
        amount=PRICE,
        value_on=MONDAY.date(),
        roads=(Road(RoadName.PERSON, reference),),
        reference=reference,
        **given,
    )
    payment.record(creditor_id=creditor.id, received=received, now=MONDAY + timedelta(days=1))


def test_a_refused_charge_is_tried_in_silence_on_the_morning_of_the_payday(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id))
    assert (row.state, row.decline, row.why) == ("retrying", "retry_timed", "code:51")
    assert row.next_try_at is not None
    local = row.next_try_at.astimezone(BOGOTA)
    assert (local.date(), 7 <= local.hour < 10) == (date(2026, 3, 15), True)
    assert orders(creditor, row.next_try_at - timedelta(seconds=1)) == []
    (order,) = orders(creditor, row.next_try_at)
    assert (order.ref, order.shares[0].amount) == (row.id, PRICE)
    assert orders(creditor, row.next_try_at) == [order], "the same order again is the same charge"
    sweep.sweep(creditor_id=creditor.id, now=PAYDAY)
    assert not Touch.objects.filter(creditor=creditor).exists(), (
        "nobody is written to while we try in silence"
    )


@pytest.mark.parametrize("how", ["plan", "settlement"])
def test_what_was_arranged_meanwhile_takes_the_place_of_the_charge(creditor: Creditor, how: str) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    bill = invoiced(creditor, sofia)
    row = failed(creditor, Whose(sofia.id, bill, mandate(creditor, sofia).id))
    assert row.next_try_at is not None
    if how == "plan":
        wish = plans.wish(2, currency="COP", first_on=PAYDAY.date() + timedelta(days=9))
        plans.take(creditor, sofia, wish, now=MONDAY)
    else:
        _settled(creditor, sofia.id, bill)
    assert orders(creditor, row.next_try_at) == []


def _settled(creditor: Creditor, customer_id: int, bill: int) -> None:
    """Half of the invoice by the end of the month, and no more is asked for."""
    half, by = Money("COP", PRICE.minor // 2), PAYDAY.date() + timedelta(days=15)
    with acting(creditor_id=creditor.id):
        text = agreed_words.of_settlement(
            creditor_id=creditor.id,
            customer_id=customer_id,
            offer=Offer((bill,), PRICE, half, by),
            numbers=("SUS-1",),
            locale="es_CO",
        )
        sums = agreement.Sums(half.minor, 0, PRICE.minor - half.minor)
        new = agreement.New(customer_id, "COP", sums, {bill: PRICE.minor}, by, text)
        speaker = Speaker("customer", "203.0.113.7", customer_id)
        agreement.conclude(creditor_id=creditor.id, new=new, by=speaker, now=MONDAY)


def test_letters_begin_when_tries_end_and_are_four_at_most_in_21_days_as_told(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    recovery_book.automatic(creditor)
    sofia = shopper(creditor)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id))
    assert row.next_try_at is not None
    (order,) = orders(creditor, row.next_try_at)
    end(creditor, order, row.next_try_at, Decline.UPDATE_CARD)
    row = seen(creditor, row.id)
    assert (row.state, row.not_tried, row.tried) == ("contacting", "class.update_card", 1)
    now = row.contacting_at
    assert now is not None
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id, customer_id=sofia.id, now=now, until=now.date() + timedelta(days=60)
        )
    letters = [one.contact.letter for one in told.coming if one.contact is not None]
    days = [one.contact.on for one in told.coming if one.contact is not None]
    assert letters == ["card_failed", "card_again", "card_ways", "card_pause"]
    assert (days[-1] - now.date()).days <= 21
    assert told.strategy.startswith("shoppers ")
    assert pause.end_due(creditor_id=creditor.id, now=now + timedelta(days=20)) == 0
    assert pause.end_due(creditor_id=creditor.id, now=now + timedelta(days=21)) == 1
    row = seen(creditor, row.id)
    assert row.state == "paused"
    swept = sweep.sweep(creditor_id=creditor.id, now=now + timedelta(days=22))
    assert not swept.touches


def test_what_needs_the_customer_is_written_about_at_once_and_never_tried(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    whose = Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id)
    row = failed(creditor, whose, refusal=Refusal("visa", "54"))
    assert (row.state, row.decline, row.next_try_at) == ("contacting", "update_card", None)
    assert orders(creditor, MONDAY + timedelta(days=400)) == []


@pytest.mark.parametrize("tries_before", [None, 3, 9])
def test_it_is_not_tried_when_tries_are_unknown_or_used_up(
    creditor: Creditor, tries_before: int | None
) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    whose = Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id)
    row = failed(creditor, whose, tries_before=tries_before)
    wanted = "history_incomplete" if tries_before is None else "too_far_off"
    assert (row.state, row.not_tried) == ("contacting", wanted)


def test_one_charge_at_a_time_for_a_card(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    token = mandate(creditor, sofia).id
    rows = [failed(creditor, Whose(sofia.id, invoiced(creditor, sofia, f"SUS-{n}"), token)) for n in range(2)]
    late = max(row.next_try_at for row in rows if row.next_try_at is not None)
    assert len(orders(creditor, late)) == 1


def test_a_told_charge_and_a_told_end_count_once(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    whose = Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id)
    row = failed(creditor, whose)
    assert failed(creditor, whose).id == row.id
    assert row.next_try_at is not None
    (order,) = orders(creditor, row.next_try_at)
    for _ in range(3):
        end(creditor, order, row.next_try_at)
    assert seen(creditor, row.id).tried == 1
    with acting(creditor_id=creditor.id):
        assert ChargeAttempt.objects.filter(creditor=creditor).count() == 2


def test_a_disputed_or_promised_invoice_is_not_charged(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id))
    assert row.next_try_at is not None
    with acting(creditor_id=creditor.id):
        Hold.objects.create(
            creditor=creditor,
            customer=sofia,
            reason="asked",
            until=None,
            placed_by="person:1",
            placed_at=MONDAY,
        )
    assert orders(creditor, row.next_try_at) == []


def test_a_new_card_is_charged_once_now_and_what_was_paused_goes_on(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    whose = Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id)
    row = failed(creditor, whose, refusal=Refusal("visa", "54"))
    pause.place(creditor_id=creditor.id, failed_payment_id=row.id, by="person:1", now=MONDAY)
    fresh = mandate(creditor, sofia, "fp_new", last4="1881", expires_on=date(2029, 1, 31))
    later = MONDAY + timedelta(days=2)
    for wanted in (1, 0):
        with acting(creditor_id=creditor.id):
            assert card.updated(creditor_id=creditor.id, mandate_id=fresh.id, now=later) == wanted
    (order,) = orders(creditor, later)
    assert order.mandate_id == fresh.id
    end(creditor, order, later, None)
    assert orders(creditor, later + timedelta(days=40)) == []


def test_cancelling_stops_charges_letters_and_the_mandate_at_once(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    recovery_book.automatic(creditor)
    sofia = shopper(creditor)
    given = mandate(creditor, sofia)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), given.id))
    assert row.next_try_at is not None
    for _ in range(2):
        cancel.execute(creditor_id=creditor.id, customer_id=sofia.id, by="customer", now=MONDAY)
    row = seen(creditor, row.id)
    assert (row.state, row.ended_by) == ("cancelled", "customer")
    assert orders(creditor, MONDAY + timedelta(days=400)) == []
    sweep.sweep(creditor_id=creditor.id, now=MONDAY + timedelta(days=30))
    with acting(creditor_id=creditor.id):
        given.refresh_from_db()
        assert given.state == "ended"
        assert [one.letter for one in Touch.objects.filter(creditor=creditor)] == ["subscription_cancelled"]
        assert not cancel.standing(creditor_id=creditor.id, customer_id=sofia.id).open
        with pytest.raises(IntegrityError), transaction.atomic():
            FailedPayment.objects.filter(id=row.id).update(reason="contact")


@pytest.mark.parametrize(("given", "reason"), [({}, "customer_paid"), ({"method": "pse"}, "customer_paid")])
def test_one_reason_for_each_invoice(creditor: Creditor, given: dict[str, str], reason: str) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id))
    _paid(creditor, sofia.id, **given)
    row = seen(creditor, row.id)
    assert (row.state, row.reason, row.next_try_at) == ("recovered", reason, None)
    assert row.payment_id is not None


def test_tries_are_only_added(creditor: Creditor) -> None:
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), None))
    with acting(creditor_id=creditor.id), pytest.raises(DatabaseError), transaction.atomic():
        ChargeAttempt.objects.filter(creditor=creditor).update(approved=True)


def test_a_card_that_ends_is_told_of_thirty_seven_and_one_day_before(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    invoiced(creditor, sofia)
    mandate(creditor, sofia, expires_on=MONDAY.date() + timedelta(days=30))
    planned = [
        day for day in range(32) if card.warn_due(creditor_id=creditor.id, now=MONDAY + timedelta(days=day))
    ]
    assert planned == [0, 23, 29]


@pytest.mark.parametrize("owes", [True, False], ids=["owes", "owes nothing"])
def test_the_warning_leaves_whatever_is_owed(creditor: Creditor, world: World, owes: bool) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia, tuesday = shopper(creditor), MONDAY + timedelta(days=1, hours=1)
    invoiced(creditor, sofia)
    if not owes:
        _paid(creditor, sofia.id)
    mandate(creditor, sofia, expires_on=MONDAY.date() + timedelta(days=30))
    assert card.warn_due(creditor_id=creditor.id, now=tuesday) == 1
    send.send_due(creditor_id=creditor.id, clock=book.at(tuesday))
    with acting(creditor_id=creditor.id):
        assert Touch.objects.get(letter="card_expiring").state == "accepted"
    assert "tarjeta" in world.messages()[-1].subject
    assert card.warn_due(creditor_id=creditor.id, now=tuesday) == 0


def test_nobody_is_warned_while_letters_are_under_way(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    invoiced(creditor, sofia)
    mandate(creditor, sofia, expires_on=MONDAY.date() + timedelta(days=30))
    with acting(creditor_id=creditor.id):
        Episode.objects.create(creditor=creditor, customer=sofia, opened_at=MONDAY, outcome="")
    assert card.warn_due(creditor_id=creditor.id, now=MONDAY) == 0
    with acting(creditor_id=creditor.id):
        Episode.objects.update(closed_at=MONDAY, outcome="paid")
    assert card.warn_due(creditor_id=creditor.id, now=MONDAY) == 1


def test_a_warning_that_may_not_leave_is_not_tried_again_before_tomorrow(
    creditor: Creditor, world: World
) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    invoiced(creditor, sofia)
    mandate(creditor, sofia, expires_on=MONDAY.date() + timedelta(days=30))
    assert card.warn_due(creditor_id=creditor.id, now=MONDAY) == 1
    with acting(creditor_id=creditor.id):
        Touch.objects.update(state="suppressed", reason="refused", ended_at=MONDAY)
    again = [
        card.warn_due(creditor_id=creditor.id, now=MONDAY + timedelta(hours=hour)) for hour in (1, 23, 25)
    ]
    assert again == [0, 0, 1]


def test_a_business_keeps_its_own_strategy(creditor: Creditor, world: World) -> None:
    """With an ordinary invoice open besides, or alone, the ladder is the business's."""
    book.set_up(creditor, world=world, now=MONDAY)
    sofia = shopper(creditor)
    failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), None))
    invoiced(creditor, sofia, "FE-1", "invoice")
    with acting(creditor_id=creditor.id):
        told = telling.tell(
            creditor_id=creditor.id,
            customer_id=sofia.id,
            now=MONDAY,
            until=MONDAY.date() + timedelta(days=30),
        )
    assert told.strategy.startswith("business ")


HEADS = (
    "id,Amount,Currency,Created (UTC),Customer Email,Customer Name,Invoice,Plan,Card Brand,Card Fingerprint,"
)
EXPORT = f"""{HEADS}Response Code
ch_1,49900.00,COP,2026-03-09 14:00,sofia@correo.example,Sofía Ejemplo,SUS-9,Café del mes,visa,fp_a,54
ch_2,19900.50,COP,2026-03-09 14:05,luis@correo.example,Luis Ejemplo,SUS-10,Café del mes,visa,fp_b,51
ch_3,"1.990,00",COP,2026-03-09 14:06,ana@correo.example,Ana Ejemplo,SUS-11,,visa,fp_c,51
"""


def test_an_export_of_failed_charges_is_taken_in_once(creditor: Creditor, world: World) -> None:
    book.set_up(creditor, world=world, now=MONDAY)
    recovery_book.automatic(creditor)
    found = failed_charges.read(lines=EXPORT.splitlines(), gateway="demo")
    assert [(item.line, item.why) for item in found.unread] == [(4, "amount_unread")]
    assumed = failed_charges.Assumed("order", "CO")
    for wanted in ((2, 0), (0, 2)):
        taken = failed_charges.take(creditor_id=creditor.id, told=found.told, assumed=assumed, now=MONDAY)
        assert (taken.new, taken.known) == wanted
    with acting(creditor_id=creditor.id):
        rows = listing.rows(creditor_id=creditor.id, wanted=listing.Wanted())
        lines = listing.cohort(creditor_id=creditor.id, since=MONDAY - timedelta(days=1), until=MONDAY)
    assert verify(creditor_id=creditor.id).ok
    assert {(row.invoice, row.state, row.amount.minor) for row in rows} == {
        ("SUS-9", "contacting", 4_990_000),
        ("SUS-10", "contacting", 1_990_050),
    }
    assert listing.recovered_share(lines=lines, currency="COP") == (0, 2)
    swept = sweep.sweep(creditor_id=creditor.id, now=MONDAY + timedelta(days=1))
    assert swept.touches == {"planned": 2}
    with acting(creditor_id=creditor.id):
        assert {touch.letter for touch in Touch.objects.filter(creditor=creditor)} == {"card_failed"}
