# SPDX-License-Identifier: Apache-2.0
"""The one gate: every contact is judged here when planned, when about to leave, and on each retry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.briefing import Briefing, Standing, brief, concerns, kind_of, narrowed
from conserje.domain.rules.counting import cap_hit, cooldown_hit, reached, recent
from conserje.domain.rules.facts import Consent, Intent, Subject
from conserje.domain.rules.hours import Hours, day_start
from conserje.domain.rules.house import HOUSE, house_hits, permission, states_of, stopped_together
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import MandatoryText
from conserje.domain.rules.verdict import Hit, Ruling, Verdict
from conserje.domain.rules.vocabulary import POSTAL_CHANNELS, Condition, Lift, TextWhen

DEFER_DAYS = 60
ALIKE_MAX = 4096
_ALL_OF_TIME = frozenset({Lift.CAPS, Lift.WINDOWS})
_ONLY_FIRST = frozenset({TextWhen.FIRST_CONTACT, TextWhen.FIRST_CONTACT_OF_MONTH})
_Place = tuple[str, ZoneInfo, datetime]


@dataclass(slots=True)
class _Look:
    """One examination at `second`: what was hit, and the earliest second at which every hit may be gone."""

    second: int
    place: _Place
    hits: list[Hit]
    release: int | None = 0
    ruling: Ruling = Ruling.ALLOW

    def wait(self, hit: Hit, second: int | None) -> None:
        """Add a hit that goes away at `second`; `None`: not within the horizon."""
        self.hits.append(hit)
        self.release = None if second is None or self.release is None else max(self.release, second)


@dataclass(frozen=True, slots=True)
class RuleStack:
    """All packs a collector works under. Immutable; it keeps what it prepared: build it once, reuse it."""

    packs: tuple[Pack, ...]
    _briefings: dict[tuple[object, ...], tuple[Briefing, ...]] = field(
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
        briefings = self._prepare(intent, subject)
        look = self._look(briefings, intent, subject, at)
        if look.ruling is not Ruling.DEFER_UNTIL:
            return _verdict(look, briefings, subject)
        horizon = at + timedelta(days=DEFER_DAYS)
        return self._deferred(look, briefings, intent, subject, horizon)[1]

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
        briefings = self._prepare(intent, subject)
        look = self._look(briefings, intent, subject, after)
        if look.ruling <= Ruling.ALLOW_WITH_TEXT:
            return (
                (after, _verdict(look, briefings, subject))
                if after < until
                else (None, _verdict(look, briefings, subject))
            )
        if look.ruling is not Ruling.DEFER_UNTIL:
            return None, _verdict(look, briefings, subject)
        horizon = max(until, after + timedelta(days=DEFER_DAYS))
        last, verdict = self._deferred(look, briefings, intent, subject, horizon)
        if verdict.until is not None and verdict.until < until:
            return verdict.until, _verdict(last, briefings, subject)
        return None, verdict

    def forbidden_content(self, *, intent: Intent, subject: Subject, on: date) -> frozenset[str]:
        """Categories of content that no text of this contact may have on the local date `on`."""
        return frozenset(
            rule.category
            for briefing in self._prepare(intent, subject)
            for rule in briefing.pack.forbidden_content
            if rule.in_force(on)
        )

    def _prepare(self, intent: Intent, subject: Subject) -> tuple[Briefing, ...]:
        where = (subject.country, subject.subdivision, kind_of(subject.particulars))
        key = (*where, subject.debtor_type, subject.creditor_role, intent)
        known = self._briefings.get(key)
        if known is None:
            if len(self._briefings) >= ALIKE_MAX:
                self._briefings.clear()
            known = self._briefings[key] = tuple(
                brief(
                    pack=pack, intent=intent, hours=self._hours_of(pack, intent.channel, subject.subdivision)
                )
                for pack in (
                    narrowed(pack=pack, intent=intent, subject=subject)
                    for pack in self.packs
                    if concerns(pack=pack, subject=subject, purpose=intent.purpose)
                    and intent.channel in pack.applies_to.channels
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

    def _deferred(
        self,
        first: _Look,
        briefings: tuple[Briefing, ...],
        intent: Intent,
        subject: Subject,
        horizon: datetime,
    ) -> tuple[_Look, Verdict]:
        """Follow releases, each examined anew, to the first lawful second before `horizon`."""
        look = first
        while look.ruling is Ruling.DEFER_UNTIL:
            at = None if look.release is None else datetime.fromtimestamp(look.release, UTC)
            if at is None or at >= horizon:
                values = (("until", f"{horizon:%Y-%m-%d}"),)
                first.hits.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "no_lawful_instant", values))
                return look, _verdict(first, briefings, subject)
            look = self._look(briefings, intent, subject, at)
        if look.ruling > Ruling.DEFER_UNTIL:
            first.hits.extend(hit for hit in look.hits if hit.ruling > Ruling.DEFER_UNTIL)
            return look, _verdict(first, briefings, subject)
        until = datetime.fromtimestamp(look.second, UTC)
        return look, _verdict(first, briefings, subject, until)

    def _look(self, briefings: tuple[Briefing, ...], intent: Intent, subject: Subject, at: datetime) -> _Look:
        if at.tzinfo is None:
            raise ValueError("The gate judges aware instants only; this one has no time zone.")
        places, trouble = _places(briefings, intent, subject, at)
        states = states_of(subject)
        look = _Look(int(at.timestamp()), places[0], house_hits(states=states, intent=intent))
        if not any(briefing.pack.country for briefing in briefings):
            country = subject.country or "?"
            look.hits.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "no_pack", (("country", country),)))
        dates = tuple(sorted({place[2].date() for place in places}))
        consent = permission(subject=subject, intent=intent)
        for briefing in briefings:
            standing = briefing.standing(dates)
            look.hits += standing.hits
            look.hits += _person_hits(standing, subject, consent, states)
            if not trouble:
                for place in places:
                    _check_hours(briefing, standing.lifted, subject, place, look)
                    _check_counts(briefing, standing.lifted, subject, place, look)
            elif not standing.lifted >= _ALL_OF_TIME:
                look.hits.append(trouble)
        look.ruling = max([hit.ruling for hit in look.hits], default=Ruling.ALLOW)
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
    place = (subject.country, subject.subdivision, subject.zones, kind_of(subject.particulars), stopped)
    return (*place, subject.debtor_type, subject.creditor_role, consent, intent)


def _verdict(
    look: _Look, briefings: tuple[Briefing, ...], subject: Subject, until: datetime | None = None
) -> Verdict:
    """The verdict of a look; what it must carry is found only when it may leave."""
    texts: list[str] = []
    if look.ruling <= Ruling.ALLOW_WITH_TEXT:
        texts = _add_texts(briefings, subject, look)
    hits = sorted(look.hits, key=_strictest)
    ruling = hits[0].ruling if hits else Ruling.ALLOW
    return Verdict(ruling, tuple(hits), tuple([item.label for item in briefings]), tuple(texts), until)


def _strictest(hit: Hit) -> int:
    return -hit.ruling


def _places(
    briefings: tuple[Briefing, ...], intent: Intent, subject: Subject, at: datetime
) -> tuple[list[_Place], Hit | None]:
    """The moment in each candidate zone; without a usable one, in the packs' own, with a hit that says so."""
    trouble = None
    names = subject.zones
    if names:
        try:
            return [(name, zone(name), at.astimezone(zone(name))) for name in names], None
        except (KeyError, ValueError, OSError):
            trouble = Hit(HOUSE, Ruling.NEEDS_HUMAN, "zone_invalid", (("zone", ", ".join(names)),))
    elif intent.channel not in POSTAL_CHANNELS:
        trouble = Hit(HOUSE, Ruling.NEEDS_HUMAN, "zone_unknown")
    own = tuple(dict.fromkeys(name for briefing in briefings for name in briefing.pack.zones)) or ("UTC",)
    return [(name, zone(name), at.astimezone(zone(name))) for name in own], trouble


