# SPDX-License-Identifier: Apache-2.0
"""Worked cases about figures and terms: fees, interest, limitation, answers about data, keeping of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.rules.ceilings import (
    DatedAmount,
    DatedRate,
    FeeCeiling,
    InterestCeiling,
    RatePeriod,
    fee_ceiling,
    interest_ceiling,
)
from conserje.domain.rules.duties import DataTerm, Limitation, RecordTerm, answer_by, barred_from
from conserje.domain.rules.facts import CreditorRole, DebtKind, DebtorType
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import MandatoryText, Rule
from conserje.domain.rules.taxes import WithheldTax
from conserje.domain.rules.vocabulary import Confidence

Answer = Mapping[str, Any]
UNREFUSING = (MandatoryText, FeeCeiling, InterestCeiling, WithheldTax, Limitation, DataTerm, RecordTerm)
_COMMON = frozenset({"rules", "not_rules"})
EXPECT: dict[str, frozenset[str]] = {
    "fee": _COMMON | {"why", "maximum_minor"},
    "interest": _COMMON | {"why", "percent", "period"},
    "withheld": _COMMON | {"base", "amounts_minor"},
    "limitation": _COMMON | {"barred_from", "barred", "effect"},
    "data": _COMMON | {"answer_by", "authority"},
    "record": _COMMON | {"years", "after", "at_most"},
}
KINDS = tuple(EXPECT)
_ASKED: dict[str, frozenset[str]] = {
    "fee": frozenset({"overdue_minor", "currency", "days_late", "debt_kind"}),
    "interest": frozenset({"debt_kind"}),
    "withheld": frozenset({"tax", "base_minor"}),
    "limitation": frozenset({"due_on", "action"}),
    "data": frozenset({"right", "asked_on"}),
    "record": frozenset({"what"}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a case asks: its own keys, the local date, in whose right and of whom."""

    values: Mapping[str, Any]
    on: date
    creditor: CreditorRole
    debtor: DebtorType

    def meets(self, rule: Rule, pack: Pack) -> bool:
        """Whether `rule` is in force and binds them."""
        if not rule.in_force(self.on):
            return False
        if rule.reading is not None and pack.reading(rule.reading[0]) != rule.reading[1]:
            return False
        debt = DebtKind(self.values.get("debt_kind", "unknown"))
        scope = rule.applies_to
        return scope is None or scope.binds(creditor=self.creditor, debtor=self.debtor, debt=debt)


def answers(*, kind: str, asked: Asked, packs: tuple[Pack, ...]) -> list[Answer]:
    """One answer of each rule of that kind that binds, with its id. Raises `ValueError` for unknown keys."""
    for key in asked.values:
        if key not in _ASKED[kind]:
            raise ValueError(f"unknown key '{key}'. Known: {', '.join(sorted(_ASKED[kind]))}.")
    return [answer for pack in packs for answer in _BY_KIND[kind](asked, pack)]


def with_given(pack: Pack, *, given: Mapping[str, Mapping[str, Any]]) -> Pack:
    """`pack` with amounts and rates that a case supposes (`{uf: {minor, currency}, ibc: {percent, period}}`)."""
    amounts = [item for item in pack.amounts if item.name not in given]
    rates = [item for item in pack.rates if item.name not in given]
    always = (date.min, date.max, ("supposed by a case",), Confidence.MEMORY_LOW)
    for name, value in given.items():
        if "currency" in value:
            amounts.append(DatedAmount(name, Money(value["currency"], int(value["minor"])), *always))
        else:
            rate = Fraction(str(value["percent"])) * Fraction(1, 100)
            rates.append(DatedRate(name, rate, RatePeriod(value["period"]), *always))
    return replace(pack, amounts=tuple(amounts), rates=tuple(rates))


def _fees(asked: Asked, pack: Pack) -> Iterator[Answer]:
    given = asked.values
    overdue = Money(currency=given["currency"], minor=given["overdue_minor"])
    for rule in pack.fee_ceilings:
        if asked.meets(rule, pack):
            found = fee_ceiling(
                rule=rule, overdue=overdue, days_late=given["days_late"], amounts=pack.amounts, on=asked.on
            )
            yield {
                "rule": rule.id,
                "why": found.why,
                "maximum_minor": None if found.amount is None else found.amount.minor,
            }


def _interest(asked: Asked, pack: Pack) -> Iterator[Answer]:
    for rule in pack.interest_ceilings:
        if asked.meets(rule, pack):
            found = interest_ceiling(rule=rule, rates=pack.rates, on=asked.on)
            shown = None if found.rate is None else percent_text(found.rate)
            yield {"rule": rule.id, "why": found.why, "percent": shown, "period": rule.period.value}


def _withheld(asked: Asked, pack: Pack) -> Iterator[Answer]:
    for rule in pack.withholdings:
        if asked.meets(rule, pack) and asked.values["tax"] == rule.tax:
            amounts = [round(rate * asked.values["base_minor"]) for rate in rule.rates]
            yield {"rule": rule.id, "base": rule.base.value, "amounts_minor": amounts}


def _limitations(asked: Asked, pack: Pack) -> Iterator[Answer]:
    for rule in pack.limitations:
        if asked.meets(rule, pack) and asked.values.get("action", rule.action) == rule.action:
            ends = barred_from(rule=rule, due_on=asked.values["due_on"])
            barred = ends <= asked.on
            yield {"rule": rule.id, "barred_from": ends, "barred": barred, "effect": rule.effect.value}


def _data(asked: Asked, pack: Pack) -> Iterator[Answer]:
    for rule in pack.data_rights:
        if asked.meets(rule, pack) and rule.right == asked.values["right"]:
            last = answer_by(rule=rule, asked_on=asked.values["asked_on"], closed=pack.holidays.days)
            yield {"rule": rule.id, "answer_by": last, "authority": rule.authority}


def _records(asked: Asked, pack: Pack) -> Iterator[Answer]:
    for rule in pack.records:
        if asked.meets(rule, pack) and rule.what == asked.values["what"]:
            yield {
                "rule": rule.id,
                "years": rule.years,
                "after": rule.after.value,
                "at_most": rule.at_most,
            }


def percent_text(share: Fraction) -> str:
    """A share as a percentage without rounding: 0.1175 is "11.75"; a fraction where decimals do not end."""
    found = share * 100
    for places in range(10):
        scaled = found * 10**places
        if scaled.denominator == 1:
            whole, rest = divmod(scaled.numerator, 10**places)
            return f"{whole}.{rest:0{places}d}" if places else str(whole)
    return f"{found.numerator}/{found.denominator}"


_BY_KIND: dict[str, Callable[[Asked, Pack], Iterator[Answer]]] = {
    "fee": _fees,
    "interest": _interest,
    "withheld": _withheld,
    "limitation": _limitations,
    "data": _data,
    "record": _records,
}
