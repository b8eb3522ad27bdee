# SPDX-License-Identifier: Apache-2.0
"""All packs' briefings for one kind of contact together, with what they say on a date found once for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from conserje.domain.rules.briefing import Briefing, Day, Standing
from conserje.domain.rules.rule import MandatoryText
from conserje.domain.rules.verdict import Ruling, Verdict
from conserje.domain.rules.vocabulary import Lift, TextWhen

ONLY_FIRST = frozenset({TextWhen.FIRST_CONTACT, TextWhen.FIRST_CONTACT_OF_MONTH})


@dataclass(frozen=True, slots=True)
class Dated:
    """What one briefing says on the local dates of the candidate zones; `days` in the order of those dates.

    `timed`: its windows are looked at; `counted`: its caps and cooldowns are, where there are any.
    """

    briefing: Briefing
    standing: Standing
    days: tuple[Day, ...]
    timed: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class Sitting:
    """What all briefings say on the local dates of the candidate zones.

    `said` counts the hits that stand for everybody, `ruling` is the strictest of them. `firsts` are the texts of the
    first date that depend on earlier contacts; `allowed` the verdicts of those whom nothing stops, by which of
    `firsts` are due.
    """

    dated: tuple[Dated, ...]
    said: int
    ruling: Ruling
    firsts: tuple[MandatoryText, ...]
    allowed: dict[tuple[bool, ...], Verdict] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Docket:
    """The briefings that speak about one kind of contact. `placed`: one of them is a country's.

    `zones` are those of the packs, for customers without one; `lookback`: how far back the longest rule looks.
    """

    briefings: tuple[Briefing, ...]
    labels: tuple[str, ...]
    zones: tuple[str, ...]
    placed: bool
    lookback: timedelta
    _sittings: dict[tuple[date, ...], Sitting] = field(default_factory=dict, compare=False, repr=False)

    def on(self, dates: tuple[date, ...]) -> Sitting:
        """What is said on `dates`, one for each candidate zone."""
        known = self._sittings.get(dates)
        if known is None:
            known = self._sittings[dates] = _sitting(self.briefings, dates)
        return known


def docket(*, briefings: tuple[Briefing, ...]) -> Docket:
    """Put the briefings of one kind of contact together."""
    return Docket(
        briefings=briefings,
        labels=tuple(item.label for item in briefings),
        zones=tuple(dict.fromkeys(name for item in briefings for name in item.pack.zones)),
        placed=any(item.pack.country for item in briefings),
        lookback=max((item.lookback for item in briefings), default=timedelta()),
    )


def _sitting(briefings: tuple[Briefing, ...], dates: tuple[date, ...]) -> Sitting:
    differing = tuple(sorted(set(dates)))
    dated = tuple(_dated(item, differing, dates) for item in briefings)
    hits = [hit for item in dated for hit in item.standing.hits]
    return Sitting(
        dated=dated,
        said=len(hits),
        ruling=max((hit.ruling for hit in hits), default=Ruling.ALLOW),
        firsts=tuple(rule for item in dated for rule, _ in item.days[0].texts if rule.when in ONLY_FIRST),
    )


def _dated(briefing: Briefing, differing: tuple[date, ...], dates: tuple[date, ...]) -> Dated:
    standing = briefing.standing(differing)
    days = tuple(briefing.day(on) for on in dates)
    hours = briefing.hours
    return Dated(
        briefing=briefing,
        standing=standing,
        days=days,
        timed=hours is not None and bool(hours.windows) and Lift.WINDOWS not in standing.lifted,
        counted=Lift.CAPS not in standing.lifted and any(day.caps or day.cooldowns for day in days),
    )
