# SPDX-License-Identifier: Apache-2.0
"""XLSX, XLSB, XLS and ODS through calamine: typed cells, cached values of formulas, merged ranges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from conserje.connectors.tabular_files.book import Book, Line, Merge, Sheet
from conserje.connectors.tabular_files.limits import COLUMNS
from conserje.connectors.tabular_files.reasons import Refusal, Refused


def open_workbook(path: Path, kind: str) -> Book:
    """The workbook at `path`, opened; its sheets are loaded one at a time when walked. Raises `Refused`."""
    try:
        workbook = CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise Refused(Refusal.LOCKED, file=path.name) from error
    except (CalamineError, OSError, ValueError) as error:
        code = Refusal.LOCKED if "password" in str(error).lower() else Refusal.UNREADABLE
        raise Refused(code, file=path.name) from error
    sheets = tuple(
        _sheet(workbook, meta.name, hidden=meta.visible != SheetVisibleEnum.Visible, file=path.name)
        for meta in workbook.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet
    )
    return Book(kind, "", "", sheets)


def _sheet(workbook: CalamineWorkbook, name: str, *, hidden: bool, file: str) -> Sheet:
    if hidden:
        return Sheet(name, lambda: iter(()), hidden=True)
    try:
        loaded = workbook.get_sheet_by_name(name)
        start = loaded.start
        merged = loaded.merged_cell_ranges or []
    except (CalamineError, ValueError) as error:
        raise Refused(Refusal.UNREADABLE, file=file) from error
    if start is None:
        return Sheet(name, lambda: iter(()))
    left = start[1]
    if loaded.width > COLUMNS:
        raise Refused(Refusal.TOO_COSTLY, file=file)

    def lines() -> Iterator[Line]:
        yield from enumerate(loaded.iter_rows(), 1)

    merges = tuple(
        Merge(top + 1, first - left, bottom + 1, last - left)
        for (top, first), (bottom, last) in merged
        if first >= left
    )
    return Sheet(name, lines, merges, first_column=left)
