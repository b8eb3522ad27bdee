# SPDX-License-Identifier: Apache-2.0
"""The one gate: every contact is judged here when planned, when about to leave, and on each retry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.briefing import Briefing, Day, Standing, brief, concerns, kind_of, narrowed
from conserje.domain.rules.counting import Entry, cap_hit, cooldown_hit, reached, recent
from conserje.domain.rules.docket import ONLY_FIRST, Docket, Sitting, docket
from conserje.domain.rules.facts import Consent, Intent, Purpose, Subject
from conserje.domain.rules.hours import Hours, day_start
from conserje.domain.rules.house import HOUSE, house_hits, permission, states_of, stopped_together
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import MandatoryText
from conserje.domain.rules.verdict import Hit, Ruling, Verdict
from conserje.domain.rules.vocabulary import POSTAL_CHANNELS, Condition, Lift, TextWhen

DEFER_DAYS = 60
ALIKE_MAX = 4096
_ALL_OF_TIME = frozenset({Lift.CAPS, Lift.WINDOWS})
_strictness = attrgetter("ruling")
_Place = tuple[str, ZoneInfo, datetime]


@dataclass(slots=True)
class _Asked:
    """A question to the gate, with what does not change while its instant is looked for."""

    docket: Docket
    intent: Intent
    subject: Subject
    consent: Consent
    states: frozenset[Condition]
    house: list[Hit]
    ledgers: dict[tuple[str, frozenset[Purpose], bool], list[Entry]]


@dataclass(slots=True)
class _Look:
    """One examination at `second`: what was hit, and the earliest second at which every hit may be gone."""

    second: int
    place: _Place
    sitting: Sitting
    hits: list[Hit]
    release: int | None = 0
    ruling: Ruling = Ruling.ALLOW

    def wait(self, hit: Hit, second: int | None) -> None:
        """Add a hit that goes away at `second`; `None`: not within the horizon."""
        self.hits.append(hit)
        if self.ruling < Ruling.DEFER_UNTIL:
            self.ruling = Ruling.DEFER_UNTIL
        if second is None or (self.release is not None and self.release < second):
            self.release = second

    def add(self, hit: Hit) -> None:
        """Add a hit that no waiting makes go away."""
        self.hits.append(hit)
        if self.ruling < hit.ruling:
            self.ruling = hit.ruling


@dataclass(frozen=True, slots=True)
class RuleStack:
    """All packs a collector works under. Immutable; it keeps what it prepared: build it once, reuse it."""

    packs: tuple[Pack, ...]
    _dockets: dict[tuple[object, ...], Docket] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _hours: dict[tuple[object, ...], Hours] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _alike: dict[tuple[object, ...], tuple[datetime | None, Verdict]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def versions(self) -> tuple[str, ...]:
        """Label of every pack, such as `("CO 2026.11.0",)`."""
        return tuple(pack.label for pack in self.packs)

    def judge(self, *, intent: Intent, subject: Subject, at: datetime) -> Verdict:
        """Judge one contact at the aware instant `at`. Raises `ValueError` for a naive one.

        `DEFER_UNTIL` carries the first lawful instant of the next 60 days; without one it is `NEEDS_HUMAN`.
        """
        asked = self._ask(intent, subject)
        look = _look(asked, at)
        if look.ruling is not Ruling.DEFER_UNTIL:
            return _verdict(look, asked)
        return _deferred(look, asked, at + timedelta(days=DEFER_DAYS))[1]

    def next_instant(
        self, *, intent: Intent, subject: Subject, after: datetime, until: datetime
    ) -> tuple[datetime | None, Verdict]:
        """First instant in `[after, until)` at which `judge` allows (to the second), with its verdict.

        `None` comes with the verdict that stopped the search: a refusal, a person's decision, or a deferral
        beyond `until`. Customers of whom the law knows the same are answered once.
        """
        key = _as_the_law_sees(intent, subject)
        if key is None:
            return self._next_instant(intent, subject, after, until)
        known = self._alike.get((*key, after, until))
        if known is None:
            if len(self._alike) >= ALIKE_MAX:
                self._alike.clear()
            known = self._alike[*key, after, until] = self._next_instant(intent, subject, after, until)
        return known

    def _next_instant(
        self, intent: Intent, subject: Subject, after: datetime, until: datetime
    ) -> tuple[datetime | None, Verdict]:
        asked = self._ask(intent, subject)
        look = _look(asked, after)
        if look.ruling <= Ruling.ALLOW_WITH_TEXT:
            return (after if after < until else None), _verdict(look, asked)
        if look.ruling is not Ruling.DEFER_UNTIL:
            return None, _verdict(look, asked)
        horizon = max(until, after + timedelta(days=DEFER_DAYS))
        last, verdict = _deferred(look, asked, horizon)
        if verdict.until is not None and verdict.until < until:
            return verdict.until, _verdict(last, asked)
        return None, verdict

    def forbidden_content(self, *, intent: Intent, subject: Subject, on: date) -> frozenset[str]:
        """Categories of content that no text of this contact may have on the local date `on`."""
        return frozenset(
            rule.category
            for briefing in self._prepare(intent, subject).briefings
            for rule in briefing.pack.forbidden_content
            if rule.in_force(on)
        )

    def _ask(self, intent: Intent, subject: Subject) -> _Asked:
        prepared = self._prepare(intent, subject)
        states = states_of(subject)
        house = house_hits(states=states, intent=intent) if states else []
        if not prepared.placed:
            country = subject.country or "?"
            house.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "no_pack", (("country", country),)))
        consent = permission(subject=subject, intent=intent)
        return _Asked(prepared, intent, subject, consent, states, house, {})

    def _prepare(self, intent: Intent, subject: Subject) -> Docket:
        key = _kind(intent, subject)
        known = self._dockets.get(key)
        if known is None:
            if len(self._dockets) >= ALIKE_MAX:
                self._dockets.clear()
            packs = (
                narrowed(pack=pack, intent=intent, subject=subject)
                for pack in self.packs
                if concerns(pack=pack, subject=subject, purpose=intent.purpose)
                and intent.channel in pack.applies_to.channels
            )
            known = self._dockets[key] = docket(
                briefings=tuple(
                    brief(
                        pack=pack,
                        intent=intent,
                        hours=self._hours_of(pack, intent.channel, subject.subdivision),
                    )
                    for pack in packs
                )
            )
        return known

    def _hours_of(self, pack: Pack, channel: Channel, subdivision: str) -> Hours | None:
        if not pack.windows:
            return None
        windows = tuple(window for window in pack.windows if channel in window.channels)
        always = pack.other_channels_open and all(window.closed for window in windows)
        if always and not windows:
            return None
        calendar = pack.holidays.within(subdivision)
        return self._hours.setdefault((windows, calendar.days, always), Hours(windows, calendar, always))


def _kind(intent: Intent, subject: Subject) -> tuple[object, ...]:
    """What selects packs and rules. Its parts one by one: values that are themselves tuples are slow to compare."""
    return (
        subject.country,
        subject.subdivision,
        subject.debtor_type,
        subject.creditor_role,
        intent.channel,
        intent.purpose,
        intent.recipient,
        intent.opened_by_customer,
        intent.place,
        kind_of(subject.particulars),
    )


def _deferred(first: _Look, asked: _Asked, horizon: datetime) -> tuple[_Look, Verdict]:
    """Follow releases, each examined anew, to the first lawful second before `horizon`."""
    look = first
    while look.ruling is Ruling.DEFER_UNTIL:
        at = None if look.release is None else datetime.fromtimestamp(look.release, UTC)
        if at is None or at >= horizon:
            values = (("until", f"{horizon:%Y-%m-%d}"),)
            first.hits.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "no_lawful_instant", values))
            return look, _verdict(first, asked)
        look = _look(asked, at)
    if look.ruling > Ruling.DEFER_UNTIL:
        first.hits.extend(hit for hit in look.hits if hit.ruling > Ruling.DEFER_UNTIL)
        return look, _verdict(first, asked)
    return look, _verdict(first, asked, datetime.fromtimestamp(look.second, UTC))


def _look(asked: _Asked, at: datetime) -> _Look:
    if at.tzinfo is None:
        raise ValueError("The gate judges aware instants only; this one has no time zone.")
    places, trouble = _places(asked, at)
    dates = (places[0][2].date(),) if len(places) == 1 else tuple([place[2].date() for place in places])
    sitting = asked.docket.on(dates)
    look = _Look(int(at.timestamp()), places[0], sitting, [], ruling=sitting.ruling)
    for hit in asked.house:
        look.add(hit)
    usual = asked.consent is Consent.GRANTED and not asked.states
    counted = bool(asked.subject.past)
    for dated in sitting.dated:
        standing = dated.standing
        look.hits += standing.hits
        if not usual or standing.together:
            for hit in _person_hits(standing, asked):
                look.add(hit)
        if trouble is not None:
            if not standing.lifted >= _ALL_OF_TIME:
                look.add(trouble)
            continue
        for place, day in zip(places, dated.days, strict=True):
            if dated.timed:
                _check_hours(dated.briefing, day, asked, place, look)
            if counted and dated.counted:
                _check_counts(dated.briefing, day, asked, place, look)
    return look


def _as_the_law_sees(intent: Intent, subject: Subject) -> tuple[object, ...] | None:
    """Everything of `subject` that is judged, None where it has a past or a state of its own."""
    if subject.past or subject.other_hours_until is not None:
        return None
    if subject.time_barred or subject.insolvent or subject.deceased_or_minor:
        return None
    if subject.particulars is not None and subject.particulars.states:
        return None
    consent = permission(subject=subject, intent=intent)
    stopped = tuple([item.channel for item in subject.permissions if item.consent is Consent.REVOKED])
    return (*_kind(intent, subject), subject.zones, stopped, consent)


def _verdict(look: _Look, asked: _Asked, until: datetime | None = None) -> Verdict:
    """The verdict of a look; what it must carry is found only when it may leave, and once for all alike."""
    if look.ruling > Ruling.ALLOW_WITH_TEXT:
        return _told(look.hits, asked, (), until)
    sitting = look.sitting
    if asked.states or len(look.hits) > sitting.said:
        return _with_texts(look, asked)
    firsts = tuple([_is_first(rule, asked.subject, look.place) for rule in sitting.firsts])
    known = sitting.allowed.get(firsts)
    if known is None:
        known = sitting.allowed[firsts] = _with_texts(look, asked)
    return known


def _with_texts(look: _Look, asked: _Asked) -> Verdict:
    slots: list[str] = []
    hits = [*look.hits]
    for dated in look.sitting.dated:
        for rule, hit in dated.days[0].texts:
            if rule.slot in slots:
                continue
            if rule.when in ONLY_FIRST and not _is_first(rule, asked.subject, look.place):
                continue
            if rule.condition is not None and rule.condition not in asked.states:
                continue
            hits.append(hit)
            slots.append(rule.slot)
    return _told(hits, asked, tuple(slots), None)


def _told(hits: list[Hit], asked: _Asked, texts: tuple[str, ...], until: datetime | None) -> Verdict:
    found = sorted(hits, key=_strictness, reverse=True)
    return Verdict(
        found[0].ruling if found else Ruling.ALLOW, tuple(found), asked.docket.labels, texts, until
    )


def _places(asked: _Asked, at: datetime) -> tuple[list[_Place], Hit | None]:
    """The moment in each candidate zone; without a usable one, in the packs' own, with a hit that says so."""
    trouble = None
    names = asked.subject.zones
    if names:
        try:
            known = _zones(names)
            if len(known) == 1:
                ((name, tz),) = known
                return [(name, tz, at.astimezone(tz))], None
            return [(name, tz, at.astimezone(tz)) for name, tz in known], None
        except (KeyError, ValueError, OSError):
            trouble = Hit(HOUSE, Ruling.NEEDS_HUMAN, "zone_invalid", (("zone", ", ".join(names)),))
    elif asked.intent.channel not in POSTAL_CHANNELS:
        trouble = Hit(HOUSE, Ruling.NEEDS_HUMAN, "zone_unknown")
    own = asked.docket.zones or ("UTC",)
    return [(name, tz, at.astimezone(tz)) for name, tz in _zones(own)], trouble


