# SPDX-License-Identifier: Apache-2.0
"""Public holidays: days from the `holidays` library, corrected by the pack, certified year by year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

import holidays

from conserje.countries.strict_yaml import PackError, line_of, refuse_unknown
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
        "regions",
        "overrides",
    }
)
_OVERRIDE_KEYS = frozenset({"add", "remove", "name", "reason", "region"})
NO_DAYS = HolidayCalendar(frozenset(), frozenset())


def read_calendar(entry: Mapping[str, Any], *, place: str) -> HolidayCalendar:
    """The calendar a pack describes. A year is certified when its days number `expected_count` and hold `must_include`.

    A year that differs is left out with a sentence in `doubts`, so that the gate asks a person. `regions` maps codes of
    subdivisions to days that their own holidays must include. Raises `PackError` for entries that make no sense.
    """
    refuse_unknown(entry, known=_KEYS, place=place)
    expected: dict[int, int] = entry.get("expected_count") or {}
    if not expected:
        raise PackError(f"{place}{line_of(entry)}: expected_count is empty, so no year could be certified.")
    years = sorted(expected)
    days = _provided(entry, years, place, entry.get("subdiv"))
    regions = {str(code): _provided(entry, years, place, str(code)) for code in (entry.get("regions") or {})}
    for override in entry.get("overrides") or []:
        _apply(override, days, regions, place)
    doubts = _doubts(entry, expected, days, regions)
    return HolidayCalendar(
        certified=frozenset(year for year in expected if year not in doubts),
        days=frozenset(days),
        names=tuple(sorted(days.items())),
        doubts=tuple(doubts[year] for year in sorted(doubts)),
        regional=tuple(
            (code, tuple(sorted((day, name) for day, name in found.items() if day not in days)))
            for code, found in sorted(regions.items())
        ),
    )


def _provided(entry: Mapping[str, Any], years: list[int], place: str, subdiv: str | None) -> dict[date, str]:
    provider = entry.get("provider")
    if provider == "none":
        return {}
    if provider != "holidays":
        raise PackError(
            f"{place}{line_of(entry, 'provider')}: provider must be 'holidays' or 'none', not '{provider}'."
        )
    try:
        found = holidays.country_holidays(
            str(entry["country"]),
            subdiv=subdiv,
            years=years,
            observed=True,
            categories=tuple(entry.get("categories") or ("public",)),
            language=entry.get("language"),
        )
    except (NotImplementedError, ValueError, KeyError) as error:
        raise PackError(f"{place}{line_of(entry)}: the holidays library refuses this: {error}.") from None
    return {day: name for day, name in found.items() if day.year in years}


def _apply(
    override: Mapping[str, Any], days: dict[date, str], regions: Mapping[str, dict[date, str]], place: str
) -> None:
    here = f"{place}, overrides"
    refuse_unknown(override, known=_OVERRIDE_KEYS, place=here)
    here += line_of(override)
    if ("add" in override) == ("remove" in override):
        raise PackError(f"{here}: each needs either 'add' or 'remove'.")
    if not override.get("reason"):
        raise PackError(f"{here}: give the decree or other reason.")
    if "region" in override and override["region"] not in regions:
        raise PackError(f"{here}: '{override['region']}' is not among the regions.")
    into = regions[override["region"]] if "region" in override else days
    day = override.get("add", override.get("remove"))
    if type(day) is not date:
        raise PackError(f"{here}: '{day}' is not a date such as 2026-11-30.")
    if "add" in override:
        into[day] = str(override.get("name", ""))
    elif into.pop(day, None) is None:
        raise PackError(f"{here}: {day} is not a holiday, so it cannot be removed.")


def _doubts(
    entry: Mapping[str, Any],
    expected: Mapping[int, int],
    days: Mapping[date, str],
    regions: Mapping[str, Mapping[date, str]],
) -> dict[int, str]:
    doubts: dict[int, str] = {}
    wanted = [("the holidays", days, day) for day in entry.get("must_include") or []]
    for code, listed in (entry.get("regions") or {}).items():
        wanted += [(f"those of {code}", regions[str(code)], day) for day in listed or []]
    for whose, known, day in wanted:
        if day.year in expected and day not in known:
            doubts[day.year] = f"{day.year}: {day} is missing from {whose}."
    for year, count in expected.items():
        found = sum(1 for day in days if day.year == year)
        if found != count:
            doubts[year] = f"{year}: {found} holidays where {count} were expected."
    least = str(entry.get("min_version", "0"))
    if entry.get("provider") == "holidays" and _version(_installed()) < _version(least):
        for year in expected:
            doubts[year] = f"{year}: the holidays library is {_installed()}, older than {least}."
    return doubts


@cache
def _installed() -> str:
    return version("holidays")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
