# SPDX-License-Identifier: Apache-2.0
"""What may be charged besides the debt: ceilings of fees and of interest, and the amounts and rates they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from conserje.domain.kit.money import Money
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.vocabulary import Confidence


class FeeKind(StrEnum):
    """How a law limits collection fees. The last three give no figure: a person decides what is due."""

    NONE = "none"
    PERCENT = "percent"
    MARGINAL_TRANCHES = "marginal_tranches"
    FIXED = "fixed"
    FIXED_BY_DEBT = "fixed_by_debt"
    REAL_DISCLOSED_WORK = "real_disclosed_work"
    ACTUAL_OUTLAYS = "actual_outlays"
    CONTRACT_ONLY = "contract_only"


class InterestKind(StrEnum):
    """How a law limits interest for late payment. `CONTRACT_ONLY` gives no figure."""

    NONE = "none"
    FIXED = "fixed"
    REFERENCE_PLUS = "reference_plus"
    REFERENCE_TIMES = "reference_times"
    CONTRACT_ONLY = "contract_only"


class RatePeriod(StrEnum):
    """What a rate is for."""

    YEAR = "year"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """An amount the law refers to by `name` (a minimum wage, the UF), in force on both dates and between."""

    name: str
    amount: Money
    effective_from: date
    effective_to: date
    source: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate the law refers to by `name` (a central bank's), as a fraction of one, in force between both dates."""

    name: str
    rate: Fraction
    period: RatePeriod
    effective_from: date
    effective_to: date
    source: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Step:
    """One tranche or step: up to `limit` (in units, or minor units of money), `value` (a share, or minor units)."""

    limit: int | None
    value: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCeiling(Rule):
    """The most that may be charged for collecting. `steps` are in units of the dated amount `unit` where it has one.

    `not_before_days`: nothing until so many days late have passed. `automatic`: due without asking. `per`: for each
    what (invoice, debt, instalment).
    """

    kind: FeeKind
    currency: str = ""
    unit: str = ""
    steps: tuple[Step, ...] = ()
    not_before_days: int = 0
    automatic: bool = False
    per: str = "debt"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestCeiling(Rule):
    """The most interest for late payment: `rate`, or the dated rate `reference` plus `rate` or times `factor`.

    `half_year`: the reference of the first day of the half-year holds for all of it.
    """

    kind: InterestKind
    rate: Fraction = Fraction(0)
    factor: Fraction = Fraction(1)
    reference: str = ""
    period: RatePeriod = RatePeriod.YEAR
    half_year: bool = False


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The answer of one rule: `why` is `known`, `too_early`, `no_figure` (a person decides) or `no_value`."""

    rule: str
    why: str
    amount: Money | None = None
    rate: Fraction | None = None


def fee_ceiling(
    *, rule: FeeCeiling, overdue: Money, days_late: int, amounts: Sequence[DatedAmount], on: date
) -> Ceiling:
    """The most that `rule` lets be charged on `on` for an `overdue` amount, rounded down to the minor unit.

    An amount in another currency than the rule's, and a unit without a value for that day, give no figure.
    """
    if days_late <= rule.not_before_days and rule.not_before_days:
        return Ceiling(rule.id, "too_early", Money(overdue.currency, 0))
    if rule.kind is FeeKind.NONE:
        return Ceiling(rule.id, "known", Money(overdue.currency, 0))
    if rule.kind in (FeeKind.REAL_DISCLOSED_WORK, FeeKind.ACTUAL_OUTLAYS, FeeKind.CONTRACT_ONLY):
        return Ceiling(rule.id, "no_figure")
    if rule.currency and rule.currency != overdue.currency:
        return Ceiling(rule.id, "no_value")
    if rule.kind is FeeKind.FIXED:
        return Ceiling(rule.id, "known", Money(overdue.currency, int(rule.steps[0].value)))
    if rule.kind is FeeKind.FIXED_BY_DEBT:
        return Ceiling(rule.id, "known", Money(overdue.currency, _step(rule.steps, overdue.minor)))
    unit = Fraction(1)
    if rule.unit:
        value = amount_on(amounts=amounts, name=rule.unit, on=on)
        if value is None or value.currency != overdue.currency:
            return Ceiling(rule.id, "no_value")
        unit = Fraction(value.minor)
    return Ceiling(rule.id, "known", Money(overdue.currency, _shares(rule.steps, overdue.minor, unit)))


def interest_ceiling(*, rule: InterestCeiling, rates: Sequence[DatedRate], on: date) -> Ceiling:
    """The highest rate for `rule.period` that `rule` lets be charged on `on`, as a fraction of one."""
    if rule.kind is InterestKind.CONTRACT_ONLY:
        return Ceiling(rule.id, "no_figure")
    if rule.kind in (InterestKind.NONE, InterestKind.FIXED):
        return Ceiling(rule.id, "known", rate=rule.rate)
    day = date(on.year, 1 if on.month < 7 else 7, 1) if rule.half_year else on
    found = [
        item
        for item in rates
        if item.name == rule.reference and item.effective_from <= day <= item.effective_to
    ]
    if not found or found[0].period is not rule.period:
        return Ceiling(rule.id, "no_value")
    if rule.kind is InterestKind.REFERENCE_PLUS:
        return Ceiling(rule.id, "known", rate=found[0].rate + rule.rate)
    return Ceiling(rule.id, "known", rate=found[0].rate * rule.factor)


def amount_on(*, amounts: Sequence[DatedAmount], name: str, on: date) -> Money | None:
    """The dated amount called `name` on `on`; `None` when it is not known."""
    found = (item for item in amounts if item.name == name)
    return next((item.amount for item in found if item.effective_from <= on <= item.effective_to), None)


def _step(steps: Sequence[Step], minor: int) -> int:
    """The value of the first step whose limit lies above `minor`."""
    return next((int(step.value) for step in steps if step.limit is None or minor < step.limit), 0)


def _shares(steps: Sequence[Step], minor: int, unit: Fraction) -> int:
    """Each part of `minor` at the share of its own tranche, rounded down at the end."""
    total, below = Fraction(0), Fraction(0)
    for step in steps:
        above = Fraction(minor) if step.limit is None else min(Fraction(minor), step.limit * unit)
        if above > below:
            total += (above - below) * step.value
            below = above
    return int(total)
