# SPDX-License-Identifier: Apache-2.0
"""A creditor's own rules as cases carry them: small plain values, so that a stored case is judged under them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from conserje.domain.kit.canonical import shared
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.overrides import (
    Override,
    OverrideRefused,
    Refusal,
    Tightening,
    overridden,
    tightened,
)
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Cap, ContactWindow, Cooldown, ForbiddenChannel, Rule
from conserje.domain.rules.vocabulary import EVERY_CHANNEL, Basis, Confidence, DayKind, Period

PREFIX = "OWN"


@shared
@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """One override in force from `since` through `until` (None: until a person ends it), placed by the person `by`.

    With `relaxes`, the id of a rule of policy that does not hold meanwhile, or of a reading, read as `value`. Without
    it a tightening, by exactly one of: `shut` (days on which nothing is sent), `at_most` contacts a `per` ("day" or
    "week"), `gap_days` full days between contacts, the customer's own hours (`from_hour` up to `to_hour`), or none of
    them: the `channels` are not used at all. `channels` narrow a tightening; none are all.
    """

    id: int
    by: str
    since: date
    until: date | None = None
    relaxes: str = ""
    value: str = ""
    channels: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    at_most: int | None = None
    per: str = ""
    gap_days: int | None = None
    from_hour: int | None = None
    to_hour: int | None = None

    @property
    def name(self) -> str:
        """As verdicts name it: the rule it relaxes, or its own id such as "OWN.12"."""
        return self.relaxes or f"{PREFIX}.{self.id}"


@lru_cache(maxsize=300)
def wished(*, from_hour: int, to_hour: int) -> OwnRule:
    """The customer's own hours as a rule: the same for all who wish the same, so that their law is prepared once."""
    return OwnRule(id=0, by="customer", since=date(2000, 1, 1), from_hour=from_hour, to_hour=to_hour)


def check(*, packs: Sequence[Pack], rule: OwnRule, reason: str) -> None:
    """Raise `OverrideRefused` for what may not be changed, and for one without reason, person or end."""
    if not rule.relaxes:
        if not reason.strip():
            raise OverrideRefused(about=rule.name, why=Refusal.NO_REASON)
        if not rule.by.strip():
            raise OverrideRefused(about=rule.name, why=Refusal.NO_PERSON)
        if rule.until is not None and rule.until < rule.since:
            raise OverrideRefused(about=rule.name, why=Refusal.NO_END)
        told = (bool(rule.shut), rule.at_most is not None, rule.gap_days is not None, bool(rule.channels))
        if sum(told[:3]) > 1 or not any(told):
            raise OverrideRefused(about=rule.name, why=Refusal.OTHER_KIND)
        return
    overridden(packs=packs, overrides=[_override(rule, reason)], on=rule.since)


def bound(*, packs: Sequence[Pack], own: Sequence[OwnRule]) -> tuple[Pack, ...]:
    """`packs` under a creditor's own rules. A relaxation that the packs of today refuse does not hold."""
    found = tuple(packs)
    for rule in own:
        if rule.relaxes:
            try:
                found = overridden(packs=found, overrides=[_override(rule, rule.name)], on=rule.since)
            except OverrideRefused:
                continue
    tighter = [rule for rule in own if not rule.relaxes]
    if not tighter:
        return found
    return tightened(packs=found, own=_tightening(tighter), creditor=PREFIX)


def as_rules(rule: OwnRule) -> tuple[Rule, ...]:
    """The rules of a tightening, to be told in words; none for a relaxation."""
    if rule.relaxes:
        return ()
    made = _tightening([rule])
    hours = () if made.hours is None else (made.hours,)
    return (*made.windows, *made.caps, *made.cooldowns, *made.forbidden_channels, *hours)


def _override(rule: OwnRule, reason: str) -> Override:
    return Override(
        rule=rule.relaxes,
        reason=reason,
        by=rule.by,
        since=rule.since,
        until=rule.until or date.max,
        value=rule.value,
    )


def _tightening(rules: Sequence[OwnRule]) -> Tightening:
    windows: list[ContactWindow] = []
    caps: list[Cap] = []
    cooldowns: list[Cooldown] = []
    shut: list[ForbiddenChannel] = []
    hours: ContactWindow | None = None
    for rule in rules:
        channels = frozenset(Channel(item) for item in rule.channels) or EVERY_CHANNEL
        told: dict[str, Any] = {
            "id": rule.name,
            "basis": Basis.POLICY,
            "confidence": Confidence.VERIFIED,
            "effective_from": rule.since,
            "effective_to": rule.until,
            "channels": channels,
        }
        if rule.from_hour is not None and rule.to_hour is not None:
            opens, closes = rule.from_hour * 60, rule.to_hour * 60
            hours = ContactWindow(days=frozenset(DayKind), opens_minute=opens, closes_minute=closes, **told)
        elif rule.shut:
            days = frozenset(DayKind(item) for item in rule.shut)
            windows.append(ContactWindow(days=days, closed=True, **told))
        elif rule.at_most is not None:
            caps.append(Cap(maximum=rule.at_most, per=Period(rule.per), **told))
        elif rule.gap_days is not None:
            cooldowns.append(Cooldown(gap_days=rule.gap_days, after=channels, **told))
        else:
            shut.append(ForbiddenChannel(**told))
    return Tightening(tuple(windows), tuple(caps), tuple(cooldowns), tuple(shut), hours)
