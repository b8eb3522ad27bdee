# SPDX-License-Identifier: Apache-2.0
"""A file and its confirmed plan -> packed rows, sheet after sheet, line after line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from conserje.connectors.tabular_files import conventions, correction_marks, opening
from conserje.connectors.tabular_files.book import Book, Sheet
from conserje.connectors.tabular_files.cells import Cell, raw
from conserje.connectors.tabular_files.contact_lines import ContactReader
from conserje.connectors.tabular_files.conventions import Declared
from conserje.connectors.tabular_files.invoices import InvoiceReader
from conserje.connectors.tabular_files.layout import Heading, Kind, Layout, fill_merged
from conserje.connectors.tabular_files.limits import CELL_CHARACTERS
from conserje.connectors.tabular_files.reasons import Reason, Refusal, Refused
from conserje.connectors.tabular_files.survey import weigh
from conserje.connectors.tabular_files.understanding import INVOICES, fallback_decimal, meaning
from conserje.connectors.tabular_files.wire import Packed, bad
from conserje.domain.ports.connector import FilePlan, SheetPlan


def read(path: Path, plan: FilePlan, *, currency: str, today: date) -> Iterator[Packed]:
    """The packed rows of the file. Raises `Refused` when a sheet of the plan is no longer in it."""
    book = opening.open_book(path, encoding=plan.encoding, delimiter=plan.delimiter)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for sheet_plan in plan.sheets:
        if not sheet_plan.columns or not meaning(sheet_plan.columns):
            continue
        sheet = sheets.get(sheet_plan.sheet)
        if sheet is None:
            raise Refused(Refusal.PLAN_DIFFERS, file=path.name, sheet=sheet_plan.sheet)
        yield from _read_sheet(book, sheet, sheet_plan, currency=currency, today=today)


def _read_sheet(book: Book, sheet: Sheet, plan: SheetPlan, *, currency: str, today: date) -> Iterator[Packed]:
    marks = correction_marks.find(sheet)
    if marks is not None:
        sheet = correction_marks.restored(sheet, marks)
    invoices = meaning(plan.columns) == INVOICES
    layout = Layout(plan.columns, invoices=invoices)
    if not invoices:
        yield from _contacts(sheet, layout, plan)
        return
    found = weigh(sheet, layout, header=plan.header_row)
    decided = conventions.decide(
        found,
        currency=currency,
        declared=Declared(plan.decimal, plan.date_order),
        fallback=fallback_decimal(book),
    )
    reader = InvoiceReader(layout, decided, sheet=sheet.name, currency=currency, today=today)
    heading: Heading | None = None
    for line, cells, merged in fill_merged(sheet.lines(), sheet.merges, layout, header=plan.header_row):
        kind = layout.sort(cells)
        if kind is Kind.DATA:
            long = _too_long(cells, sheet.name, line)
            yield from long or reader.read(line, cells, heading, merged=merged)
        elif kind is Kind.HEADING:
            heading = layout.heading(cells)
        elif kind is Kind.SUMMARY:
            heading = None


def _contacts(sheet: Sheet, layout: Layout, plan: SheetPlan) -> Iterator[Packed]:
    reader = ContactReader(layout, sheet=sheet.name)
    for line, cells, _ in fill_merged(sheet.lines(), sheet.merges, layout, header=plan.header_row):
        if layout.sort(cells) is Kind.DATA:
            yield from _too_long(cells, sheet.name, line) or reader.read(line, cells)


def _too_long(cells: Sequence[Cell], sheet: str, line: int) -> list[Packed]:
    for cell in cells:
        if isinstance(cell, str) and len(cell) > CELL_CHARACTERS:
            text = tuple(part[:500] for part in raw(cells))
            return [bad(sheet, line, "", cell[:80], Reason.TEXT_TOO_LONG, text)]
    return []
