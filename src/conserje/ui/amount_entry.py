# SPDX-License-Identifier: Apache-2.0
"""Reading an amount that a person typed: strict, for guessing at money is not helping."""

from __future__ import annotations

import re
from typing import Final

from conserje.domain.kit.money import exponent

_LONGEST: Final = 24
_GROUPED: Final = r"\d{1,3}(?:%s\d{3})+"


def read_minor(text: str, *, currency: str) -> int | None:
    """`text` in minor units of `currency`: "4.000,00", "4,000.00", "4000" and "4 000" are four thousand.

    None for what can be read in two ways or in none, and for more decimals than the currency has. A point or comma with
    three digits after it parts thousands.
    """
    compact = re.sub(r"[A-Z]{2,3}|[\s$€]", "", text)
    if len(compact) > _LONGEST:
        return None
    places = exponent(currency)
    for decimal, group in ((",", r"\."), (".", ",")):
        whole = rf"(?:\d+|{_GROUPED % group})"
        digits = rf"(?:{re.escape(decimal)}(\d{{1,{places}}}))?" if places else "()?"
        found = re.fullmatch(rf"({whole}){digits}", compact)
        if found is None:
            continue
        cents = (found[2] or "").ljust(places, "0")
        return int(re.sub(r"\D", "", found[1]) + cents)
    return None
