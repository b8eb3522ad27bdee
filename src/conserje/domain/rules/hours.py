# SPDX-License-Identifier: Apache-2.0
"""Open hours of one pack as intervals: exact over clock changes, remembered for each (local date, zone)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain

from conserje.domain.kit.days import day_bounds, zone
from conserje.domain.rules.pack import HolidayCalendar
from conserje.domain.rules.rule import ContactWindow
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import WEEKDAYS, DayKind

Spans = tuple[tuple[int, int], ...]
HORIZON_DAYS = 62
CLOSURES_MAX = 4096


@lru_cache(maxsize=65536)
def day_start(*, on: date, zone_name: str) -> int:
    """First second of the local day `on`, in seconds since 1970 UTC."""
    return int(day_bounds(on, zone_name)[0].timestamp())


@lru_cache(maxsize=16384)
def _even_stretches(on: date, zone_name: str) -> tuple[tuple[int, int, int], ...]:
    """The local day cut where its offset changes: (first second, first second after, offset in seconds)."""
    tz = zone(zone_name)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(tz).utcoffset() or timedelta(0)
        return int(shift.total_seconds())

    start, end = (
        day_start(on=on, zone_name=zone_name),
        day_start(on=on + timedelta(days=1), zone_name=zone_name),
    )
    first, last = offset(start), offset(end - 1)
    if first == last:
        return ((start, end, first),)
    low, high = start, end - 1
    while high - low > 1:
        middle = (low + high) // 2
        if offset(middle) == first:
            low = middle
        else:
            high = middle
    return ((start, high, first), (high, end, last))


def clock(minute: int) -> str:
    """Minutes after midnight as "07:30"; 1440 is "24:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