def _person_hits(
    standing: Standing, subject: Subject, consent: Consent, states: frozenset[Condition]
) -> list[Hit]:
    found: list[Hit] = []
    if consent is Consent.REVOKED:
        found.append(standing.revoked)
    elif consent is Consent.UNKNOWN and Lift.CONSENT_UNKNOWN not in standing.lifted:
        found.extend(standing.missing)
    for rule in standing.together:
        if stopped_together(subject=subject, channels=rule.channels):
            found.append(replace(standing.revoked, rule=rule.id))
    for state in states:
        found.extend(standing.conditions[state])
    return found


def _check_hours(
    briefing: Briefing, lifted: frozenset[Lift], subject: Subject, place: _Place, look: _Look
) -> None:
    hours = briefing.hours
    if hours is None or not hours.windows or Lift.WINDOWS in lifted:
        return
    zone_name, _, local = place
    on = local.date()
    day = briefing.day(on)
    if not day.certified:
        told = (("year", str(on.year)), ("pack", briefing.label))
        look.hits.append(Hit(briefing.pack.id, Ruling.NEEDS_HUMAN, "year_not_certified", told))
        return
    if hours.open_at(second=look.second, on=on, zone_name=zone_name):
        return
    asked = subject.other_hours_until
    if asked is not None and day.other_hours is not None and local < asked:
        shown = asked.astimezone(local.tzinfo).isoformat(" ", "minutes")[:16]
        look.hits.append(Hit(day.other_hours.id, Ruling.ALLOW, "other_hours", (("until", shown),)))
        return
    release = hours.next_open(second=look.second, on=on, zone_name=zone_name)
    look.wait(hours.closure(local), release)


