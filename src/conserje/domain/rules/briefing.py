# SPDX-License-Identifier: Apache-2.0
"""What one pack has to say about one kind of contact, prepared once: the gate judges thousands with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from conserje.domain.rules.counting import resolved_caps, resolved_cooldowns
from conserje.domain.rules.facts import (
    CreditorKind,
    DebtKind,
    DebtorType,
    Intent,
    Particulars,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.hours import Hours
from conserje.domain.rules.house import HOUSE
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import (
    AppliesTo,
    Cap,
    Cooldown,
    MandatoryText,
    OtherHoursRule,
    RevocationRule,
    Rule,
)
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import (
    AUTOMATED_CHANNELS,
    COMPANY_TRADE,
    ELECTRONIC_CHANNELS,
    EVERY_CHANNEL,
    VOICE_CHANNELS,
    WRITTEN_CHANNELS,
    Condition,
    Lift,
    PlaceTest,
    TextWhen,
)

GRACE = timedelta(days=30)
_ALWAYS_WRITABLE = frozenset({RecipientRole.DEBTOR, RecipientRole.AUTHORISED_REP, RecipientRole.ATTORNEY})
_TEXT_CHANNELS = {
    TextWhen.WRITTEN_CONTACT: WRITTEN_CHANNELS,
    TextWhen.ELECTRONIC_CONTACT: ELECTRONIC_CHANNELS,
    TextWhen.VOICE_CONTACT: VOICE_CHANNELS,
    TextWhen.AUTOMATED_VOICE: AUTOMATED_CHANNELS,
}
_NOTHING = Particulars()
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds on the local dates of all candidate zones, whatever the hour. Built by `Briefing.standing`."""

    hits: tuple[Hit, ...]
    lifted: frozenset[Lift]
    missing: tuple[Hit, ...]
    revoked: Hit
    together: tuple[RevocationRule, ...]
    conditions: dict[Condition, tuple[Hit, ...]]


@dataclass(frozen=True, slots=True)
class Day:
    """What holds on the local date `on`; `caps` with their spans. Built by `Briefing.day`."""

    on: date
    certified: bool
    caps: tuple[tuple[int, Cap], ...]
    cooldowns: tuple[Cooldown, ...]
    other_hours: OtherHoursRule | None
    texts: tuple[tuple[MandatoryText, Hit], ...]


@dataclass(frozen=True, slots=True)
class Briefing:
    """The rules of `pack` for one kind of contact, and what of them holds on a date, remembered."""

    pack: Pack
    intent: Intent
    label: str
    hours: Hours | None
    caps: tuple[Cap, ...]
    cooldowns: tuple[Cooldown, ...]
    counted: frozenset[Purpose]
    lookback: timedelta
    _standing: dict[tuple[date, ...], Standing] = field(default_factory=dict, compare=False, repr=False)
    _days: dict[date, Day] = field(default_factory=dict, compare=False, repr=False)

    def standing(self, dates: tuple[date, ...]) -> Standing:
        """What holds on `dates`: a restriction in any of them, a relaxation only in all of them."""
        known = self._standing.get(dates)
        if known is None:
            known = self._standing[dates] = _standing(self, dates)
        return known

    def day(self, on: date) -> Day:
        """What holds on the local date `on`."""
        known = self._days.get(on)
        if known is None:
            known = self._days[on] = _day(self, on)
        return known


def concerns(*, pack: Pack, subject: Subject, purpose: Purpose) -> bool:
    """Whether `pack` speaks about this customer, this collector and this purpose."""
    if not _is_there(pack, subject):
        return False
    more = subject.particulars or _NOTHING
    scope, debtor = pack.applies_to, subject.debtor_type
    if debtor is DebtorType.COMPANY_TRADE and pack.reading(COMPANY_TRADE) == "exempt":
        return False
    if not scope.binds(
        creditor=subject.creditor_role, debtor=debtor, creditor_kind=more.creditor_kind, debt=more.debt_kind
    ):
        return False
    return purpose in scope.purposes or any(purpose in rule.purposes for rule in pack.exemptions)


