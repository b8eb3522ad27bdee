# SPDX-License-Identifier: Apache-2.0
"""What a creditor changes in the law it works under: it may tighten anything, and relax only our own policy.

A relaxation names its reason, the person who answers for it and its last day; outside its dates the rule holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Cap, ContactWindow, Cooldown, ForbiddenChannel, Rule
from conserje.domain.rules.vocabulary import Basis

LONGEST = timedelta(days=366)
_DAY = timedelta(days=1)


class Refusal(StrEnum):
    """Why an override is not taken."""

    NO_SUCH_RULE = "no_such_rule"
    NOT_POLICY = "not_policy"
    NOT_RELAXABLE = "not_relaxable"
    NO_REASON = "no_reason"
    NO_PERSON = "no_person"
    NO_END = "no_end"
    OTHER_KIND = "other_kind"


class OverrideRefused(ValueError):
    """An override that cannot be: `why` is a word of `Refusal`, `about` the rule or reading."""

    def __init__(self, *, about: str, why: Refusal) -> None:
        super().__init__(f"{about} cannot be overridden: {why.value}.")
        self.about, self.why = about, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule of policy that does not hold from `since` to `until`, both included, or a reading `rule` read as `value`.

    `instead` are milder rules that hold meanwhile (Saturday from nine to six instead of closed). `by` is who answers
    for it: a person's id in the journal.
    """

    rule: str
    reason: str
    by: str
    since: date
    until: date
    value: str = ""
    instead: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Tightening:
    """What a creditor forbids itself beyond every pack. Windows here only close days; they open nothing.

    `hours` are those in which the customer wishes to be written to: outside them nothing is.
    """

    windows: tuple[ContactWindow, ...] = ()
    caps: tuple[Cap, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    forbidden_channels: tuple[ForbiddenChannel, ...] = field(default=())
    hours: ContactWindow | None = None


def overridden(*, packs: Sequence[Pack], overrides: Sequence[Override], on: date) -> tuple[Pack, ...]:
    """`packs` with every override of `overrides` in them, `on` deciding which readings are in use.

    Raises `OverrideRefused` for what only the law may change, and for a relaxation without reason, person or end. The
    labels of the packs name what is relaxed, so that every verdict does.
    """
    found = list(packs)
    for override in overrides:
        _check(override)
        places = [place for place, pack in enumerate(found) if _knows(pack, override)]
        if not places:
            raise OverrideRefused(about=override.rule, why=Refusal.NO_SUCH_RULE)
        for place in places:
            found[place] = _changed(found[place], override, on)
    return tuple(found)


def tightened(*, packs: Sequence[Pack], own: Tightening, creditor: str) -> tuple[Pack, ...]:
    """`packs` and one more for each country among them, with what the creditor forbids itself. Strictest wins.

    What the country's pack frees of caps or windows (an answer, a thank-you) is free of these too. The label of the one
    more names its rules.
    """
    found = []
    for pack in packs:
        if not pack.country or pack.subdivision:
            continue
        windows = own.windows
        if any(not window.closed for window in windows):
            raise OverrideRefused(about=creditor, why=Refusal.OTHER_KIND)
        if own.hours is not None:
            windows = (*windows, own.hours)
        rules = (*windows, *own.caps, *own.cooldowns, *own.forbidden_channels)
        found.append(
            Pack(
                id=f"{pack.id}+{creditor}",
                version=pack.version,
                country=pack.country,
                review_by=pack.review_by,
                other_channels_open=True,
                applies_to=pack.applies_to,
                zones=pack.zones,
                holidays=pack.holidays,
                windows=windows,
                caps=own.caps,
                cooldowns=own.cooldowns,
                forbidden_channels=own.forbidden_channels,
                exemptions=pack.exemptions,
                readings=pack.readings,
                chosen=tuple((rule.id, _dates(rule)) for rule in rules),
            )
        )
    return (*packs, *found)


def _dates(rule: Rule) -> str:
    return f"{rule.effective_from}..{rule.effective_to or ''}"


def _check(override: Override) -> None:
    if not override.reason.strip():
        raise OverrideRefused(about=override.rule, why=Refusal.NO_REASON)
    if not override.by.strip():
        raise OverrideRefused(about=override.rule, why=Refusal.NO_PERSON)
    if not override.since <= override.until <= override.since + LONGEST:
        raise OverrideRefused(about=override.rule, why=Refusal.NO_END)


def _knows(pack: Pack, override: Override) -> bool:
    if override.value:
        return any(reading.name == override.rule for reading in pack.readings)
    return any(rule.id == override.rule for rule in pack.rules())


def _changed(pack: Pack, override: Override, on: date) -> Pack:
    if override.value:
        reading = next(item for item in pack.readings if item.name == override.rule)
        if not reading.relaxable:
            raise OverrideRefused(about=override.rule, why=Refusal.NOT_RELAXABLE)
        held = override.since <= on <= override.until
        return pack.read_as(name=override.rule, value=override.value) if held else pack
    sections: dict[str, Any] = {}
    for name in _sections(pack):
        rules = getattr(pack, name)
        if any(rule.id == override.rule for rule in rules):
            sections[name] = _suspended(rules, override)
    label = (f"without {override.rule}", f"{override.since}..{override.until}")
    return replace(pack, **sections, chosen=tuple(sorted((*pack.chosen, label))))


def _sections(pack: Pack) -> list[str]:
    judged = pack.judged_rules()
    return [
        name
        for name in Pack.__dataclass_fields__
        if isinstance(getattr(pack, name), tuple) and any(rule in judged for rule in getattr(pack, name))
    ]


def _suspended(rules: tuple[Rule, ...], override: Override) -> tuple[Rule, ...]:
    """The rules of one section with a hole in the dates of one, in which `instead` holds."""
    found: list[Rule] = []
    kinds = set()
    for rule in rules:
        if rule.id != override.rule:
            found.append(rule)
            continue
        if rule.basis is not Basis.POLICY:
            raise OverrideRefused(about=override.rule, why=Refusal.NOT_POLICY)
        kinds.add(type(rule))
        last = override.since - _DAY
        before = replace(
            rule, effective_to=last if rule.effective_to is None else min(rule.effective_to, last)
        )
        after = replace(rule, effective_from=max(rule.effective_from, override.until + _DAY))
        found += [
            part
            for part in (before, after)
            if part.effective_to is None or part.effective_from <= part.effective_to
        ]
    for rule in override.instead:
        if type(rule) not in kinds:
            raise OverrideRefused(about=override.rule, why=Refusal.OTHER_KIND)
        found.append(
            replace(
                rule,
                id=override.rule,
                basis=Basis.POLICY,
                effective_from=override.since,
                effective_to=override.until,
            )
        )
    return tuple(found)