def _check_counts(
    briefing: Briefing, lifted: frozenset[Lift], subject: Subject, place: _Place, look: _Look
) -> None:
    if Lift.CAPS in lifted or not subject.past:
        return
    zone_name, tz, local = place
    since = local - briefing.lookback
    ledger = recent(past=subject.past, since=since, tz=tz, counted=briefing.counted, inbound=False)
    heard = ledger
    if briefing.hears:
        heard = recent(past=subject.past, since=since, tz=tz, counted=briefing.counted, inbound=True)
    if not heard:
        return
    on = local.date()
    day = briefing.day(on)
    channel = briefing.intent.channel
    debts = () if subject.particulars is None else subject.particulars.debts
    found = [cap_hit(cap=cap, channel=channel, ledger=ledger, on=on, debts=debts) for cap in day.caps]
    for rule in day.cooldowns:
        begun = heard if rule.inbound else ledger
        found.append(cooldown_hit(rule=rule, ledger=begun, on=on, debts=debts))
    for item in found:
        if item is not None:
            look.wait(item[0], day_start(on=item[1], zone_name=zone_name))


def _add_texts(briefings: tuple[Briefing, ...], subject: Subject, look: _Look) -> list[str]:
    _, tz, local = look.place
    slots: list[str] = []
    for briefing in briefings:
        for rule, hit in briefing.day(local.date()).texts:
            if rule.slot in slots or (rule.when in _ONLY_FIRST and not _is_first(rule, subject, tz, local)):
                continue
            if rule.condition is not None and rule.condition not in states_of(subject):
                continue
            look.hits.append(hit)
            slots.append(rule.slot)
    return slots


def _is_first(rule: MandatoryText, subject: Subject, tz: ZoneInfo, local: datetime) -> bool:
    for past in reversed(subject.past):
        if past.purpose in rule.purposes and reached(past) and not past.inbound:
            if rule.when is TextWhen.FIRST_CONTACT:
                return False
            at = past.at.astimezone(tz)
            return (at.year, at.month) != (local.year, local.month)
    return True
