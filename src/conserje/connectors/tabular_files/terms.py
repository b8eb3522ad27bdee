# SPDX-License-Identifier: Apache-2.0
"""Payment terms as days: 30, "30 días", "Crédito a 30 días", "NET 30", "contado"."""

from __future__ import annotations

import re
from typing import Final

from conserje.connectors.tabular_files.cells import Cell, identifier
from conserje.connectors.tabular_files.vocabulary import vocabulary, words

MOST_DAYS: Final = 365
_DAYS: Final = re.compile(
    r"(?:[a-z]+ ){0,4}([0-9]{1,3})(?: (?:d|dia|dias|day|days|net|neto|calendario|corridos|fecha factura|ff))*"
)
_FRACTION: Final = re.compile(r"[0-9][.,/][0-9]")
_COUNT: Final = re.compile(r"[-+]?[0-9]{1,5}")


def term_days(cell: Cell) -> int | None:
    """Days between invoice date and due date, None when the cell does not say one number of at most a year."""
    whole = identifier(cell)
    if _FRACTION.search(whole):
        return None
    text = words(whole)
    if text in vocabulary().terms_at_once:
        return 0
    match = _DAYS.fullmatch(text)
    return int(match[1]) if match and int(match[1]) <= MOST_DAYS else None


def day_count(cell: Cell) -> int | None:
    """A signed count of days such as the days a debt is late, None when the cell is none."""
    text = identifier(cell).lower().removesuffix("dias").removesuffix("días").removesuffix("days").strip()
    return int(text) if _COUNT.fullmatch(text) and abs(int(text)) <= 20_000 else None
