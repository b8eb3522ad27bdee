# SPDX-License-Identifier: Apache-2.0
"""Small invented files and the reading of them, in this process and without its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from conserje.connectors.tabular_files import reading, understanding, wire
from conserje.connectors.tabular_files.reasons import code_of
from conserje.domain.ports.connector import BadRow, ContactRow, Field, FilePlan, InvoiceRow, Row, SheetPlan

TODAY = date(2026, 11, 21)
FILES = Path(__file__).parent / "files"


def csv_file(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "cartera.csv") -> Path:
    """A text file holding `text`."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """An XLSX file of `sheets`, each a list of lines."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    path = folder / "cartera.xlsx"
    book.save(path)
    return path


def understood(path: Path, *, currency: str = "COP", saved: FilePlan | None = None) -> FilePlan:
    """The plan of the file."""
    return understanding.understand(path, currency=currency, today=TODAY, saved=saved)


def rows(path: Path, *, currency: str = "COP", plan: FilePlan | None = None) -> list[Row]:
    """All rows of the file, read by its own plan or by `plan`."""
    chosen = plan or understood(path, currency=currency)
    return [wire.unpack(packed) for packed in reading.read(path, chosen, currency=currency, today=TODAY)]


def invoices(found: Sequence[Row]) -> list[InvoiceRow]:
    """The invoices among rows."""
    return [row for row in found if isinstance(row, InvoiceRow)]


def contacts(found: Sequence[Row]) -> list[ContactRow]:
    """The contacts among rows."""
    return [row for row in found if isinstance(row, ContactRow)]


def bad(found: Sequence[Row]) -> list[tuple[int, str, str]]:
    """(line, column, reason code) of the bad rows."""
    return [(row.line, row.column, code_of(row.reason)) for row in found if isinstance(row, BadRow)]


def fields(plan: SheetPlan) -> dict[str, Field]:
    """Field by header."""
    return {guess.header: guess.field for guess in plan.columns}


def doubts(plan: SheetPlan) -> set[str]:
    """The codes of the doubts of a sheet."""
    return {code_of(doubt) for doubt in plan.doubts}