def _is_there(pack: Pack, subject: Subject) -> bool:
    """Whether one of the places that select `pack` is its place; so is a part not known."""
    if not pack.country:
        return True
    if PlaceTest.DEBTOR_ADDRESS in pack.jurisdiction_test and pack.country == subject.country:
        known, wanted = subject.subdivision, pack.subdivision
        if not wanted or known == wanted or known.startswith(f"{wanted}-"):
            return True
        if not pack.skip_if_place_unknown and (not known or wanted.startswith(f"{known}-")):
            return True
    more = subject.particulars
    if more is None:
        return False
    code = f"{pack.country}-{pack.subdivision}" if pack.subdivision else pack.country
    tested = ((PlaceTest.DEBT_PLACE, more.debt_place), (PlaceTest.CREDITOR_PLACE, more.creditor_place))
    return any(
        test in pack.jurisdiction_test and f"{place}-".startswith(f"{code}-") for test, place in tested
    )


def brief(*, pack: Pack, intent: Intent, hours: Hours | None) -> Briefing:
    """Prepare `pack`, already `narrowed`, for one kind of contact. `hours`: its windows for the channel, if any."""
    uncounted = {freed for rule in pack.exemptions if Lift.CAPS in rule.lifts for freed in rule.purposes}
    caps = resolved_caps(pack=pack, intent=intent)
    cooldowns = resolved_cooldowns(pack=pack, channel=intent.channel)
    longest = max((8, *(rule.gap_days + 2 for rule in cooldowns), *(rule.span + 2 for rule in caps)))
    return Briefing(
        pack=pack,
        intent=intent,
        label=pack.label,
        hours=hours,
        caps=caps,
        cooldowns=cooldowns,
        counted=pack.applies_to.purposes - uncounted,
        lookback=timedelta(days=longest),
    )


def narrowed(*, pack: Pack, intent: Intent, subject: Subject) -> Pack:
    """`pack` with only the rules that bind this collector about this customer, as its readings are chosen."""
    more = subject.particulars or _NOTHING
    debtor, kind, debt = subject.debtor_type, more.creditor_kind, more.debt_kind

    def kept(rules: tuple[R, ...]) -> tuple[R, ...]:
        return tuple(rule for rule in rules if _holds(rule.reading) and _binds(rule.applies_to))

    def _holds(reading: tuple[str, str] | None) -> bool:
        return reading is None or pack.reading(reading[0]) == reading[1]

    def _binds(scope: AppliesTo | None) -> bool:
        if scope is None:
            return True
        if intent.purpose not in scope.purposes or intent.channel not in scope.channels:
            return False
        return scope.binds(creditor=subject.creditor_role, debtor=debtor, creditor_kind=kind, debt=debt)

    return replace(
        pack,
        windows=kept(pack.windows),
        caps=kept(pack.caps),
        cooldowns=kept(pack.cooldowns),
        consents=kept(pack.consents),
        other_hours=kept(pack.other_hours),
        revocations=kept(pack.revocations),
        recipients=kept(pack.recipients),
        forbidden_channels=kept(pack.forbidden_channels),
        conditions=kept(pack.conditions),
        forbidden_content=kept(pack.forbidden_content),
        mandatory_texts=kept(pack.mandatory_texts),
        exemptions=kept(pack.exemptions),
    )


def kind_of(particulars: Particulars | None) -> tuple[CreditorKind, DebtKind, str, str] | None:
    """What of the particulars selects packs and rules."""
    if particulars is None:
        return None
    return (
        particulars.creditor_kind,
        particulars.debt_kind,
        particulars.debt_place,
        particulars.creditor_place,
    )


def _somewhere(rules: Iterable[R], dates: tuple[date, ...]) -> list[R]:
    return [rule for rule in rules if any(rule.in_force(on) for on in dates)]


def _everywhere(rules: Iterable[R], dates: tuple[date, ...]) -> list[R]:
    return [rule for rule in rules if all(rule.in_force(on) for on in dates)]