@lru_cache(maxsize=4096)
def _zones(names: tuple[str, ...]) -> tuple[tuple[str, ZoneInfo], ...]:
    return tuple((name, zone(name)) for name in names)


def _person_hits(standing: Standing, asked: _Asked) -> list[Hit]:
    found: list[Hit] = []
    if asked.consent is Consent.REVOKED:
        found.append(standing.revoked)
    elif asked.consent is Consent.UNKNOWN and Lift.CONSENT_UNKNOWN not in standing.lifted:
        found.extend(standing.missing)
    for rule in standing.together:
        if stopped_together(subject=asked.subject, channels=rule.channels):
            found.append(replace(standing.revoked, rule=rule.id))
    for state in asked.states:
        found.extend(standing.conditions[state])
    return found


def _check_hours(briefing: Briefing, day: Day, asked: _Asked, place: _Place, look: _Look) -> None:
    hours = briefing.hours
    assert hours is not None
    zone_name, _, local = place
    on = day.on
    if not day.certified:
        told = (("year", str(on.year)), ("pack", briefing.label))
        look.add(Hit(briefing.pack.id, Ruling.NEEDS_HUMAN, "year_not_certified", told))
        return
    if hours.open_at(second=look.second, on=on, zone_name=zone_name):
        return
    wished = asked.subject.other_hours_until
    if wished is not None and day.other_hours is not None and local < wished:
        shown = wished.astimezone(local.tzinfo).isoformat(" ", "minutes")[:16]
        look.hits.append(Hit(day.other_hours.id, Ruling.ALLOW, "other_hours", (("until", shown),)))
        return
    release = hours.next_open(second=look.second, on=on, zone_name=zone_name)
    look.wait(hours.closure(local), release)


