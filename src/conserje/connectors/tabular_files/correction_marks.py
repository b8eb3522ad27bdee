# SPDX-License-Identifier: Apache-2.0
"""How a file of corrections is told from any other, and how its cells become what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from conserje.connectors.tabular_files.book import Line, Sheet
from conserje.connectors.tabular_files.cells import Cell
from conserje.connectors.tabular_files.conventions import Declared

PREFIX: Final = "conserje:"
HELPERS: Final = tuple(
    PREFIX + name for name in ("sheet", "line", "column", "value", "reason", "remedy", "formats")
)
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Marks:
    """The helper columns found at the left of a file of corrections, and the conventions it was written in."""

    width: int
    declared: Declared


def formats(decimal: str, order: str) -> str:
    """The conventions of a sheet as the text of a helper cell."""
    return f"{'comma' if decimal == ',' else 'point'} {order}" if decimal and order else ""


def find(sheet: Sheet) -> Marks | None:
    """The marks of a file of corrections, None for any other sheet."""
    first = list(islice(sheet.lines(), 2))
    if not first:
        return None
    names = [cell.strip().lower() if isinstance(cell, str) else "" for cell in first[0][1]]
    if tuple(names[: len(HELPERS)]) != HELPERS:
        return None
    said = first[1][1][len(HELPERS) - 1] if len(first) > 1 and len(first[1][1]) >= len(HELPERS) else ""
    mark, _, order = said.partition(" ") if isinstance(said, str) else ("", "", "")
    decimal = {"comma": ",", "point": "."}.get(mark, "")
    return Marks(len(HELPERS), Declared(decimal, order if order in ("dmy", "mdy", "ymd") else ""))


def restored(sheet: Sheet, marks: Marks) -> Sheet:
    """The sheet with its helper cells emptied and its neutralised cells as they were."""

    def lines() -> Iterator[Line]:
        for index, (line, cells) in enumerate(sheet.lines()):
            yield line, cells if index == 0 else _restored(cells, marks.width)

    return replace(sheet, lines=lines)


def _restored(cells: list[Cell], width: int) -> list[Cell]:
    return [
        "" if index < width else cell[1:] if isinstance(cell, str) and _neutralised(cell) else cell
        for index, cell in enumerate(cells)
    ]


def _neutralised(cell: str) -> bool:
    return cell[:1] == "'" and cell[1:2] in DANGEROUS
