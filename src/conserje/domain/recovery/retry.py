# SPDX-License-Identifier: Apache-2.0
"""When a refused charge is tried again by itself: at an hour at which it may go through, within what is allowed.

Minutes are spread inside the allowed window by a hash of the charge, so that a share of them can be held out and the
timing be measured. That paydays and mornings help is a supposition of the trade, not a measured fact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conserje.domain.kit.days import instant, local_date, zone
from conserje.domain.recovery.decline import Classed
from conserje.domain.recovery.governor import Denied
from conserje.domain.recovery.networks import Meaning

DRAWS = 10_000
NIGHT_ENDS = time(6)
_MORNING = time(7)
_MORNING_MINUTES = 180
_TECHNICAL_MINUTES = (15, 60, 150)
_TECHNICAL_SPREAD_MINUTES = (15, 60, 90)
_GENERIC_DAYS = 3
_MOVES_MAX = 40

# Days of the month on which wages are paid: 31 is the last. Brazil's is its fifth business day.
_PAYDAYS = {"MX": (15, 31), "CO": (15, 30)}
_NTH_BUSINESS_DAY = {"BR": 5}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the payer's day is counted: country, IANA zone, and the days on which its banks are closed."""

    country: str
    zone: str
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class NextTry:
    """The next try: when, the draw of its charge (0 to 9,999; None by hand), and by which plan the moment was found."""

    at: datetime
    draw: int | None
    plan: str


def next_try(
    *,
    refused: Classed,
    tried: int,
    place: Place,
    now: datetime,
    key: str,
    allowed_from: Callable[[datetime], datetime | Denied],
) -> NextTry | Denied:
    """When the charge is tried after `refused`; `tried` is how often we tried again already, `key` names the charge.

    `allowed_from` is the governor's word: the first allowed instant from another. What the customer must act on, what
    nobody explains and what ends a card is `Denied`. Never from midnight to six, nor on days of closed banks.
    """
    if not refused.by_itself:
        return Denied(f"class.{refused.decline.value}", None)
    draw = draw_of(key=f"{key}:{tried}")
    plan, wanted = _wanted(refused, tried, place, now, draw)
    found = good_moment(wanted=max(wanted, now), place=place, draw=draw, allowed_from=allowed_from)
    return found if isinstance(found, Denied) else NextTry(found, draw, plan)


def good_moment(
    *, wanted: datetime, place: Place, draw: int, allowed_from: Callable[[datetime], datetime | Denied]
) -> datetime | Denied:
    """The first moment from `wanted` on that the governor allows, neither by night nor while banks are closed."""
    at = _good(wanted, place, draw)
    for _ in range(_MOVES_MAX):
        found = allowed_from(at)
        if isinstance(found, Denied):
            return found
        good = _good(found, place, draw)
        if good == at:
            return at
        at = good
    return Denied("no_good_hour", None)


def draw_of(*, key: str) -> int:
    """The same number from 0 to 9,999 for the same key, evenly spread over keys."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % DRAWS


def payday(*, country: str, after: date, closed: frozenset[date]) -> date | None:
    """The first payday after the local date `after`, None where none is known."""
    if country in _NTH_BUSINESS_DAY:
        return _business_payday(_NTH_BUSINESS_DAY[country], after, closed)
    days = _PAYDAYS.get(country)
    if days is None:
        return None
    month = after.replace(day=1)
    while True:
        last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        for day in days:
            found = month.replace(day=min(day, last.day))
            if found > after:
                return found
        month = last + timedelta(days=1)


def _business_payday(nth: int, after: date, closed: frozenset[date]) -> date:
    month = after.replace(day=1)
    while True:
        day, left = month - timedelta(days=1), nth
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and day not in closed
        if day > after:
            return day
        month = (month + timedelta(days=32)).replace(day=1)


def _wanted(refused: Classed, tried: int, place: Place, now: datetime, draw: int) -> tuple[str, datetime]:
    today = local_date(now, place.zone)
    if refused.not_before is not None:
        return "demanded", refused.not_before
    if refused.meaning is Meaning.TECHNICAL:
        n = min(tried, len(_TECHNICAL_MINUTES) - 1)
        minutes = _TECHNICAL_MINUTES[n] + _TECHNICAL_SPREAD_MINUTES[n] * draw // DRAWS
        return "technical", now + timedelta(minutes=minutes)
    if refused.meaning is Meaning.FUNDS:
        found = payday(country=place.country, after=today, closed=place.closed)
        if found is not None:
            return "payday", _morning(found, place, draw)
    return "days", _morning(today + timedelta(days=_GENERIC_DAYS), place, draw)


def _morning(on: date, place: Place, draw: int) -> datetime:
    return instant(on, _MORNING, place.zone) + timedelta(minutes=_MORNING_MINUTES * draw // DRAWS)


def _good(at: datetime, place: Place, draw: int) -> datetime:
    """`at`, or the morning that follows when it is in the night or on a day on which banks are closed."""
    local = at.astimezone(zone(place.zone))
    if local.date() not in place.closed and local.time() >= NIGHT_ENDS:
        return at
    on = local.date()
    while on in place.closed:
        on += timedelta(days=1)
    return max(at, _morning(on, place, draw))