def _check_counts(briefing: Briefing, day: Day, asked: _Asked, place: _Place, look: _Look) -> None:
    on, subject = day.on, asked.subject
    debts = () if subject.particulars is None else subject.particulars.debts
    ledger = _ledger(briefing, asked, place, inbound=False)
    if ledger:
        since_last = (on - ledger[-1][0]).days
        channel = asked.intent.channel
        for span, cap in day.caps:
            if since_last < span:
                found = cap_hit(cap=cap, channel=channel, ledger=ledger, on=on, debts=debts)
                if found is not None:
                    look.wait(found[0], day_start(on=found[1], zone_name=place[0]))
    for rule in day.cooldowns:
        begun = _ledger(briefing, asked, place, inbound=True) if rule.inbound else ledger
        if begun and (on - begun[-1][0]).days <= rule.gap_days:
            found = cooldown_hit(rule=rule, ledger=begun, on=on, debts=debts)
            if found is not None:
                look.wait(found[0], day_start(on=found[1], zone_name=place[0]))


def _ledger(briefing: Briefing, asked: _Asked, place: _Place, *, inbound: bool) -> list[Entry]:
    """The contacts that count here, read once: a later look sees no older ones."""
    zone_name, tz, local = place
    key = (zone_name, briefing.counted, inbound)
    known = asked.ledgers.get(key)
    if known is None:
        since = local - asked.docket.lookback
        known = asked.ledgers[key] = recent(
            past=asked.subject.past, since=since, tz=tz, counted=briefing.counted, inbound=inbound
        )
    return known


def _is_first(rule: MandatoryText, subject: Subject, place: _Place) -> bool:
    _, tz, local = place
    for past in reversed(subject.past):
        if past.purpose in rule.purposes and reached(past) and not past.inbound:
            if rule.when is TextWhen.FIRST_CONTACT:
                return False
            at = past.at.astimezone(tz)
            return (at.year, at.month) != (local.year, local.month)
    return True
