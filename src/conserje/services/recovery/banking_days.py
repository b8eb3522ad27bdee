# SPDX-License-Identifier: Apache-2.0
"""The days on which a country's banks are closed, from the `holidays` library: public ones and, where told, banks'."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def closed(*, country: str, year: int) -> frozenset[date]:
    """Days of `year` and the next on which banks are closed in `country`; none for one the library does not know."""
    known = holidays.list_supported_countries()
    if country not in known:
        return frozenset()
    categories = tuple({"public", "bank"} & {*holidays.country_holidays(country).supported_categories})
    return frozenset(holidays.country_holidays(country, years=(year, year + 1), categories=categories))
