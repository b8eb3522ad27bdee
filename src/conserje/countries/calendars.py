# SPDX-License-Identifier: Apache-2.0
"""Public holidays: days from the `holidays` library, corrected by the pack, certified year by year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

import holidays

from conserje.countries.strict_yaml import PackError, refuse_unknown
from conserje.domain.rules.pack import HolidayCalendar

_KEYS = frozenset(
    {
        "provider",
        "country",
        "subdiv",
        "categories",
        "language",
        "min_version",
        "expected_count",
        "must_include",
        "overrides",
    }
)
_OVERRIDE_KEYS = frozenset({"add", "remove", "name", "reason"})


def read_calendar(entry: Mapping[str, Any], *, place: str) -> HolidayCalendar:
    """The calendar a pack describes. A year is certified when its days number `expected_count` and hold `must_include`.

    A year that differs is left out with a sentence in `doubts`, so that the gate asks a person. Raises `PackError`
    for entries that make no sense.
    """
    refuse_unknown(entry, known=_KEYS, place=place)
    expected: dict[int, int] = entry.get("expected_count") or {}
    if not expected:
        raise PackError(f"{place}: expected_count is empty, so no year could be certified.")
    days = _provided(entry, sorted(expected), place)
    for override in entry.get("overrides") or []:
        _apply(override, days, place)
    doubts = _doubts(entry, expected, days)
    return HolidayCalendar(
        certified=frozenset(year for year in expected if year not in doubts),
        days=frozenset(days),
        names=tuple(sorted(days.items())),
        doubts=tuple(doubts[year] for year in sorted(doubts)),
    )


def _provided(entry: Mapping[str, Any], years: list[int], place: str) -> dict[date, str]:
    provider = entry.get("provider")
    if provider == "none":
        return {}
    if provider != "holidays":
        raise PackError(f"{place}: provider must be 'holidays' or 'none', not '{provider}'.")
    found = holidays.country_holidays(
        str(entry["country"]),
        subdiv=entry.get("subdiv"),
        years=years,
        observed=True,
        categories=tuple(entry.get("categories") or ("public",)),
        language=entry.get("language"),
    )
    return {day: name for day, name in found.items() if day.year in years}


def _apply(override: Mapping[str, Any], days: dict[date, str], place: str) -> None:
    refuse_unknown(override, known=_OVERRIDE_KEYS, place=f"{place}, overrides")
    if ("add" in override) == ("remove" in override):
        raise PackError(f"{place}, overrides: each needs either 'add' or 'remove'.")
    if not override.get("reason"):
        raise PackError(f"{place}, overrides: give the decree or other reason.")
    if "add" in override:
        days[override["add"]] = str(override.get("name", ""))
    elif days.pop(override["remove"], None) is None:
        raise PackError(
            f"{place}, overrides: {override['remove']} is not a holiday, so it cannot be removed."
        )


def _doubts(
    entry: Mapping[str, Any], expected: Mapping[int, int], days: Mapping[date, str]
) -> dict[int, str]:
    doubts: dict[int, str] = {}
    for day in entry.get("must_include") or []:
        if day.year in expected and day not in days:
            doubts[day.year] = f"{day.year}: {day} is missing from the holidays."
    for year, count in expected.items():
        found = sum(1 for day in days if day.year == year)
        if found != count:
            doubts[year] = f"{year}: {found} holidays where {count} were expected."
    least = str(entry.get("min_version", "0"))
    if entry.get("provider") == "holidays" and _version(version("holidays")) < _version(least):
        for year in expected:
            doubts[year] = f"{year}: the holidays library is {version('holidays')}, older than {least}."
    return doubts


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
