# SPDX-License-Identifier: Apache-2.0
"""Which packs bind a customer: their country's or what stands in for it, and the platforms'. None: a person decides."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from conserje.domain.ports.registry import countries
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.own import OwnRule, bound
from conserje.domain.rules.pack import Pack


@lru_cache(maxsize=512)
def stack_for(*, country: str, own: tuple[OwnRule, ...] = ()) -> RuleStack:
    """The packs of `country` (two letters, any case), subdivisions and platforms included, under `own` rules.

    Without a folder of its own a country has the pack that names it in `fallback_for`; without that none, and the
    platforms alone never allow.
    """
    packs = _own(country.upper())
    return RuleStack(bound(packs=(*packs, *_platforms()), own=own) if packs else ())


@lru_cache(maxsize=512)
def mandatory_text(*, country: str, slot: str, locale: str) -> str:
    """The Liquid text of a slot in a country's folder, or a platform's; else in the country's own first language.

    Raises `LookupError` if nobody has words.
    """
    code = country.upper()
    homes = [item for item in countries.all() if any(pack.country in (code, "") for pack in item.packs())]
    for home in sorted(homes, key=lambda item: (not item.packs()[0].country, item.stands_in)):
        for language in (locale, home.languages[0]):
            if home.has_text(slot, language):
                return str(home.mandatory_text(slot, language))
    raise LookupError(f"No folder has words for '{slot}' in '{locale}' for customers of {code}.")


def authority(*, country: str) -> Any | None:
    """Where a customer of `country` may complain (`name`, `short_name`, `site`), if its folder names it."""
    code = country.upper()
    homes = sorted(countries.all(), key=lambda item: item.stands_in)
    own = (item for item in homes if code and any(pack.country == code for pack in item.packs()))
    return next((item.authority for item in own), None)


def _own(code: str) -> tuple[Pack, ...]:
    """Packs whose country is `code`: of a folder of its own first, else of one that stands in."""
    for item in sorted(countries.all(), key=lambda item: item.stands_in):
        found = tuple(pack for pack in item.packs() if code and pack.country == code)
        if found:
            return found
    return ()


def _platforms() -> tuple[Pack, ...]:
    return tuple(pack for item in countries.all() for pack in item.packs() if not pack.country)


def every_stack() -> RuleStack:
    """The packs of every country that is installed: the strictest reader there is."""
    return RuleStack(tuple(pack for country in countries.all() for pack in country.packs()))
