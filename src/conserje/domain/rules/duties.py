# SPDX-License-Identifier: Apache-2.0
"""Terms that run: limitation of a debt, answers to a person about their data, how long records are kept."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from conserje.domain.kit.days import business_days_after
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.vocabulary import DayCount, Effect


class DataRight(StrEnum):
    """What a person may ask about their data, or what must be told of it."""

    QUERY = "query"
    CLAIM = "claim"
    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    PORTABILITY = "portability"
    BLOCKING = "blocking"
    BREACH = "breach"


class RecordKind(StrEnum):
    """What must be kept."""

    CONTACTS = "contacts"
    RECORDINGS = "recordings"
    BUREAU_PAID = "bureau_paid"
    BUREAU_UNPAID = "bureau_unpaid"


class KeepFrom(StrEnum):
    """From when years are counted."""

    CONTACT = "contact"
    LAST_ACTIVITY = "last_activity"
    DUE = "due"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitation(Rule):
    """`action` ends `years` and `months` after the due date; `interrupted_by` names what begins the term anew."""

    action: str
    years: int = 0
    months: int = 0
    effect: Effect = Effect.INFORM
    interrupted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTerm(Rule):
    """A request for `right` is answered within `days`, once longer by `extension_days`; `authority` supervises."""

    right: DataRight
    days: int
    day_count: DayCount = DayCount.CALENDAR
    extension_days: int = 0
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTerm(Rule):
    """`what` is kept for `years` after `after`: at least so long, or with `at_most`, no longer."""

    what: RecordKind
    years: int
    after: KeepFrom = KeepFrom.CONTACT
    at_most: bool = False


def barred_from(*, rule: Limitation, due_on: date) -> date:
    """First local date on which the action of `rule` is out of time, if nothing interrupted it."""
    return months_after(due_on, months=rule.years * 12 + rule.months) + timedelta(days=1)


def effect_on(*, rules: Sequence[Limitation], due_on: date, on: date) -> Effect:
    """The strictest effect of the terms that have ended on `on`; `INFORM` if none has."""
    order = list(Effect)
    ended = [
        rule.effect for rule in rules if rule.in_force(on) and barred_from(rule=rule, due_on=due_on) <= on
    ]
    return max(ended, key=order.index, default=Effect.INFORM)


def answer_by(*, rule: DataTerm, asked_on: date, closed: Collection[date]) -> date:
    """Last local date on which a request of `asked_on` may be answered. `closed` are holidays."""
    return days_after(asked_on, days=rule.days, count=rule.day_count, closed=closed)


def days_after(on: date, *, days: int, count: DayCount, closed: Collection[date]) -> date:
    """The date `days` after `on`, counted as `count` says."""
    if count is DayCount.BUSINESS:
        return business_days_after(on, days, closed=closed)
    return on + timedelta(days=days)


def months_after(on: date, *, months: int) -> date:
    """The same day `months` later, or the last of that month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
