# SPDX-License-Identifier: Apache-2.0
"""A customer's attempt to pay: what is asked of the gateway, and whether its answer may move money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState, Payer
from conserje.domain.receivables.allocation import Share

_PAID = ChargeState.PAID.value
QUARANTINED: Final = "quarantined"
# Why a charge by mandate is in doubt that no gateway answered: perhaps it was made.
NEVER_ANSWERED: Final = "never_answered"
# States after which more is to come, and how long after a checkout's beginning the gateway is asked about it again.
UNFINISHED = (
    ChargeState.OPEN.value,
    ChargeState.PROCESSING.value,
    ChargeState.WAITING.value,
    ChargeState.UNKNOWN.value,
)
LOOKS = (
    timedelta(minutes=5),
    timedelta(hours=1),
    *(timedelta(days=days) for days in (1, 2, 3, 4, 5)),
)
# How long a gateway is asked to take money for an attempt.
LASTS = LOOKS[-1]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the customer is about to pay. `public_id` is made by the page that offers it, so a double tap is one.

    `methods` are those that may be offered for it, `payer` what a gateway may ask about who pays.
    """

    public_id: str
    customer_id: int
    shares: tuple[Share, ...]
    description: str
    return_url: str
    hook_url: str
    locale: str
    methods: tuple[str, ...] = ()
    payer: Payer | None = None


class Doubt(StrEnum):
    """Why the gateway's word is not believed: nothing moves, a person looks at it."""

    REFERENCE_DIFFERS = "reference_differs"
    CURRENCY_DIFFERS = "currency_differs"
    AMOUNT_DIFFERS = "amount_differs"
    PAYMENT_ID_MISSING = "payment_id_missing"
    PAYMENT_CONFLICT = "payment_conflict"
    RETURNED_DIFFERS = "returned_differs"


def doubt(*, fact: ChargeFact, reference: str, amount: Money) -> Doubt | None:
    """What in a paid `fact` contradicts what we asked for; None when it agrees to the minor unit."""
    if fact.reference != reference:
        return Doubt.REFERENCE_DIFFERS
    if fact.amount is None or fact.amount.currency != amount.currency:
        return Doubt.CURRENCY_DIFFERS
    if fact.amount != amount:
        return Doubt.AMOUNT_DIFFERS
    return None if fact.payment_id else Doubt.PAYMENT_ID_MISSING


def returned_more(*, fact: ChargeFact, known: Money) -> Money | None:
    """What `fact` says went back to the payer beyond the `known`; zero for an older telling, None when it cannot be.

    The gateway tells all that went back so far, so in whatever order it is told the sum is the largest ever told.
    """
    if fact.returned is None:
        return Money(known.currency, 0)
    if fact.returned.currency != known.currency or fact.amount is None:
        return None
    if not 0 <= fact.returned.minor <= fact.amount.minor:
        return None
    return Money(known.currency, max(0, fact.returned.minor - known.minor))


def next_state(*, state: str, fact: ChargeState) -> str:
    """The state of a checkout in `state` after the gateway says `fact`: what is paid or in doubt stays so.

    An answer that could not be read or did not come (`UNKNOWN`) takes nothing back that was known to be
    final, nor the instructions that were given out.
    """
    if state in (_PAID, QUARANTINED):
        return state
    if fact is ChargeState.UNKNOWN and state in (
        ChargeState.DECLINED,
        ChargeState.EXPIRED,
        ChargeState.WAITING,
    ):
        return state
    return fact.value


def look_is_due(
    *, created_at: datetime, checked_at: datetime | None, now: datetime, until_on: date | None = None
) -> bool:
    """Whether one of the `LOOKS` at an unfinished checkout has come and nobody has looked since.

    A voucher is looked at once a day besides, until two days after its last one.
    """
    days = 0 if until_on is None else (until_on - created_at.date()).days + 2
    daily = (timedelta(days=number) for number in range(LOOKS[-1].days + 1, days + 1))
    come = [created_at + wait for wait in (*LOOKS, *daily) if created_at + wait <= now]
    return bool(come) and (checked_at is None or checked_at < come[-1])