class Hours:
    """When `windows` (all of them about one channel) are open under `calendar`.

    Instants are whole seconds since 1970 UTC. A date whose year is not certified has no spans. `always`: the windows
    only close days, and all others are open.
    """

    __slots__ = (
        "_bounds",
        "_closures",
        "_later",
        "_minutes",
        "_names",
        "_spans",
        "always",
        "calendar",
        "windows",
    )

    def __init__(
        self, windows: tuple[ContactWindow, ...], calendar: HolidayCalendar, always: bool = False
    ) -> None:
        self.windows = windows
        self.calendar = calendar
        self.always = always
        self._names = dict(calendar.names)
        self._minutes: dict[date, Spans] = {}
        self._spans: dict[tuple[date, str], Spans] = {}
        self._bounds: dict[tuple[date, str], tuple[int, ...]] = {}
        self._later: dict[tuple[date, str], int | None] = {}
        self._closures: dict[tuple[date, int], Hit] = {}

    def certified(self, on: date) -> bool:
        """Whether the holidays of the year of `on` are known."""
        return on.year in self.calendar.certified

    def minutes(self, on: date) -> Spans:
        """Open local minutes `[from, to)` of `on`, in order, not touching each other."""
        known = self._minutes.get(on)
        if known is None:
            known = self._minutes[on] = self._find_minutes(on)
        return known

    def spans(self, *, on: date, zone_name: str) -> Spans:
        """Open seconds `[from, to)` of the local day `on` in `zone_name`, in order."""
        known = self._spans.get((on, zone_name))
        if known is None:
            known = self._spans[on, zone_name] = self._find_spans(on, zone_name)
        return known

    def open_at(self, *, second: int, on: date, zone_name: str) -> bool:
        """Whether `second`, which lies in the local day `on`, is open."""
        known = self._bounds.get((on, zone_name))
        if known is None:
            spans = self.spans(on=on, zone_name=zone_name)
            known = self._bounds[on, zone_name] = tuple(chain.from_iterable(spans))
        return bisect_right(known, second) % 2 == 1

    def next_open(self, *, second: int, on: date, zone_name: str) -> int | None:
        """First open second not before `second`, which lies in local day `on`.

        The start of the first uncertified day, if that comes sooner; `None`: neither within 62 days.
        """
        if not self.certified(on):
            return second
        for start, end in self.spans(on=on, zone_name=zone_name):
            if second < end:
                return max(second, start)
        key = (on, zone_name)
        if key not in self._later:
            self._later[key] = self._find_later(on, zone_name)
        return self._later[key]

    def _find_later(self, on: date, zone_name: str) -> int | None:
        """First open second after the local day `on`, or the start of the first uncertified day."""
        for ahead in range(1, HORIZON_DAYS):
            day = on + timedelta(days=ahead)
            if not self.certified(day):
                return day_start(on=day, zone_name=zone_name)
            for start, _ in self.spans(on=day, zone_name=zone_name):
                return start
        return None

    def closure(self, local: datetime) -> Hit:
        """Why the local wall-clock moment `local` is closed."""
        key = (local.date(), local.hour * 60 + local.minute)
        known = self._closures.get(key)
        if known is None:
            if len(self._closures) >= CLOSURES_MAX:
                self._closures.clear()
            known = self._closures[key] = self._find_closure(*key)
        return known

    def _find_closure(self, on: date, minute: int) -> Hit:
        shown = f"{on.isoformat()} {clock(minute)}"
        shut = next(
            (window for window in self._in_force(on) if window.closed and self._names_day(window, on)), None
        )
        if on in self.calendar.days:
            rule = shut or self._nearest(on)
            values = (("date", on.isoformat()), ("holiday", self._names.get(on, "")))
            return Hit(rule.id, Ruling.DEFER_UNTIL, "holiday", values)
        if shut:
            return Hit(shut.id, Ruling.DEFER_UNTIL, "closed_day", (("local", shown),))
        today = [window for window in self._in_force(on) if self._opens(window, on)]
        if not today:
            return Hit(self._nearest(on).id, Ruling.DEFER_UNTIL, "closed_day", (("local", shown),))
        later = [window for window in today if window.opens_minute > minute]
        if later:
            rule = min(later, key=lambda window: window.opens_minute)
        else:
            rule = max(today, key=lambda window: window.closes_minute)
        opens, closes = clock(rule.opens_minute), clock(rule.closes_minute)
        told = (("opens", opens), ("closes", closes), ("local", shown))
        return Hit(rule.id, Ruling.DEFER_UNTIL, "outside_window", told)

    def _in_force(self, on: date) -> list[ContactWindow]:
        return [window for window in self.windows if window.in_force(on)]

    def _opens(self, window: ContactWindow, on: date) -> bool:
        kind = DayKind.HOLIDAY if on in self.calendar.days else WEEKDAYS[on.weekday()]
        return not window.closed and kind in window.days

    def _names_day(self, window: ContactWindow, on: date) -> bool:
        return WEEKDAYS[on.weekday()] in window.days or (
            DayKind.HOLIDAY in window.days and on in self.calendar.days
        )

    def _nearest(self, on: date) -> ContactWindow:
        for ahead in range(HORIZON_DAYS):
            day = on + timedelta(days=ahead)
            for window in self._in_force(day):
                if self._opens(window, day):
                    return window
        return self.windows[0]

    def _find_minutes(self, on: date) -> Spans:
        if not self.certified(on):
            return ()
        rules = self._in_force(on)
        if any(window.closed and self._names_day(window, on) for window in rules):
            return ()
        if self.always:
            return ((0, 1440),)
        opened = sorted(
            (window.opens_minute, window.closes_minute) for window in rules if self._opens(window, on)
        )
        return _merged(opened)

    def _find_spans(self, on: date, zone_name: str) -> Spans:
        minutes = self.minutes(on)
        if not minutes:
            return ()
        midnight = int(datetime.combine(on, time(0), UTC).timestamp())
        found = []
        for start, end, offset in _even_stretches(on, zone_name):
            for opens, closes in minutes:
                low = max(start, midnight - offset + opens * 60)
                high = min(end, midnight - offset + closes * 60)
                if low < high:
                    found.append((low, high))
        return _merged(found)


def _merged(spans: list[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
