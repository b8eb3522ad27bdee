# SPDX-License-Identifier: Apache-2.0
"""Charges that a gateway did not answer: perhaps taken, so neither asked for again nor forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration import receivables_book as book
from tests.integration.recovery_book import Whose, failed, invoiced, orders, shopper
from tests.integration.recovery_book import mandate as card_of
from tests.integration.recovery_book import seen as seen_failure
from tests.integration.test_mandates import (  # noqa: F401 - the same stage
    access,
    buyer,
    charged,
    connected,
    given,
    order,
    outside,
)
from tests.integration.test_receivables_checkout import gateway_id

from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Review
from conserje.data.receivables.models import Checkout, Mandate, Payment
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import BlockKind
from conserje.domain.ports.gateway import ChargeState
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.payment import Road, RoadName
from conserje.services.outreach import telling
from conserje.services.receivables import autopay, charge, checkout_fact, doubted
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import acting, reading

pytestmark = pytest.mark.usefixtures("database")


def test_a_charge_that_nobody_answered_is_not_asked_again_once_its_key_may_be_forgotten(
    buyer,  # noqa: F811
    access,  # noqa: F811
    outside,  # noqa: F811
):
    held = given(buyer, access)
    outside.fault("server_error", phase="charge", times=-1)
    assert charged(buyer, access, order(buyer, held)).state == "unknown"
    outside.clear_faults()
    late = book.NOW + timedelta(hours=charge.RESEND_HOURS, minutes=1)
    before = len(outside.checkouts())
    told = charged(buyer, access, order(buyer, held), now=late)
    assert (told.state, told.detail) == ("quarantined", "never_answered")
    assert len(outside.checkouts()) == before
    assert charged(buyer, access, order(buyer, held), now=late).state == "quarantined"


def test_a_charge_that_nobody_answered_and_nobody_orders_any_more_is_left_to_a_person(buyer, access, outside):  # noqa: F811
    connected(buyer, outside)
    held = given(buyer, access)
    outside.fault("server_error", phase="charge", times=-1)
    assert charged(buyer, access, order(buyer, held)).state == "unknown"
    outside.clear_faults()

    def found(hours: int) -> list[str]:
        autopay.charge_due(creditor_id=buyer[0], now=book.NOW + timedelta(hours=hours))
        with reading(creditor_id=buyer[0]):
            return list(Checkout.objects.values_list("state", flat=True))

    assert found(charge.RESEND_HOURS) == ["unknown"]
    assert found(charge.RESEND_HOURS + 1) == ["quarantined"]


def test_another_order_for_an_invoice_whose_charge_has_no_end_is_refused(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    with pytest.raises(Refused, match="has no answer yet"):
        charged(buyer, access, order(buyer, held, key="order-2"))


def test_a_card_whose_charge_nobody_answered_is_charged_for_nothing_else_meanwhile(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)
    (other,) = book.opened(buyer[0], book.new_invoice(buyer[1], "FE-2", 300, days=20))
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    second = order((buyer[0], buyer[1], other), held, minor=300, key="order-2")
    with pytest.raises(Refused, match="has no answer yet"):
        charged(buyer, access, second)
    assert charged(buyer, access, order(buyer, held)).state == "paid"
    assert charged(buyer, access, second).state == "paid"


def test_nobody_is_asked_for_what_a_charge_without_an_answer_may_have_taken(buyer, access, outside):  # noqa: F811
    held = given(buyer, access)

    def seen():
        with reading(creditor_id=buyer[0]):
            review = (
                Review.objects.filter(customer_id=buyer[1]).values_list("version", flat=True).first() or 0
            )
            case = telling.case(creditor_id=buyer[0], customer_id=buyer[1], now=book.NOW)
        return review, [(one.kind, one.invoice_id, one.amount_minor) for one in case.blocks]

    before, blocks = seen()
    assert blocks == []
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    during, blocks = seen()
    assert blocks == [(BlockKind.PAYING, buyer[2], 500)]
    assert during > before, "what was about to leave is judged again"
    assert charged(buyer, access, order(buyer, held)).state == "paid"
    after, blocks = seen()
    assert blocks == []
    assert after > during


@pytest.fixture
def silent(buyer, access, outside):  # noqa: F811
    """A charge that was made and that nobody answered until a person had to look."""
    held = given(buyer, access)
    outside.fault("lost_answer", phase="charge")
    charged(buyer, access, order(buyer, held))
    charge.give_up_due(creditor_id=buyer[0], now=LATE)
    assert standing(buyer) == ("quarantined", "never_answered", None)
    return Road(RoadName.HOOK, "evt-1")


LATE = book.NOW + timedelta(hours=charge.RESEND_HOURS, minutes=1)


def standing(buyer):  # noqa: F811
    row = only(buyer, Checkout)
    return row.state, row.detail, row.payment_id


def only(buyer, model):  # noqa: F811
    with reading(creditor_id=buyer[0]):
        return model.objects.get()


def heard(buyer, access, outside, road, **told):  # noqa: F811
    """The gateway's own later word, through its hook."""
    external_id = gateway_id(outside, only(buyer, Checkout).reference)
    fact = gateways.get("demo").fetch(external_id, access.settings, access.http)
    with acting(creditor_id=buyer[0]):
        checkout_fact.apply(
            creditor_id=buyer[0], gateway="demo", fact=replace(fact, **told), road=road, now=LATE
        )


