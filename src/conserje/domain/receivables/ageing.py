# SPDX-License-Identifier: Apache-2.0
"""Ageing: open amounts by how long they are past due, as of any date, each currency apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from conserje.domain.kit.money import Money
from conserje.domain.receivables.invoice import Due, days_past_due


class Bucket(StrEnum):
    """The five columns of an ageing report. `CURRENT` is not yet due, the due day included."""

    CURRENT = "current"
    DAYS_1_30 = "1_30"
    DAYS_31_60 = "31_60"
    DAYS_61_90 = "61_90"
    OVER_90 = "over_90"


LAST_DAYS: tuple[tuple[Bucket, int], ...] = (
    (Bucket.CURRENT, 0),
    (Bucket.DAYS_1_30, 30),
    (Bucket.DAYS_31_60, 60),
    (Bucket.DAYS_61_90, 90),
)


@dataclass(frozen=True, slots=True)
class Ageing:
    """One currency's open amounts: every bucket is present, and they add up to `total`."""

    currency: str
    amounts: dict[Bucket, Money] = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """All that is open."""
        return Money(self.currency, sum(money.minor for money in self.amounts.values()))

    @property
    def overdue(self) -> Money:
        """All that is past due."""
        return self.total - self.amounts[Bucket.CURRENT]


def bucket(*, days: int) -> Bucket:
    """The bucket of an amount `days` past due (0 or negative: current)."""
    return next((name for name, last in LAST_DAYS if days <= last), Bucket.OVER_90)


def age(*, dues: Iterable[Due], as_of: date) -> tuple[Ageing, ...]:
    """The ageing of open `dues` (see `open_dues`) as of a date, one for each currency, sorted by currency."""
    sums: dict[str, dict[Bucket, int]] = {}
    for due in dues:
        row = sums.setdefault(due.amount.currency, dict.fromkeys(Bucket, 0))
        row[bucket(days=days_past_due(due_on=due.due_on, today=as_of))] += due.amount.minor
    return tuple(
        Ageing(currency, {name: Money(currency, minor) for name, minor in sums[currency].items()})
        for currency in sorted(sums)
    )
