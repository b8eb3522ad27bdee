# SPDX-License-Identifier: Apache-2.0
"""Time zones of countries, from the zone table that ships with `tzdata`. A country with several names none."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=1)
def _by_country() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    text = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            table.setdefault(country, []).append(name)
    return {country: tuple(sorted(names)) for country, names in table.items()}


def of_country(*, country: str) -> tuple[str, ...]:
    """Every zone of `country` (two capital letters), sorted; empty when the country is not known."""
    return _by_country().get(country, ())


def countries() -> tuple[str, ...]:
    """Every country that has a zone: two capital letters, sorted."""
    return tuple(sorted(_by_country()))


def only_zone(*, country: str) -> str:
    """The zone of a country that has exactly one (CO: America/Bogota), else "": it must be stated, never guessed."""
    names = of_country(country=country)
    return names[0] if len(names) == 1 else ""


@lru_cache(maxsize=1024)
def known(name: str) -> bool:
    """Whether `name` is an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)
