# SPDX-License-Identifier: Apache-2.0
"""Paying in parts: amounts exact to the minor unit, on dates that are business days where the customer is."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from conserje.domain.kit.money import Money, split

NUMBER_MAX = 360
# No country rests longer in one stretch.
_REST_DAYS_MAX = 60


class Spacing(StrEnum):
    """How far apart instalments are."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


_STEP_DAYS = {Spacing.WEEKLY: 7, Spacing.FORTNIGHTLY: 14}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for: so many instalments, so far apart, the first on a day, or `down` on that day instead.

    With a down payment the first part is that, on `first_on`; `number` equal instalments follow it.
    """

    number: int
    spacing: Spacing
    first_on: date
    down: Money | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment: `position` counts from 1 in the order of dates."""

    position: int
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Standing:
    """One instalment as the Ledger has it: `open` of its `amount` is not paid. Sorted by day in lists."""

    position: int
    due_on: date
    amount: Money
    open: Money


def schedule(*, amount: Money, terms: Terms, closed: Callable[[date], bool]) -> tuple[Part, ...]:
    """The instalments of `amount`: their sum is exact, and they differ by at most one minor unit, the larger ones last.

    Monthly ones keep the day of the first; where a month has no such day, its last; a first one on the last day of its
    month stands for the last day of every month. A day on which `closed`, a Saturday or a Sunday moves to the next
    that is open; days always rise. Raises `ValueError` for a number out of 1 to 360, an amount that has not a minor
    unit for each, a down payment that leaves nothing, or a calendar that never opens.
    """
    down = Money(amount.currency, 0) if terms.down is None else terms.down
    rest = amount - down
    if not 1 <= terms.number <= NUMBER_MAX:
        raise ValueError(f"A plan has 1 to {NUMBER_MAX} instalments, not {terms.number}.")
    if rest.minor < terms.number or down.minor < 0:
        raise ValueError(
            "Each instalment is at least one minor unit, and a down payment leaves some of the amount."
        )
    amounts = split(rest, parts=terms.number)
    if down.minor:
        amounts = (down, *amounts)
    days: list[date] = []
    for index in range(len(amounts)):
        earliest = nominal(terms=terms, index=index)
        if days:
            earliest = max(earliest, days[-1] + timedelta(days=1))
        days.append(business_day(on=earliest, closed=closed))
    return tuple(
        Part(index + 1, day, money) for index, (day, money) in enumerate(zip(days, amounts, strict=True))
    )


def nominal(*, terms: Terms, index: int) -> date:
    """The day of the instalment `index` (0 is the first) before weekends and holidays are looked at."""
    first = terms.first_on
    if terms.spacing is not Spacing.MONTHLY:
        return first + timedelta(days=_STEP_DAYS[terms.spacing] * index)
    years, month = divmod(first.month - 1 + index, 12)
    year, month = first.year + years, month + 1
    last = monthrange(year, month)[1]
    is_end = first.day == monthrange(first.year, first.month)[1]
    return date(year, month, last if is_end else min(first.day, last))


def business_day(*, on: date, closed: Callable[[date], bool]) -> date:
    """The first day from `on` that is neither Saturday, Sunday nor `closed`. Raises `ValueError` when none comes."""
    for days in range(_REST_DAYS_MAX):
        day = on + timedelta(days=days)
        if day.weekday() < 5 and not closed(day):
            return day
    raise ValueError(f"No business day in the {_REST_DAYS_MAX} days from {on}.")


def late_after(*, due_on: date, grace_days: int, closed: Callable[[date], bool]) -> date:
    """The last day on which a payment due on `due_on` is in time: so many business days later."""
    day = due_on
    for _ in range(grace_days):
        day = business_day(on=day + timedelta(days=1), closed=closed)
    return day


def grace_days(*, due_on: date, late_after: date, closed: Callable[[date], bool]) -> int:
    """How many business days of grace an instalment has: what `late_after` was given."""
    days = (due_on + timedelta(days=ahead) for ahead in range(1, (late_after - due_on).days + 1))
    return sum(day.weekday() < 5 and not closed(day) for day in days)


def later(*, after: Collection[date], spacing: Spacing, closed: Callable[[date], bool]) -> date:
    """The day of an instalment that is moved to the end: one spacing after the last of `after`."""
    terms = Terms(2, spacing, max(after))
    return business_day(on=nominal(terms=terms, index=1), closed=closed)


def standing(*, parts: Sequence[Part], open_now: Money) -> tuple[Standing, ...]:
    """What is open of each part when `open_now` is open of the invoices of the plan: paid in the order of dates.

    What the invoices grew by since is open with the last part.
    """
    ordered = sorted(parts, key=lambda part: (part.due_on, part.position))
    left = open_now.minor
    found: list[Standing] = []
    for part in reversed(ordered):
        taken = min(left, part.amount.minor)
        left -= taken
        found.append(Standing(part.position, part.due_on, part.amount, Money(open_now.currency, taken)))
    found.reverse()
    if left and found:
        last = found[-1]
        found[-1] = Standing(
            last.position, last.due_on, last.amount, Money(open_now.currency, last.open.minor + left)
        )
    return tuple(found)


def days_to_money(*, parts: Sequence[Part], today: date) -> int:
    """How many days after `today` the money of these parts comes, on average by amount: what a plan costs in days."""
    whole = sum(part.amount.minor for part in parts)
    weighed = sum(part.amount.minor * max(0, (part.due_on - today).days) for part in parts)
    return -(-weighed // whole) if whole else 0
