# SPDX-License-Identifier: Apache-2.0
"""Payment terms as days: 30, "30 días", "Crédito a 30 días", "NET 30", "contado"."""

from __future__ import annotations

import re
from typing import Final

from conserje.connectors.tabular_files.cells import Cell, identifier
from conserje.connectors.tabular_files.vocabulary import vocabulary, words

MOST_DAYS: Final = 365
_FRACTION: Final = re.compile(r"[0-9][.,/-][0-9]")
_PIECES: Final = re.compile(r"[a-z]+|[0-9]+")
_COUNT: Final = re.compile(r"[-+]?[0-9]{1,5}")


def term_days(cell: Cell) -> int | None:
    """Days between invoice date and due date, None when the cell does not say one number of at most a year.

    Business days ("30 días hábiles") are not calendar days and several instalments ("30/60/90") are not one date.
    """
    whole = identifier(cell)
    if len(whole) > 40 or _FRACTION.search(whole):
        return None
    text = words(whole)
    if text in vocabulary().terms_at_once:
        return 0
    pieces = _PIECES.findall(text)
    numbers = [piece for piece in pieces if piece.isdigit()]
    if len(numbers) != 1 or len(numbers[0]) > 3 or int(numbers[0]) > MOST_DAYS:
        return None
    said = {piece for piece in pieces if not piece.isdigit()}
    telling = not said or (said <= vocabulary().term_words and said & vocabulary().term_core)
    return int(numbers[0]) if telling else None


def day_count(cell: Cell) -> int | None:
    """A signed count of days such as the days a debt is late, None when the cell is none."""
    text = identifier(cell).lower().removesuffix("dias").removesuffix("días").removesuffix("days").strip()
    return int(text) if _COUNT.fullmatch(text) and abs(int(text)) <= 20_000 else None
