# SPDX-License-Identifier: Apache-2.0
"""A bug of each kind, planted into the packs that the gate judges with: the oracle must see every one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.contracts.test_oracle_of_packs import SEED, compare, courts

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Place
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import AppliesTo
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import Breadth, CapKind, Counts, DayKind, TextWhen, WeekKind


def _first(pack: Pack, section: str, **change: object) -> Pack:
    """`pack` with every rule of a section changed."""
    return replace(pack, **{section: tuple(replace(rule, **change) for rule in getattr(pack, section))})  # type: ignore[arg-type]


def _moved(pack: Pack, section: str, name: str, by: int) -> Pack:
    rules = tuple(replace(rule, **{name: getattr(rule, name) + by}) for rule in getattr(pack, section))
    return replace(pack, **{section: rules})  # type: ignore[arg-type]


def _without(pack: Pack, section: str) -> Pack:
    return replace(pack, **{section: ()})  # type: ignore[arg-type]


PLANTS: dict[str, Callable[[Pack], Pack]] = {
    "a window open a minute longer": lambda pack: replace(
        pack,
        windows=tuple(
            window if window.closed else replace(window, closes_minute=window.closes_minute + 1)
            for window in pack.windows
        ),
    ),
    "a window open a minute sooner": lambda pack: replace(
        pack,
        windows=tuple(
            window if window.closed else replace(window, opens_minute=window.opens_minute - 1)
            for window in pack.windows
        ),
    ),
    "a day closed too many": lambda pack: replace(
        pack,
        windows=tuple(
            replace(window, days=window.days | {DayKind.WED}) if window.closed else window
            for window in pack.windows
        ),
    ),
    "holidays forgotten": lambda pack: replace(
        pack, holidays=replace(pack.holidays, days=frozenset(), names=(), regional=())
    ),
    "a regional holiday kept everywhere": lambda pack: replace(
        pack, holidays=replace(pack.holidays.within(""), regional=())
    ),
    "a year certified too many": lambda pack: replace(
        pack, holidays=replace(pack.holidays, certified=pack.holidays.certified | {2028, 2029})
    ),
    "a contact more": lambda pack: _moved(pack, "caps", "maximum", 1),
    "every attempt counted alike": lambda pack: _first(pack, "caps", counts=Counts.ATTEMPT),
    "a calendar week only": lambda pack: _first(pack, "caps", week=WeekKind.ISO_WEEK),
    "any week of seven days only": lambda pack: _first(pack, "caps", week=WeekKind.ROLLING_7D),
    "one debt like all": lambda pack: _first(pack, "caps", breadth=Breadth.ORGANISATION),
    "work like home": lambda pack: _first(pack, "caps", places=frozenset(Place)),
    "a longer run of days": lambda pack: _first(pack, "caps", rolling_days=20),
    "channels counted together": lambda pack: _first(pack, "caps", separately=False),
    "answered ones counted": lambda pack: _first(pack, "caps", unanswered=False),
    "several channels a week": lambda pack: replace(
        pack, caps=tuple(rule for rule in pack.caps if rule.kind is not CapKind.SINGLE_CHANNEL)
    ),
    "answers forgotten": lambda pack: replace(
        pack, caps=tuple(rule for rule in pack.caps if rule.kind is not CapKind.AFTER_ANSWER)
    ),
    "every purpose counted": lambda pack: _first(pack, "caps", applies_to=None),
    "rest after any channel": lambda pack: _first(pack, "cooldowns", after=frozenset(Channel)),
    "rest after any attempt": lambda pack: _first(pack, "cooldowns", counts=Counts.ATTEMPT),
    "a day of rest less": lambda pack: _moved(pack, "cooldowns", "gap_days", -1),
    "their own calls not heard": lambda pack: _first(pack, "cooldowns", inbound=False),
    "consents forgotten": lambda pack: _without(pack, "consents"),
    "permission for one channel alone": lambda pack: _first(
        pack, "consents", channels=frozenset({Channel.SMS})
    ),
    "other hours forgotten": lambda pack: _without(pack, "other_hours"),
    "each stop for itself": lambda pack: _first(pack, "revocations", together=False),
    "recipients forgotten": lambda pack: _without(pack, "recipients"),
    "whoever is named is allowed": lambda pack: _first(pack, "recipients", allowed=True),
    "forbidden channels forgotten": lambda pack: _without(pack, "forbidden_channels"),
    "conditions forgotten": lambda pack: _without(pack, "conditions"),
    "conditions milder": lambda pack: _first(pack, "conditions", ruling=Ruling.NEEDS_HUMAN),
    "first contacts like all": lambda pack: _first(pack, "mandatory_texts", when=TextWhen.EVERY_CONTACT),
    "texts whatever the state": lambda pack: _first(pack, "mandatory_texts", condition=None),
    "texts forgotten": lambda pack: _without(pack, "mandatory_texts"),
    "exemptions forgotten": lambda pack: _without(pack, "exemptions"),
    "whoever began": lambda pack: replace(
        pack,
        exemptions=tuple(
            replace(rule, lifts=rule.lifts | rule.lifts_when_opened) for rule in pack.exemptions
        ),
    ),
    "channels open that nobody names": lambda pack: replace(pack, other_channels_open=True),
    "whoever is bound": lambda pack: replace(
        pack,
        forbidden_channels=tuple(replace(rule, applies_to=None) for rule in pack.forbidden_channels),
    ),
    "a reading not heeded": lambda pack: _first(pack, "caps", reading=None),
    "rules a day longer": lambda pack: replace(
        pack,
        windows=tuple(
            replace(rule, effective_to=rule.effective_to and rule.effective_to + timedelta(days=1))
            for rule in pack.windows
        ),
    ),
    "a review never due": lambda pack: replace(pack, review_by=date(2099, 1, 1)),
    "an unknown place left alone": lambda pack: replace(
        pack, skip_if_place_unknown=not pack.skip_if_place_unknown
    ),
    "everybody bound": lambda pack: replace(
        pack, applies_to=replace(AppliesTo(), purposes=pack.applies_to.purposes)
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("plant", PLANTS)
def test_the_oracle_sees_each_planted_bug(plant: str) -> None:
    wrong = tuple(
        replace(court, stack=RuleStack(tuple(PLANTS[plant](pack) for pack in court.stack.packs)))
        for court in courts()
        if court.name in ("xx", "xx push_is_a_letter=true", "co", "es", "pe", "py")
    )
    with pytest.raises(AssertionError, match="CONSERJE_SEED"):
        compare(40_000, SEED, wrong)
