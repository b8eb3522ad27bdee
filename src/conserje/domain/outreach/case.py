# SPDX-License-Identifier: Apache-2.0
"""Everything known of one customer when a decision is made: frozen, without names, addresses or texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from conserje.domain.kit.days import business_days_after
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome, PastContact, Purpose, RecipientRole, Subject
from conserje.domain.rules.own import OwnRule


def is_stale(*, known: date | None, limit_days: int, on: date) -> bool:
    """Whether payments recorded through `known` are too old on `on`: by over `limit_days` weekdays (below 0: never)."""
    return limit_days >= 0 and (known is None or _fresh_through(known, limit_days) < on)


@lru_cache(maxsize=1024)
def _fresh_through(known: date, days: int) -> date:
    return business_days_after(known, days)


class BlockKind(StrEnum):
    """Why an amount is not chased.

    `PAYING`: a voucher was given out or a bank is confirming. `CONTESTED`: money of it went back, or is asked back,
    and a person has not decided yet what that means. `DOUBTED`: the gateway says it is paid and contradicts what was
    asked for, or never answered a charge, and a person has not looked yet.
    """

    DISPUTE = "dispute"
    PROMISE = "promise"
    CLAIMED_PAID = "claimed_paid"
    AGREEMENT = "agreement"
    HOLD = "hold"
    RETRYING = "retrying"
    PAYING = "paying"
    CONTESTED = "contested"
    DOUBTED = "doubted"
    PLAN = "plan"
    ENQUIRY = "enquiry"


@dataclass(frozen=True, slots=True)
class Due:
    """The part of an invoice that falls due on one date and is still open (withheld parts are not open).

    Of an invoice in a payment plan it is what an instalment takes of it: `position` is the instalment's, and
    `late_after` the last day on which its payment is in time. None: an ordinary due date, late the day after it.
    """

    invoice_id: int
    position: int
    due_on: date
    currency: str
    open_minor: int
    late_after: date | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """An amount, an invoice or (with no invoice) the whole customer that is left alone through `until`, or for good."""

    kind: BlockKind
    ref: int
    invoice_id: int | None
    amount_minor: int | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Made:
    """A step made in this episode; `counted` tells whether it may have reached the customer."""

    step: str
    at: datetime
    on: date
    channel: Channel
    counted: bool


@dataclass(frozen=True, slots=True)
class InHand:
    """A contact already on its way: proposed, planned, or being handed over."""

    touch_id: int
    step: str
    channel: Channel
    contact_id: int
    point_id: int
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to reach one person. The usual contact comes first."""

    contact_id: int
    point_id: int
    channel: Channel
    role: str
    recipient: RecipientRole
    usual: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One customer. `dues` are sorted by date, `past` in `subject` by instant, `made` in the order made.

    `zone` is where local dates are counted. `ready` holds the channels that have a carrier and are not stopped.
    `payments_known_through` is the day up to which every source of payments was recorded, None when never stated.
    `refused` are the steps of this episode that a person did not want made; `own` the creditor's own rules. `serves`
    names the strategy: a shopper's when all that is open is of subscriptions or orders.
    """

    customer_id: int
    zone: str
    dues: tuple[Due, ...]
    blocks: tuple[Block, ...]
    episode_id: int | None
    made: tuple[Made, ...]
    in_hand: InHand | None
    reaches: tuple[Reach, ...]
    ready: frozenset[Channel]
    subject: Subject
    payments_known_through: date | None
    freshness_days: int
    refused: tuple[str, ...] = ()
    own: tuple[OwnRule, ...] = ()
    serves: str = "business"

    def stale(self, *, on: date) -> bool:
        """Whether payments are recorded too long ago on `on` for anything to leave without a person."""
        return is_stale(known=self.payments_known_through, limit_days=self.freshness_days, on=on)

    def after(self, *, step: str, channel: Channel, at: datetime, on: date, purpose: Purpose) -> Case:
        """The case as it will stand once that step has been made."""
        past = PastContact(at=at, channel=channel, purpose=purpose, outcome=ContactOutcome.ATTEMPTED)
        return replace(
            self,
            in_hand=None,
            made=(*self.made, Made(step=step, at=at, on=on, channel=channel, counted=True)),
            subject=replace(self.subject, past=(*self.subject.past, past)),
        )
