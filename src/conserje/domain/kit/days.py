# SPDX-License-Identifier: Apache-2.0
"""Local dates and instants. Instants are aware and in UTC; schedules are dates in the customer's zone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; raises `zoneinfo.ZoneInfoNotFoundError` when there is none."""
    return ZoneInfo(name)


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether there is an IANA zone called `name`."""
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=16384)
def local_date(at: datetime, zone_name: str) -> date:
    """The calendar day of the instant `at` in `zone_name`."""
    return at.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=16384)
def instant(on: date, at: time, zone_name: str) -> datetime:
    """The instant of local `on` `at` in `zone_name`, in UTC.

    A time that does not exist (a spring gap) becomes the first instant after the gap; one that occurs twice is its
    first occurrence (2026-09-06 00:00 in America/Santiago does not exist and becomes 01:00).
    """
    tz, at = zone(zone_name), at.replace(fold=0)
    found = datetime.combine(on, at, tz).astimezone(UTC)
    if found.astimezone(tz).replace(tzinfo=None) == datetime.combine(on, at):
        return found
    return _after_gap(on, at, tz)


def _after_gap(on: date, at: time, tz: ZoneInfo) -> datetime:
    naive = datetime.combine(on, at)
    before = naive.replace(tzinfo=tz, fold=0).utcoffset() or timedelta(0)
    after = naive.replace(tzinfo=tz, fold=1).utcoffset() or timedelta(0)
    low = (naive - max(before, after)).replace(tzinfo=UTC)
    high = (naive - min(before, after)).replace(tzinfo=UTC)
    old_offset = (low - timedelta(seconds=1)).astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == old_offset:
            low = middle
        else:
            high = middle
    return high


def day_bounds(on: date, zone_name: str) -> tuple[datetime, datetime]:
    """First instant of the local day `on` and first instant of the next one, in UTC."""
    return instant(on, time(0), zone_name), instant(on + timedelta(days=1), time(0), zone_name)


def iso_week(on: date) -> tuple[int, int]:
    """ISO 8601 (year, week) of `on`."""
    year, week, _ = on.isocalendar()
    return year, week


def business_days_after(on: date, days: int, *, closed: Collection[date] = ()) -> date:
    """The date `days` business days after `on`: Saturdays, Sundays and `closed` dates do not count."""
    current, left = on, days
    while left > 0:
        current += timedelta(days=1)
        if current.weekday() < 5 and current not in closed:
            left -= 1
    return current
