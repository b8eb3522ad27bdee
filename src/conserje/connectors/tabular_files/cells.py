# SPDX-License-Identifier: Apache-2.0
"""A cell as a file gives it, and as a person sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from conserje.connectors.tabular_files.vocabulary import vocabulary

Cell = str | int | float | bool | date | time | timedelta
_LONGEST_BLANK = 14
_WHOLE = re.compile(r"-?[0-9]+\.0+")


def shown(cell: Cell) -> str:
    """The cell as text: dates in ISO form, numbers in a decimal form that no convention misreads, text trimmed."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _number(cell: float) -> str:
    if cell != cell or cell in (float("inf"), float("-inf")):
        return "#"
    if cell.is_integer():
        return str(int(cell))
    text = format(Decimal(repr(cell)), "f")
    return text + "0" if len(text.partition(".")[2]) == 3 else text


def plain_text(cell: Cell) -> str:
    """The cell as one line of text: single spaces, no leading apostrophe, "" for the words that stand for nothing."""
    text = " ".join((cell if isinstance(cell, str) else shown(cell)).split())
    if text.startswith("'"):
        text = text[1:]
    return "" if len(text) <= _LONGEST_BLANK and text.casefold() in vocabulary().blanks else text


def identifier(cell: Cell) -> str:
    """The cell as a number or code: like `plain_text`; "1930571429.0", a number that a program wrote, is whole."""
    text = plain_text(cell)
    return text.partition(".")[0] if text.endswith("0") and _WHOLE.fullmatch(text) else text


def blank(cell: Cell) -> bool:
    """Whether nothing is written in the cell."""
    return isinstance(cell, str) and not cell.strip()


def raw(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The whole line as text, for the file of corrections."""
    return tuple(cell if isinstance(cell, str) else shown(cell) for cell in cells)


def letter(index: int) -> str:
    """The spreadsheet's letter of the column `index`, counted from 0 ("A", "AA")."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
