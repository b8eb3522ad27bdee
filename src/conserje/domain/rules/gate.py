# SPDX-License-Identifier: Apache-2.0
"""The one gate: every contact is judged here when planned, when about to leave, and on each retry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.briefing import Briefing, brief, concerns, in_force_everywhere
from conserje.domain.rules.counting import cap_hit, cooldown_hit, reached, recent
from conserje.domain.rules.facts import Intent, Subject
from conserje.domain.rules.hours import Hours, day_start
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.standing import HOUSE, consent_hits, house_hits, pack_hits, permission
from conserje.domain.rules.verdict import Hit, Ruling, Verdict
from conserje.domain.rules.vocabulary import POSTAL_CHANNELS, Lift, TextWhen

DEFER_DAYS = 60
_Place = tuple[str, ZoneInfo, datetime]


@dataclass(slots=True)
class _Look:
    """One examination at `second`: what was hit, and the earliest second at which every hit may be gone."""

    second: int
    hits: list[Hit]
    texts: list[str]
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
    _hours: dict[tuple[str, Channel], Hours] = field(
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
            return _verdict(look, briefings)
        horizon = at + timedelta(days=DEFER_DAYS)
        return self._deferred(look, briefings, intent, subject, horizon)[1]

    def next_instant(
        self, *, intent: Intent, subject: Subject, after: datetime, until: datetime
    ) -> tuple[datetime | None, Verdict]:
        """First instant in `[after, until)` at which `judge` allows (to the second), with its verdict.

        `None` comes with the verdict that stopped the search: a refusal, a person's decision, or a deferral
        beyond `until`.
        """
        briefings = self._prepare(intent, subject)
        look = self._look(briefings, intent, subject, after)
        if look.ruling <= Ruling.ALLOW_WITH_TEXT:
            return (after, _verdict(look, briefings)) if after < until else (None, _verdict(look, briefings))
        if look.ruling is not Ruling.DEFER_UNTIL:
            return None, _verdict(look, briefings)
        horizon = max(until, after + timedelta(days=DEFER_DAYS))
        last, verdict = self._deferred(look, briefings, intent, subject, horizon)
        if verdict.until is not None and verdict.until < until:
            return verdict.until, _verdict(last, briefings)
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
        key = (subject.country, subject.subdivision, subject.debtor_type, subject.creditor_role, intent)
        known = self._briefings.get(key)
        if known is None:
            known = self._briefings[key] = tuple(
                brief(
                    pack=pack,
                    intent=intent,
                    creditor_role=subject.creditor_role,
                    hours=self._hours_of(pack, intent.channel),
                )
                for pack in self.packs
                if concerns(pack=pack, subject=subject, purpose=intent.purpose)
            )
        return known

    def _hours_of(self, pack: Pack, channel: Channel) -> Hours | None:
        if not pack.windows:
            return None
        windows = tuple(window for window in pack.windows if channel in window.channels)
        return self._hours.setdefault((pack.id, channel), Hours(windows, pack.holidays))

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
                return look, _verdict(first, briefings)
            look = self._look(briefings, intent, subject, at)
        if look.ruling > Ruling.DEFER_UNTIL:
            first.hits.extend(hit for hit in look.hits if hit.ruling > Ruling.DEFER_UNTIL)
            return look, _verdict(first, briefings)
        until = datetime.fromtimestamp(look.second, UTC)
        return look, _verdict(first, briefings, until)

    def _look(self, briefings: tuple[Briefing, ...], intent: Intent, subject: Subject, at: datetime) -> _Look:
        if at.tzinfo is None:
            raise ValueError("The gate judges aware instants only; this one has no time zone.")
        look = _Look(int(at.timestamp()), house_hits(subject=subject, intent=intent), [])
        if not any(briefing.pack.country for briefing in briefings):
            country = subject.country or "?"
            look.hits.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "no_pack", (("country", country),)))
        places, trouble = _places(briefings, intent, subject, at)
        dates = tuple({place[2].date() for place in places})
        consent = permission(subject=subject, intent=intent)
        for briefing in briefings:
            lifted = _lifted(briefing, intent, dates, look)
            look.hits += pack_hits(briefing=briefing, subject=subject, dates=dates)
            look.hits += consent_hits(
                briefing=briefing, intent=intent, consent=consent, lifted=lifted, dates=dates
            )
            if max(dates) > briefing.expires_on:
                values = (("pack", briefing.label), ("review_by", briefing.pack.review_by.isoformat()))
                look.hits.append(Hit(briefing.pack.id, Ruling.NEEDS_HUMAN, "pack_expired", values))
            if trouble and not lifted >= {Lift.CAPS, Lift.WINDOWS}:
                look.hits.append(trouble)
            elif not trouble:
                for place in places:
                    _check_hours(briefing, intent, subject, lifted, place, look)
                    _check_counts(briefing, intent, subject, lifted, place, look)
        look.ruling = max((hit.ruling for hit in look.hits), default=Ruling.ALLOW)
        if look.ruling <= Ruling.ALLOW_WITH_TEXT:
            _add_texts(briefings, subject, places[0], look)
        return look


def _verdict(look: _Look, briefings: tuple[Briefing, ...], until: datetime | None = None) -> Verdict:
    hits = tuple(sorted(look.hits, key=lambda hit: -hit.ruling))
    ruling = hits[0].ruling if hits else Ruling.ALLOW
    return Verdict(ruling, hits, tuple(briefing.label for briefing in briefings), tuple(look.texts), until)


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


def _lifted(briefing: Briefing, intent: Intent, dates: tuple[date, ...], look: _Look) -> frozenset[Lift]:
    found: frozenset[Lift] = frozenset()
    for rule in in_force_everywhere(briefing.exemptions, dates):
        lifts = rule.lifts | (rule.lifts_when_opened if intent.opened_by_customer else frozenset())
        values = (("purpose", intent.purpose.value), ("lifts", ", ".join(sorted(lifts))))
        look.hits.append(Hit(rule.id, Ruling.ALLOW, "exempt", values))
        found |= lifts
    return found


def _check_hours(
    briefing: Briefing, intent: Intent, subject: Subject, lifted: frozenset[Lift], place: _Place, look: _Look
) -> None:
    hours = briefing.hours
    if hours is None or Lift.WINDOWS in lifted:
        return
    if not hours.windows:
        never = Hit(briefing.pack.id, Ruling.DENY, "channel_forbidden", (("channel", intent.channel.value),))
        look.hits.append(never)
        return
    zone_name, _, local = place
    on = local.date()
    if not hours.certified(on):
        values = (("year", str(on.year)), ("pack", briefing.label))
        look.hits.append(Hit(briefing.pack.id, Ruling.NEEDS_HUMAN, "year_not_certified", values))
        return
    if hours.open_at(look.second, on, zone_name):
        return
    asked = subject.other_hours_until
    if asked is not None and local < asked:
        for rule in in_force_everywhere(briefing.other_hours, (on,)):
            shown = f"{asked.astimezone(local.tzinfo):%Y-%m-%d %H:%M}"
            look.hits.append(Hit(rule.id, Ruling.ALLOW, "other_hours", (("until", shown),)))
            return
    look.wait(hours.closure(local), hours.next_open(look.second, on, zone_name))


def _check_counts(
    briefing: Briefing, intent: Intent, subject: Subject, lifted: frozenset[Lift], place: _Place, look: _Look
) -> None:
    if Lift.CAPS in lifted or not subject.past:
        return
    zone_name, tz, local = place
    on = local.date()
    ledger = recent(past=subject.past, since=local - briefing.lookback, tz=tz, counted=briefing.counted)
    if not ledger:
        return
    for cap in briefing.caps:
        if cap.in_force(on):
            found = cap_hit(cap=cap, channel=intent.channel, ledger=ledger, on=on)
            if found:
                look.wait(found[0], day_start(found[1], zone_name))
    for rule in briefing.cooldowns:
        if rule.in_force(on):
            found = cooldown_hit(rule=rule, ledger=ledger, on=on)
            if found:
                look.wait(found[0], day_start(found[1], zone_name))


def _add_texts(briefings: tuple[Briefing, ...], subject: Subject, place: _Place, look: _Look) -> None:
    _, tz, local = place
    on = local.date()
    for briefing in briefings:
        for rule, hit in briefing.texts:
            if not rule.in_force(on) or rule.slot in look.texts:
                continue
            if rule.when in (TextWhen.FIRST_CONTACT, TextWhen.FIRST_CONTACT_OF_MONTH):
                earlier = [
                    past.at for past in subject.past if past.purpose in rule.purposes and reached(past)
                ]
                if rule.when is TextWhen.FIRST_CONTACT_OF_MONTH:
                    earlier = [at for at in earlier if _month(at.astimezone(tz)) == _month(local)]
                if earlier:
                    continue
            look.hits.append(hit)
            look.texts.append(rule.slot)
    if look.texts:
        look.ruling = Ruling.ALLOW_WITH_TEXT


def _month(local: datetime) -> tuple[int, int]:
    return local.year, local.month
