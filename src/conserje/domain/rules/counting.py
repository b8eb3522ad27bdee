# SPDX-License-Identifier: Apache-2.0
"""Caps and cooldowns over the ledger of past contacts, in local dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome, Intent, PastContact, Place, Purpose
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Cap, Cooldown
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import (
    CONTACT_COUNTING,
    WEEK_DEFINITION,
    Breadth,
    CapKind,
    Counts,
    Period,
    WeekKind,
)

Entry = tuple[date, Channel, int, PastContact]

_REACH = {
    ContactOutcome.FAILED_BEFORE: 0,
    ContactOutcome.ATTEMPTED: int(Counts.ATTEMPT),
    ContactOutcome.DELIVERED: int(Counts.DELIVERED),
    ContactOutcome.ANSWERED: int(Counts.ANSWERED),
    ContactOutcome.TWO_WAY: int(Counts.TWO_WAY),
}
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_PLACES = len(Place)


def reached(contact: PastContact) -> int:
    """How far a past contact got, on the scale of `Counts`; 0 never left."""
    return _REACH[contact.outcome]


def resolved_caps(*, pack: Pack, intent: Intent) -> tuple[Cap, ...]:
    """The caps of `pack` that the contact `intent` must respect, with its readings filled in."""
    counts = Counts[pack.reading(CONTACT_COUNTING).upper() or "ATTEMPT"]
    week = WeekKind(pack.reading(WEEK_DEFINITION) or WeekKind.BOTH_STRICT)
    return tuple(
        replace(
            cap,
            counts=cap.counts or (Counts.ANSWERED if cap.kind is CapKind.AFTER_ANSWER else counts),
            week=cap.week or week,
            channels=frozenset({intent.channel}) if cap.separately else cap.channels,
        )
        for cap in pack.caps
        if intent.channel in cap.channels and intent.place in cap.places
    )


def resolved_cooldowns(*, pack: Pack, channel: Channel) -> tuple[Cooldown, ...]:
    """The cooldowns of `pack` that hold `channel` back, with its readings filled in."""
    counts = Counts[pack.reading(CONTACT_COUNTING).upper() or "ATTEMPT"]
    return tuple(
        replace(rule, counts=rule.counts or counts) for rule in pack.cooldowns if channel in rule.channels
    )


def recent(
    *,
    past: tuple[PastContact, ...],
    since: datetime,
    tz: ZoneInfo,
    counted: frozenset[Purpose],
    inbound: bool,
) -> list[Entry]:
    """Contacts since `since` that left us for a counted purpose, oldest first: (date, channel, reach, contact).

    With `inbound`, those that the customer began too, whatever they were about.
    """
    found: list[Entry] = []
    for contact in reversed(past):
        if contact.at < since:
            break
        reach = _REACH[contact.outcome]
        begun_by_them = contact.circumstances is not None and contact.circumstances.inbound
        if reach and (inbound if begun_by_them else contact.purpose in counted):
            found.append((contact.at.astimezone(tz).date(), contact.channel, reach, contact))
    found.reverse()
    return found


def cap_hit(
    *, cap: Cap, channel: Channel, ledger: list[Entry], on: date, debts: tuple[str, ...] = ()
) -> tuple[Hit, date] | None:
    """The hit of `cap` for a contact through `channel` on `on`, and the first date that may be free of it.

    `debts` are the ids of the debts it is about; empty: any of them.
    """
    least = cap.counts or Counts.ATTEMPT
    if _is_narrow(cap):
        ledger = [entry for entry in ledger if _concerns(cap, entry, debts)]
    if cap.kind is CapKind.SINGLE_CHANNEL:
        others = [
            entry
            for entry in ledger
            if entry[1] is not channel and entry[2] >= least and entry[1] in cap.channels
        ]
        return _other_channel(cap, others, on)
    if cap.kind is CapKind.AFTER_ANSWER:
        return _after_answer(
            cap, [entry[2] for entry in ledger if entry[0] == on and entry[1] in cap.channels], on
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
    if cap.per is Period.ROLLING:
        return _run_full(cap, dates, on)
    return _week_full(cap, dates, on)


def _is_narrow(cap: Cap) -> bool:
    return (
        cap.unanswered
        or cap.breadth is not Breadth.ORGANISATION
        or cap.applies_to is not None
        or len(cap.places) < _PLACES
    )


def _concerns(cap: Cap, entry: Entry, debts: tuple[str, ...]) -> bool:
    contact = entry[3]
    if cap.unanswered and entry[2] >= Counts.ANSWERED:
        return False
    if cap.applies_to is not None and contact.purpose not in cap.applies_to.purposes:
        return False
    place = Place.PERSONAL if contact.circumstances is None else contact.circumstances.place
    return place in cap.places and _within(cap.breadth, contact, debts)


def _within(breadth: Breadth, contact: PastContact, debts: tuple[str, ...]) -> bool:
    """Whether a past contact is one that a rule of this breadth looks at."""
    known = contact.circumstances
    if known is None or breadth is Breadth.ORGANISATION:
        return True
    if known.elsewhere_creditor:
        return False
    return breadth is Breadth.CUSTOMER or not debts or not known.debts or not {*debts}.isdisjoint(known.debts)


def cooldown_hit(
    *, rule: Cooldown, ledger: list[Entry], on: date, debts: tuple[str, ...] = ()
) -> tuple[Hit, date] | None:
    """The hit of a cooldown on `on`, with the first local date that may be free of it."""
    least = rule.counts or Counts.ATTEMPT
    if rule.breadth is not Breadth.ORGANISATION:
        ledger = [entry for entry in ledger if _within(rule.breadth, entry[3], debts)]
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
        monday = _monday(on)
        following = monday + _WEEK
        inside = [day for day in dates if monday <= day < following]
        if len(inside) >= cap.maximum:
            made, free = len(inside), following
    if cap.week is not WeekKind.ISO_WEEK:
        before = on - _WEEK
        inside = [day for day in dates if before < day <= on]
        if len(inside) >= cap.maximum:
            made, free = max(made, len(inside)), max(free, inside[-cap.maximum] + _WEEK)
    if not made:
        return None
    values = (("maximum", str(cap.maximum)), ("made", str(made)))
    return Hit(cap.id, Ruling.DEFER_UNTIL, "cap_week", values), _not_after(cap, free)


def _run_full(cap: Cap, dates: list[date], on: date) -> tuple[Hit, date] | None:
    run = timedelta(days=cap.rolling_days)
    before = on - run
    inside = [day for day in dates if before < day <= on]
    if len(inside) < cap.maximum:
        return None
    values = (("maximum", str(cap.maximum)), ("made", str(len(inside))), ("days", str(cap.rolling_days)))
    return Hit(cap.id, Ruling.DEFER_UNTIL, "cap_run", values), _not_after(cap, inside[-cap.maximum] + run)


def _after_answer(cap: Cap, today: list[int], on: date) -> tuple[Hit, date] | None:
    """`today` is how far each contact of the day got, in order; those after the first answer count."""
    least = cap.counts or Counts.ANSWERED
    first = next((place for place, reach in enumerate(today) if reach >= least), None)
    if first is None or len(today) - first - 1 < cap.maximum:
        return None
    values = (("maximum", str(cap.maximum)), ("date", on.isoformat()))
    return Hit(cap.id, Ruling.DEFER_UNTIL, "cap_after_answer", values), _not_after(cap, on + _DAY)


def _other_channel(cap: Cap, others: list[Entry], on: date) -> tuple[Hit, date] | None:
    if not others:
        return None
    free, used = on, ""
    monday, before = _monday(on), on - _WEEK
    following = monday + _WEEK
    for day, channel, _, _ in others:
        if cap.week is not WeekKind.ROLLING_7D and monday <= day < following:
            free, used = max(free, following), channel.value
        if cap.week is not WeekKind.ISO_WEEK and before < day <= on:
            free, used = max(free, day + _WEEK), channel.value
    if not used:
        return None
    return Hit(cap.id, Ruling.DEFER_UNTIL, "one_channel_a_week", (("used", used),)), _not_after(cap, free)


def _not_after(rule: Cap | Cooldown, free: date) -> date:
    """A rule that ends sooner frees the day after its last one."""
    return free if rule.effective_to is None else min(free, rule.effective_to + _DAY)