def _standing(briefing: Briefing, dates: tuple[date, ...]) -> Standing:
    pack, channel = briefing.pack, briefing.intent.channel
    hits = [*_people_and_channels(briefing, dates)]
    if max(dates) > pack.review_by + GRACE:
        told = (("pack", briefing.label), ("review_by", pack.review_by.isoformat()))
        hits.append(Hit(pack.id, Ruling.NEEDS_HUMAN, "pack_expired", told))
    lifted: frozenset[Lift] = frozenset()
    purpose, opened = briefing.intent.purpose, briefing.intent.opened_by_customer
    for freed in _everywhere((rule for rule in pack.exemptions if purpose in rule.purposes), dates):
        lifts = freed.lifts | (freed.lifts_when_opened if opened else frozenset())
        told = (("purpose", purpose.value), ("lifts", ", ".join(sorted(lifts))))
        hits.append(Hit(freed.id, Ruling.ALLOW, "exempt", told))
        lifted |= lifts
    wanted = (("channel", channel.value),)
    needed = _somewhere((rule for rule in pack.consents if channel in rule.channels), dates)
    ended = [rule for rule in _somewhere(pack.revocations, dates) if channel in rule.channels]
    stops = [rule.id for rule in (*ended, *needed)]
    return Standing(
        hits=tuple(hits),
        lifted=lifted,
        missing=tuple(Hit(rule.id, Ruling.DENY, "consent_missing", wanted) for rule in needed),
        revoked=Hit(stops[0] if stops else HOUSE, Ruling.DENY, "consent_revoked", wanted),
        together=tuple(rule for rule in ended if rule.together),
        conditions=_conditions(pack, purpose, dates),
    )


def _conditions(pack: Pack, purpose: Purpose, dates: tuple[date, ...]) -> dict[Condition, tuple[Hit, ...]]:
    found: dict[Condition, tuple[Hit, ...]] = dict.fromkeys(Condition, ())
    for rule in _somewhere(pack.conditions, dates):
        if purpose in rule.purposes:
            found[rule.condition] += (Hit(rule.id, rule.ruling, rule.condition.value),)
    return found


def _people_and_channels(briefing: Briefing, dates: tuple[date, ...]) -> Iterator[Hit]:
    pack, role, channel = briefing.pack, briefing.intent.recipient, briefing.intent.channel
    told = (("role", role.value),)
    rules = [rule for rule in _somewhere(pack.recipients, dates) if role in rule.roles]
    for rule in rules:
        if rule.allowed:
            yield Hit(rule.id, Ruling.ALLOW, "recipient_allowed", told)
        else:
            yield Hit(rule.id, Ruling.DENY, "recipient_forbidden", told)
    if pack.recipients and not rules and role not in _ALWAYS_WRITABLE:
        yield Hit(pack.id, Ruling.NEEDS_HUMAN, "recipient_unclear", told)
    for shut in _somewhere(pack.forbidden_channels, dates):
        if channel in shut.channels:
            yield Hit(shut.id, Ruling.DENY, "channel_forbidden", (("channel", channel.value),))
    if briefing.hours is not None and not briefing.hours.windows:
        yield Hit(pack.id, Ruling.DENY, "channel_forbidden", (("channel", channel.value),))


def _day(briefing: Briefing, on: date) -> Day:
    pack, channel, purpose = briefing.pack, briefing.intent.channel, briefing.intent.purpose
    return Day(
        on=on,
        certified=briefing.hours is None or briefing.hours.certified(on),
        caps=tuple((rule.span, rule) for rule in briefing.caps if rule.in_force(on)),
        cooldowns=tuple(rule for rule in briefing.cooldowns if rule.in_force(on)),
        other_hours=next((rule for rule in pack.other_hours if rule.in_force(on)), None),
        texts=tuple(
            (rule, Hit(rule.id, Ruling.ALLOW_WITH_TEXT, "text_required", (("slot", rule.slot),)))
            for rule in pack.mandatory_texts
            if rule.in_force(on)
            and purpose in rule.purposes
            and channel in rule.channels
            and channel in _TEXT_CHANNELS.get(rule.when, EVERY_CHANNEL)
        ),
    )
