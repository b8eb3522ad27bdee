# SPDX-License-Identifier: Apache-2.0
"""A bug of each kind planted into the rules that the oracle does not judge: the worked cases must see every one.

These rules answer with figures, terms and words (notices, fees, interest, withheld taxes, limitation, data, records,
content): their second opinion is the figure that a person wrote into a case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from tests.contracts.golden_hours import countries

from conserje.countries.reading import Country
from conserje.domain.rules import ceilings, duties, taxes
from conserje.domain.rules.cases import run, stack_of
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.vocabulary import Effect

Plant = Callable[[Any], Rule]
_DAY = timedelta(days=1)


def _dearer(rule: ceilings.FeeCeiling) -> Rule:
    steps = tuple(replace(step, value=step.value * 2) for step in rule.steps)
    kinds = ceilings.FeeKind
    if steps:
        return replace(rule, steps=steps)
    return replace(rule, kind=kinds.CONTRACT_ONLY if rule.kind is kinds.NONE else kinds.NONE)


def _higher(rule: ceilings.InterestCeiling) -> Rule:
    kinds = ceilings.InterestKind
    if rule.kind is kinds.CONTRACT_ONLY:
        return replace(rule, kind=kinds.NONE)
    if rule.kind is kinds.NONE:
        return replace(rule, kind=kinds.CONTRACT_ONLY)
    return replace(rule, rate=rule.rate + Fraction(1, 100), factor=rule.factor * 2, reference=rule.reference)


def _past(rule: Rule) -> Rule:
    """A rule that is over before it begins."""
    return replace(rule, effective_to=rule.effective_from - _DAY)


# Section, what is planted, and the part of a case that asks about it.
PLANTS: dict[str, tuple[str, str, Plant]] = {
    "notices not needed": ("notices", "act", _past),
    "dearer fees": ("fee_ceilings", "fee", _dearer),
    "higher interest": ("interest_ceilings", "interest", _higher),
    "other rates kept back": (
        "withholdings",
        "withheld",
        lambda rule: replace(rule, rates=tuple(rate * 2 for rate in rule.rates)),
    ),
    "another base": (
        "withholdings",
        "withheld",
        lambda rule: replace(rule, base=next(one for one in taxes.TaxBase if one is not rule.base)),
    ),
    "later limitation": ("limitations", "limitation", lambda rule: replace(rule, months=rule.months + 1)),
    "another effect": (
        "limitations",
        "limitation",
        lambda rule: replace(rule, effect=next(one for one in Effect if one is not rule.effect)),
    ),
    "a day more to answer": ("data_rights", "data", lambda rule: replace(rule, days=rule.days + 1)),
    "records for another year": ("records", "record", lambda rule: replace(rule, years=rule.years + 1)),
    "records from another day": (
        "records",
        "record",
        lambda rule: replace(rule, after=next(one for one in duties.KeepFrom if one is not rule.after)),
    ),
    "content let through": (
        "forbidden_content",
        "text",
        _past,
    ),
}


def unseen(country: Country, plant: str) -> list[str]:
    """Rules of a folder whose planted bug no case of it sees."""
    section, about, change = PLANTS[plant]
    packs = country.packs()
    cases = [case for case in country.cases() if about in case]
    found = []
    for one in {rule.id: rule for pack in packs for rule in getattr(pack, section)}.values():
        wrong = tuple(replace(pack, **{section: _planted(pack, section, one, change)}) for pack in packs)
        stack = stack_of(wrong)
        if not any(run(case=case, stack=stack).problems for case in cases if _names(case, one.id)):
            found.append(one.id)
    return found


def _planted(pack: Pack, section: str, meant: Rule, change: Plant) -> tuple[Rule, ...]:
    """The rules of a section with a bug in one; content that two packs of a folder forbid is let through by both."""
    category = getattr(meant, "category", None)
    return tuple(
        change(rule)
        if rule.id == meant.id or (category and getattr(rule, "category", None) == category)
        else rule
        for rule in getattr(pack, section)
    )


def _names(case: dict[str, Any], rule_id: str) -> bool:
    expect = case["expect"]
    return rule_id in {*expect.get("rules", ()), *expect.get("not_rules", ()), *case.get("about", ())}


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTS)
def test_the_cases_see_each_planted_bug(plant: str) -> None:
    found = {item.code: unseen(item, plant) for item in countries()}
    assert {code: rules for code, rules in found.items() if rules} == {}
