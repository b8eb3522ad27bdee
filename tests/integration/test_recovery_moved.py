# SPDX-License-Identifier: Apache-2.0
"""Silent tries that other tries of the same card move: told of at once, by day, and never a month ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.integration import book
from tests.integration.recovery_book import (
    MONDAY,
    Whose,
    failed,
    invoiced,
    mandate,
    orders,
    seen,
    shopper,
)

from conserje.data.outreach.models import Hold
from conserje.data.recovery.models import ChargeAttempt
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.days import zone
from conserje.domain.recovery.failure import Refusal
from conserje.services.tenancy.act import acting

BOGOTA = zone("America/Bogota")


def test_tries_of_others_move_ours(creditor: Creditor) -> None:
    """Between planning and trying the gateway tried three times by itself: ours is denied at the last moment."""
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    row = failed(creditor, Whose(sofia.id, invoiced(creditor, sofia), mandate(creditor, sofia).id))
    assert row.next_try_at is not None
    with acting(creditor_id=creditor.id):
        for n in range(3):
            ChargeAttempt.objects.create(
                creditor=creditor,
                gateway="demo",
                key=f"own-{n}",
                made_by="gateway",
                made_at=MONDAY + timedelta(days=n),
                fingerprint="fp_old",
                currency="COP",
                amount_minor=100,
                approved=False,
            )
    assert orders(creditor, row.next_try_at) == []
    row = seen(creditor, row.id)
    assert (row.state, row.not_tried) == ("contacting", "too_far_off"), "nobody waits a month in silence"


def test_who_waits_is_told_of_another_moment_when_the_card_is_tried_for_something_else(
    creditor: Creditor,
) -> None:
    """The network asks for two days' rest when the other charge is refused: known at once, not on the day of ours."""
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    token = mandate(creditor, sofia, brand="mastercard").id
    waits = Whose(sofia.id, invoiced(creditor, sofia, "SUS-0"), token)
    row = failed(creditor, waits, refusal=Refusal("mastercard", "51"))
    assert row.next_try_at is not None
    refused_at = row.next_try_at - timedelta(hours=20)
    fails = Whose(sofia.id, invoiced(creditor, sofia, "SUS-1"), token)
    failed(creditor, fails, refusal=Refusal("mastercard", "51", "26"), failed_at=refused_at, now=refused_at)
    assert orders(creditor, refused_at) == []
    row = seen(creditor, row.id)
    assert row.next_try_at == refused_at + timedelta(hours=48)
    with acting(creditor_id=creditor.id):
        (held,) = Hold.objects.filter(creditor=creditor, invoice_id=waits.invoice_id, released_at=None)
    assert held.until == row.next_try_at.astimezone(BOGOTA).date() + timedelta(days=1)
    assert orders(creditor, refused_at + timedelta(hours=1)) == []
    assert seen(creditor, row.id).next_try_at == row.next_try_at, "looked at again, it stays"


def test_what_is_moved_is_not_tried_by_night(creditor: Creditor) -> None:
    """The rest that the network asks for ends at two in the morning: the try waits for the morning."""
    book.set_up(creditor, world=None, now=MONDAY)
    sofia = shopper(creditor)
    token = mandate(creditor, sofia, brand="mastercard").id
    row = failed(
        creditor,
        Whose(sofia.id, invoiced(creditor, sofia, "SUS-0"), token),
        refusal=Refusal("mastercard", "51"),
    )
    night = datetime(2026, 3, 14, 2, 0, tzinfo=BOGOTA)
    fails = Whose(sofia.id, invoiced(creditor, sofia, "SUS-1"), token)
    failed(creditor, fails, refusal=Refusal("mastercard", "51", "26"), failed_at=night, now=night)
    orders(creditor, night)
    moved = seen(creditor, row.id).next_try_at
    assert moved is not None
    assert (moved.astimezone(BOGOTA).date(), 7 <= moved.astimezone(BOGOTA).hour < 10) == (
        date(2026, 3, 16),
        True,
    )