def resting(buyer):  # noqa: F811
    with reading(creditor_id=buyer[0]):
        case = telling.case(creditor_id=buyer[0], customer_id=buyer[1], now=LATE)
    return [block.kind for block in case.blocks]


def test_nobody_is_asked_for_a_charge_that_never_answered_until_a_person_looked(buyer, silent):  # noqa: F811
    assert resting(buyer) == [BlockKind.DOUBTED]
    row = only(buyer, Checkout)
    doubted.dismiss(creditor_id=buyer[0], checkout_id=row.id, by="person:1", now=LATE)
    assert resting(buyer) == []


@pytest.mark.parametrize("stolen", [True, False])
def test_a_card_that_a_person_found_refused_for_good_is_charged_for_nothing_else(
    buyer,  # noqa: F811
    access,  # noqa: F811
    outside,  # noqa: F811
    silent,
    stolen,
):
    """Nobody may try such a card again, and the gateway told it in its list alone."""
    (other,) = book.opened(buyer[0], book.new_invoice(buyer[1], "FE-2", 300, days=20))
    row = only(buyer, Checkout)
    second = order((buyer[0], buyer[1], other), only(buyer, Mandate), minor=300, key="order-2")
    doubted.dismiss(
        creditor_id=buyer[0], checkout_id=row.id, by="person:1", now=LATE, refused_for_good=stolen
    )
    with reading(creditor_id=buyer[0]):
        told = Entry.objects.get(kind="receivables.checkout.doubt_decided").payload
    assert told.get("card") == ("refused_for_good" if stolen else None)
    if not stolen:
        assert charged(buyer, access, second).state == "paid"
        return
    with pytest.raises(Refused, match="refused this card for good"):
        charged(buyer, access, second)
    heard(buyer, access, outside, silent)
    assert charged(buyer, access, second).state == "paid", "the gateway's own late word is the better one"


@pytest.mark.parametrize("looked", [False, True], ids=["before", "after"])
def test_the_gateways_late_answer_ends_the_doubt_by_itself(buyer, access, outside, silent, looked):  # noqa: F811
    """Also when a person had found nothing there."""
    if looked:
        row = only(buyer, Checkout)
        doubted.dismiss(creditor_id=buyer[0], checkout_id=row.id, by="person:1", now=LATE)
    heard(buyer, access, outside, silent, state=ChargeState.UNKNOWN)
    assert standing(buyer) == ("quarantined", "never_answered", None)
    for _ in range(2):
        heard(buyer, access, outside, silent)
    kept = only(buyer, Payment)
    assert standing(buyer) == ("paid", "", kept.id)
    assert (kept.amount_minor, kept.unallocated_minor) == (500, 0)
    assert resting(buyer) == []
    book.sound(buyer[0])


def test_what_a_person_recorded_is_not_recorded_again_by_a_late_answer(buyer, access, outside, silent):  # noqa: F811
    row = only(buyer, Checkout)
    came = doubted.Came("as they typed it", Money("COP", 500), book.TODAY)
    doubted.record(creditor_id=buyer[0], checkout_id=row.id, came=came, by="person:1", now=LATE)
    heard(buyer, access, outside, silent)
    assert only(buyer, Payment).external_id == "as they typed it"
    assert resting(buyer) == []
    book.sound(buyer[0])


def test_a_silent_try_that_was_not_made_gives_way_to_letters(creditor):
    """It is not tried again under the same name: its key may be forgotten, and nobody would ever answer."""
    sofia = shopper(creditor)
    held = card_of(creditor, sofia)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), held.id))
    (wanted,) = orders(creditor, row.next_try_at)
    with acting(creditor_id=creditor.id):
        page = Checkout.objects.create(
            creditor_id=creditor.id,
            customer_id=sofia.id,
            public_id="co",
            gateway="demo",
            key="k",
            reference="R-1",
            currency=wanted.shares[0].amount.currency,
            amount_minor=wanted.shares[0].amount.minor,
            state="quarantined",
            detail="never_answered",
            mandate_id=held.id,
            cause=wanted.cause.value,
            cause_ref=row.id,
            created_at=row.next_try_at,
        )
    doubted.dismiss(creditor_id=creditor.id, checkout_id=page.id, by="person:1", now=row.next_try_at)
    after = seen_failure(creditor, row.id)
    assert (after.state, after.not_tried, after.hold_id) == ("contacting", "never_answered", None)
    assert orders(creditor, row.next_try_at) == []
