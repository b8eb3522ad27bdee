# SPDX-License-Identifier: Apache-2.0
"""The open hours of a year as the golden files keep them.

`python -m tests.contracts.golden_hours CO` prints what changed in the hours of a folder's packs and saves them; without
a code it does so for every folder. Read what it prints against the law: that reading is the point of the files.
"""

from __future__ import annotations

import difflib
import importlib
import json
import pkgutil
import sys
from datetime import date, timedelta
from pathlib import Path

import conserje.countries
from conserje.countries.reading import Country
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.hours import Hours, clock
from conserje.domain.rules.pack import Pack

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_YEARS = (2026, 2027)


def countries() -> list[Country]:
    """Every folder of `conserje.countries` that is a package."""
    found = [item.name for item in pkgutil.iter_modules(conserje.countries.__path__) if item.ispkg]
    return [importlib.import_module(f"conserje.countries.{name}").ADAPTER for name in sorted(found)]


def path_of(pack: Pack, year: int) -> Path:
    """Where the hours of `pack` in `year` are kept."""
    name = f"{pack.id}_{pack.country}" if pack.stands_in else pack.id
    return GOLDEN / f"{name.lower().replace('-', '_')}_{year}.json"


def lines(pack: Pack, year: int) -> list[str]:
    """The golden file as it would be now."""
    return json.dumps(golden(pack, year), indent=1, ensure_ascii=False).splitlines()


def golden(pack: Pack, year: int) -> dict[str, object]:
    """Open hours of a year, a letter for each local day of each month; `legend` says what a letter is."""
    legend: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for channels, hours in grouped(pack):
        months = {}
        for month in range(1, 13):
            day, letters = date(year, month, 1), ""
            while day.month == month:
                said = (
                    " ".join(f"{clock(start)}-{clock(end)}" for start, end in hours.minutes(day)) or "closed"
                )
                letters += legend.setdefault(said, "." if said == "closed" else chr(ord("a") + len(legend)))
                day += timedelta(days=1)
            months[f"{year}-{month:02d}"] = letters
        found[channels] = months
    holidays = [f"{day} {name}" for day, name in pack.holidays.names if day.year == year]
    regional = {
        code: [f"{day} {name}" for day, name in days if day.year == year]
        for code, days in pack.holidays.regional
    }
    more = {"regional": regional} if regional else {}
    return {
        "pack": pack.id,
        "legend": {letter: said for said, letter in legend.items()},
        "hours": found,
        "holidays": holidays,
        **more,
    }


def grouped(pack: Pack) -> list[tuple[str, Hours]]:
    """The hours of each set of channels that the same windows name, whoever is bound by them."""
    by_windows: dict[tuple[str, ...], list[Channel]] = {}
    for channel in Channel:
        ids = tuple(window.id for window in pack.windows if channel in window.channels)
        by_windows.setdefault(ids, []).append(channel)
    found = []
    for channels in by_windows.values():
        windows = tuple(window for window in pack.windows if channels[0] in window.channels)
        always = pack.other_channels_open and all(window.closed for window in windows)
        name = "every channel" if len(channels) == len(Channel) else " ".join(channels)
        found.append((name, Hours(windows, pack.holidays, always)))
    return found


def save(codes: list[str]) -> None:
    """Print the difference of each file, and save it."""
    for country in countries():
        if codes and country.code not in codes:
            continue
        for pack in country.packs():
            for year in GOLDEN_YEARS:
                path, now = path_of(pack, year), lines(pack, year)
                was = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
                if now == was:
                    continue
                shown = difflib.unified_diff(was, now, path.name, path.name, lineterm="")
                sys.stdout.write("\n".join(shown) + "\n")
                path.write_text("\n".join(now) + "\n", encoding="utf-8")


if __name__ == "__main__":
    save([code.upper() for code in sys.argv[1:]])
