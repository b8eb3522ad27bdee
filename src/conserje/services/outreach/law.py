# SPDX-License-Identifier: Apache-2.0
"""Which packs bind a customer: their country's, from the registry. No pack means that a person decides."""

from __future__ import annotations

from functools import lru_cache

from conserje.domain.ports.registry import countries
from conserje.domain.rules.gate import RuleStack


@lru_cache(maxsize=512)
def stack_for(*, country: str) -> RuleStack:
    """The packs of `country` (two letters, any case), subdivisions included; empty when none is installed."""
    code = country.lower()
    if not code or not countries.has(code):
        return RuleStack(())
    return RuleStack(countries.get(code).packs())


def every_stack() -> RuleStack:
    """The packs of every country that is installed: the strictest reader there is."""
    return RuleStack(tuple(pack for country in countries.all() for pack in country.packs()))
