# SPDX-License-Identifier: Apache-2.0
"""What follows a refusal: the next silent try and the hold that waits for it, or the first letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from conserje.data.receivables.models import Customer
from conserje.data.recovery.models import FailedPayment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.recovery.decline import Classed, classify
from conserje.domain.recovery.failure import FailureState, Refusal
from conserje.domain.recovery.governor import Denied, earliest
from conserje.domain.recovery.retry import NextTry, Place, good_moment, next_try
from conserje.services.outreach import hold, local_day, review
from conserje.services.outreach.hold import Pause
from conserje.services.recovery import banking_days, network, tries
from conserje.services.tenancy.act import step

# A payday lies within half a month nearly everywhere; who is to wait longer is written to instead.
SILENT_DAYS = 17
WAITING = "charging_again"


def classed(*, row: FailedPayment, refusal: Refusal, at: datetime) -> Classed:
    """The class of a refusal of `row`, written into it."""
    rules = network.shipped().on(at.date(), network=row.network)
    found = classify(refusal, rules=rules, at=at)
    row.decline, row.why = found.decline.value, found.why[:80]
    return found


@step
def after(*, creditor_id: int, row: FailedPayment, refused: Classed, now: datetime) -> None:
    """Plan the next silent try of `row`, or let the letters begin. The row is not saved."""
    found: NextTry | Denied = Denied("no_mandate", None)
    if row.mandate_id is not None:
        found = next_try(
            refused=refused,
            tried=row.tried,
            place=_place(creditor_id, row, now),
            now=now,
            key=f"{row.gateway}:{row.external_id}",
            allowed_from=_allowed_from(creditor_id, row),
        )
    _follow(creditor_id, row, found, now)


@step
def anew(*, creditor_id: int, row: FailedPayment, wanted: datetime, now: datetime) -> bool:
    """Plan the waiting try of `row` anew if its card may not be tried at `wanted` any more: whether it moved.

    The row is not saved.
    """
    allowed_from = _allowed_from(creditor_id, row)
    if allowed_from(wanted) == wanted:
        return False
    place, draw = _place(creditor_id, row, now), row.draw or 0
    found = good_moment(wanted=wanted, place=place, draw=draw, allowed_from=allowed_from)
    _follow(creditor_id, row, found if isinstance(found, Denied) else NextTry(found, row.draw, row.plan), now)
    return True


@step
def wait_until(*, creditor_id: int, row: FailedPayment, at: datetime, now: datetime) -> None:
    """The next try is at `at`: nobody is written to for the invoice through its local day. The row is not saved."""
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[row.customer_id])[row.customer_id]
    until = local_date(at, zone) + timedelta(days=1)
    release(creditor_id=creditor_id, row=row, now=now)
    pause = Pause(row.invoice_id, WAITING, until)
    row.hold_id = hold.put(
        creditor_id=creditor_id, customer_id=row.customer_id, pause=pause, by="rule", now=now
    )
    row.state, row.next_try_at, row.not_tried = FailureState.RETRYING.value, at, ""


@step
def write_instead(*, creditor_id: int, row: FailedPayment, why: str, now: datetime) -> None:
    """No silent try any more, for the reason `why`: the strategy of shoppers takes over. The row is not saved."""
    release(creditor_id=creditor_id, row=row, now=now)
    row.state, row.next_try_at, row.not_tried = FailureState.CONTACTING.value, None, why[:60]
    row.contacting_at = row.contacting_at or now
    review.wake_many(
        creditor_id=creditor_id, customer_ids=[row.customer_id], now=now, reason="recovery.contacting"
    )


@step
def release(*, creditor_id: int, row: FailedPayment, now: datetime) -> None:
    """Lift the hold of `row`, if it has one. The row is not saved."""
    if row.hold_id is not None:
        hold.lift(creditor_id=creditor_id, hold_id=row.hold_id, by="rule", now=now)
        row.hold_id = None


def _follow(creditor_id: int, row: FailedPayment, found: NextTry | Denied, now: datetime) -> None:
    """Wait for the try that was found, unless nobody waits that long in silence."""
    first = row.card_updated_at or row.failed_at
    if isinstance(found, NextTry) and found.at > first + timedelta(days=SILENT_DAYS):
        found = Denied("too_far_off", None)
    if isinstance(found, NextTry):
        wait_until(creditor_id=creditor_id, row=row, at=found.at, now=now)
        row.draw, row.plan = found.draw, found.plan
    else:
        write_instead(creditor_id=creditor_id, row=row, why=found.rule, now=now)


def _allowed_from(creditor_id: int, row: FailedPayment) -> Callable[[datetime], datetime | Denied]:
    """The governor's word on the card of `row`: the first allowed instant from another."""
    seen = tries.history(creditor_id=creditor_id, row=row)
    card, amount, rules = tries.card(row=row), Money(row.currency, row.amount_minor), network.shipped()
    return lambda at: earliest(card=card, amount=amount, history=seen, at=at, networks=rules)


def _place(creditor_id: int, row: FailedPayment, now: datetime) -> Place:
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[row.customer_id])[row.customer_id]
    country = Customer.objects.filter(creditor_id=creditor_id, id=row.customer_id).values_list(
        "country", flat=True
    )
    home = Creditor.objects.filter(id=creditor_id).values_list("country", flat=True)
    found = country.first() or home.first() or ""
    return Place(found, zone, banking_days.closed(country=found, year=now.year))
