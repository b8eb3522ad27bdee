# SPDX-License-Identifier: Apache-2.0
"""Which line of a sheet names its columns, below titles, logos and filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conserje.connectors.tabular_files import amounts, dates
from conserje.connectors.tabular_files.book import Line, Merge
from conserje.connectors.tabular_files.cells import Cell, blank, letter, shown
from conserje.connectors.tabular_files.limits import COLUMNS
from conserje.connectors.tabular_files.vocabulary import vocabulary, words

SEARCHED_LINES: Final = 80
_STRONG: Final = 4
_WEAK: Final = 2
_PART: Final = 1
_DATA: Final = -4


@dataclass(frozen=True, slots=True)
class Header:
    """The header line (0 when the sheet has none), the names as written and, for groups above, the words over each."""

    line: int
    names: tuple[str, ...]
    above: tuple[str, ...]


def find_header(lines: Sequence[Line], merges: Sequence[Merge], *, first_column: int = 0) -> Header:
    """The header among the first lines of a sheet. Without one, columns are called by their letters."""
    best, best_score = -1, 0
    for index, (_, cells) in enumerate(lines[:SEARCHED_LINES]):
        score = _score(cells)
        if score > best_score:
            best, best_score = index, score
    width = min(COLUMNS, max((len(cells) for _, cells in lines), default=0))
    if best < 0:
        letters = tuple(letter(index + first_column) for index in range(width))
        return Header(0, letters, ("",) * width)
    line, cells = lines[best]
    names = tuple(shown(cell) for cell in cells[:width]) + ("",) * (width - len(cells))
    return Header(line, names, _above(lines, best, merges, width))


def _score(cells: Sequence[Cell]) -> int:
    known = vocabulary()
    filled = [cell for cell in cells if not blank(cell)]
    if len(filled) < 2:
        return 0
    score = hits = 0
    seen: set[str] = set()
    for cell in filled:
        text = words(shown(cell)) if isinstance(cell, str) else ""
        if not text or looks_like_data(cell):
            score += _DATA
            continue
        if text in seen:
            continue
        seen.add(text)
        worth = _worth(text)
        hits += worth > 0
        score += worth
    return score if hits >= 2 or (hits and len(filled) == 2) or known.pivots & seen else 0


def _worth(text: str) -> int:
    known = vocabulary()
    if text in known.strong or text in known.ignored:
        return _STRONG
    if text in known.weak:
        return _WEAK
    tokens = text.split()
    if len(tokens) > 6:
        return 0
    return _PART if any(token in known.strong or token in known.weak for token in tokens) else 0


def looks_like_data(cell: Cell) -> bool:
    """Whether the cell holds an amount, a date, a number or an address, which no header does."""
    if not isinstance(cell, str):
        return True
    text = cell.strip()
    if "@" in text or dates.evidence(text):
        return True
    return any(char.isdigit() for char in text) and isinstance(amounts.parse(text, ","), amounts.Parsed)


def _above(lines: Sequence[Line], best: int, merges: Sequence[Merge], width: int) -> tuple[str, ...]:
    """The group words over each column: the line above, spread over its merged ranges only."""
    above = [""] * width
    if best == 0:
        return tuple(above)
    line, cells = lines[best - 1]
    if line != lines[best][0] - 1 or sum(not blank(cell) for cell in cells) < 2:
        return tuple(above)
    for index, cell in enumerate(cells[:width]):
        if blank(cell) or looks_like_data(cell):
            continue
        last = next(
            (
                m.last_column
                for m in merges
                if m.first_line <= line <= m.last_line and m.first_column == index
            ),
            index,
        )
        for column in range(index, min(last, width - 1) + 1):
            above[column] = shown(cell)
    return tuple(above)
