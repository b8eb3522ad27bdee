# SPDX-License-Identifier: Apache-2.0
"""The file of lines that could not be read: corrected in a spreadsheet, it is imported like any other."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from conserje.connectors.tabular_files.correction_marks import DANGEROUS, HELPERS, formats
from conserje.connectors.tabular_files.reasons import english
from conserje.domain.ports.connector import BadRow, SheetPlan

_NEGATIVE: Final = re.compile(r"-[0-9][0-9.,'’ \u00a0\u202f]*")


def write_csv(
    path: Path,
    bad_rows: Iterable[BadRow],
    headers: Sequence[str],
    *,
    plan: SheetPlan | None = None,
    say: Callable[[str], str] = english,
) -> int:
    """Write the lines of `bad_rows` of one sheet to `path` and give how many there are.

    One line for each refused line of the sheet: the helper columns (sheet, line, column, value, reason, remedy,
    formats), then the original cells under `headers`. Several bad cells of one line share it. `plan` keeps the
    conventions of the sheet with it; `say` turns a statement into a sentence of the reader's language. Text that a
    spreadsheet would run is neutralised; negative numbers stay numbers. UTF-8 with a mark and semicolons, as
    spreadsheets in Spanish open it.
    """
    lines: dict[tuple[str, int], list[BadRow]] = {}
    for row in bad_rows:
        lines.setdefault((row.sheet, row.line), []).append(row)
    conventions = formats(plan.decimal, plan.date_order) if plan else ""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([*HELPERS, *map(neutral, headers)])
        for (sheet, line), rows in sorted(lines.items()):
            helpers = [
                sheet,
                str(line),
                _joined(row.column for row in rows),
                _joined(row.value for row in rows),
                _joined(say(row.reason) for row in rows),
                _joined(say(row.remedy) for row in rows),
                conventions,
            ]
            writer.writerow([neutral(cell) for cell in (*helpers, *rows[0].raw)])
    return len(lines)


def headers_of(plan: SheetPlan) -> tuple[str, ...]:
    """The headers of a sheet in the order of its columns, for `write_csv`."""
    width = max((guess.index for guess in plan.columns), default=-1) + 1
    names = {guess.index: guess.header for guess in plan.columns}
    return tuple(names.get(index, "") for index in range(width))


def neutral(cell: str) -> str:
    """The cell as inert text: an apostrophe before what a spreadsheet would run. Reading takes it off."""
    return f"'{cell}" if cell.startswith(DANGEROUS) and not _NEGATIVE.fullmatch(cell) else cell


def _joined(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(text for text in texts if text))
