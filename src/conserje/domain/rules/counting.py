# SPDX-License-Identifier: Apache-2.0
"""Caps and cooldowns over the ledger of past contacts, in local dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome, PastContact, Purpose
from conserje.domain.rules.pack import Cap, Cooldown, Pack
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import (
    CONTACT_COUNTING,
    WEEK_DEFINITION,
    CapKind,
    Counts,
    Period,
    WeekKind,
)

Entry = tuple[date, Channel, int]

_REACH = {
    ContactOutcome.FAILED_BEFORE: 0,
    ContactOutcome.ATTEMPTED: int(Counts.ATTEMPT),
    ContactOutcome.DELIVERED: int(Counts.DELIVERED),
    ContactOutcome.ANSWERED: int(Counts.ANSWERED),
    ContactOutcome.TWO_WAY: int(Counts.TWO_WAY),
}
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


def reached(contact: PastContact) -> int:
    """How far a past contact got, on the scale of `Counts`; 0 never left."""
    return _REACH[contact.outcome]


def resolved_caps(*, pack: Pack, channel: Channel) -> tuple[Cap, ...]:
    """The caps of `pack` that a contact through `channel` must respect, with its readings filled in."""
    counts = Counts[pack.reading(CONTACT_COUNTING).upper() or "ATTEMPT"]
    week = WeekKind(pack.reading(WEEK_DEFINITION) or WeekKind.BOTH_STRICT)
    return tuple(
        replace(cap, counts=cap.counts or counts, week=cap.week or week)
        for cap in pack.caps
        if channel in cap.channels and (not cap.switch or pack.reading(cap.switch) == "true")
    )


def resolved_cooldowns(*, pack: Pack, channel: Channel) -> tuple[Cooldown, ...]:
    """The cooldowns of `pack` that hold `channel` back, with its readings filled in."""
    counts = Counts[pack.reading(CONTACT_COUNTING).upper() or "ATTEMPT"]
    return tuple(
        replace(rule, counts=rule.counts or counts) for rule in pack.cooldowns if channel in rule.channels
    )


def recent(
    *, past: tuple[PastContact, ...], since: datetime, tz: ZoneInfo, counted: frozenset[Purpose]
) -> list[Entry]:
    """Contacts since `since` that left us for a counted purpose: (date, channel, reach), oldest first."""
    found: list[Entry] = []
    for contact in reversed(past):
        if contact.at < since:
            break
        reach = _REACH[contact.outcome]
        if reach and contact.purpose in counted:
            found.append((contact.at.astimezone(tz).date(), contact.channel, reach))
    found.reverse()
    return found


def cap_hit(*, cap: Cap, channel: Channel, ledger: list[Entry], on: date) -> tuple[Hit, date] | None:
    """The hit of `cap` for a contact through `channel` on `on`, and the first date that may be free of it."""
    least = cap.counts or Counts.ATTEMPT
    if cap.kind is CapKind.SINGLE_CHANNEL:
        return _other_channel(
            cap, [entry for entry in ledger if entry[2] >= least and entry[1] != channel], on
        )
    dates = [entry[0] for entry in ledger if entry[2] >= least and entry[1] in cap.channels]
    if len(dates) < cap.maximum:
        return None
    if cap.per is Period.DAY:
        made = dates.count(on)
        if made < cap.maximum:
            return None
        values = (("maximum", str(cap.maximum)), ("made", str(made)), ("date", on.isoformat()))
        return Hit(cap.id, Ruling.DEFER_UNTIL, "cap_day", values), _not_after(cap, on + _DAY)
    return _week_full(cap, dates, on)


def cooldown_hit(*, rule: Cooldown, ledger: list[Entry], on: date) -> tuple[Hit, date] | None:
    """The hit of a cooldown on `on`, with the first local date that may be free of it."""
    least = rule.counts or Counts.ATTEMPT
    dates = [entry[0] for entry in ledger if entry[2] >= least and entry[1] in rule.after]
    if not dates or (on - dates[-1]).days > rule.gap_days:
        return None
    values = (("days", str(rule.gap_days)), ("date", dates[-1].isoformat()))
    free = dates[-1] + timedelta(days=rule.gap_days + 1)
    return Hit(rule.id, Ruling.DEFER_UNTIL, "cooldown", values), _not_after(rule, free)


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _week_full(cap: Cap, dates: list[date], on: date) -> tuple[Hit, date] | None:
    made, free = 0, on
    if cap.week is not WeekKind.ROLLING_7D:
        inside = [day for day in dates if _monday(day) == _monday(on)]
        if len(inside) >= cap.maximum:
            made, free = len(inside), _monday(on) + _WEEK
    if cap.week is not WeekKind.ISO_WEEK:
        inside = [day for day in dates if on - _WEEK < day <= on]
        if len(inside) >= cap.maximum:
            made, free = max(made, len(inside)), max(free, inside[-cap.maximum] + _WEEK)
    if not made:
        return None
    values = (("maximum", str(cap.maximum)), ("made", str(made)))
    return Hit(cap.id, Ruling.DEFER_UNTIL, "cap_week", values), _not_after(cap, free)


def _other_channel(cap: Cap, others: list[Entry], on: date) -> tuple[Hit, date] | None:
    free, used = on, ""
    for day, channel, _ in others:
        if cap.week is not WeekKind.ROLLING_7D and _monday(day) == _monday(on):
            free, used = max(free, _monday(on) + _WEEK), channel.value
        if cap.week is not WeekKind.ISO_WEEK and on - _WEEK < day <= on:
            free, used = max(free, day + _WEEK), channel.value
    if not used:
        return None
    return Hit(cap.id, Ruling.DEFER_UNTIL, "one_channel_a_week", (("used", used),)), _not_after(cap, free)


def _not_after(rule: Cap | Cooldown, free: date) -> date:
    """A rule that ends sooner frees the day after its last one."""
    return free if rule.effective_to is None else min(free, rule.effective_to + _DAY)
