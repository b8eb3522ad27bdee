# SPDX-License-Identifier: Apache-2.0
"""A file -> its plan: which sheets matter, where each header is, what each column means, which conventions rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from conserje.connectors.tabular_files import conventions, correction_marks, opening
from conserje.connectors.tabular_files.book import Book, Line, Sheet
from conserje.connectors.tabular_files.cells import Cell, blank, shown
from conserje.connectors.tabular_files.conventions import Declared
from conserje.connectors.tabular_files.doubts import invoice_doubts, skipped_lines
from conserje.connectors.tabular_files.header import Header, find_header
from conserje.connectors.tabular_files.layout import CUSTOMER, Layout
from conserje.connectors.tabular_files.mapping import guess_columns
from conserje.connectors.tabular_files.profile import SAMPLE, profile, shown_samples
from conserje.connectors.tabular_files.reasons import Doubt, Refusal, Refused, Why, state
from conserje.connectors.tabular_files.survey import survey
from conserje.connectors.tabular_files.vocabulary import vocabulary, words
from conserje.domain.ports.connector import ColumnGuess, Field, FilePlan, SheetPlan

INVOICES: Final = "invoices"
CONTACTS: Final = "contacts"
_HEAD_LINES: Final = 2 * SAMPLE
_FACTS: Final = frozenset(
    {Field.EMAIL, Field.PHONE, Field.CONTACT_NAME, Field.COUNTRY, Field.CUSTOMER_KIND, Field.CITY}
)


def understand(path: Path, *, currency: str, today: date, saved: FilePlan | None) -> FilePlan:
    """The plan of the file at `path`. Raises `Refused` when no sheet of it has a table of invoices or contacts."""
    book = opening.open_book(path)
    plans = tuple(_sheet_plan(book, sheet, currency, today, saved) for sheet in book.sheets)
    if not any(plan.columns for plan in plans):
        raise Refused(Refusal.NO_TABLE, file=path.name)
    return FilePlan(book.kind, book.encoding, book.delimiter, plans)


def meaning(columns: Sequence[ColumnGuess]) -> str:
    """What a sheet with these columns is: `INVOICES`, `CONTACTS` or "" when it is neither."""
    fields = {guess.field for guess in columns}
    customer = bool(fields & set(CUSTOMER))
    amount = bool(fields & {Field.TOTAL, Field.OPEN_AMOUNT, Field.NET})
    dated = bool(fields & {Field.DUE_ON, Field.ISSUED_ON, Field.TERM_DAYS, Field.DAYS_LATE})
    if amount and (Field.INVOICE_NUMBER in fields or (dated and customer)):
        return INVOICES
    return CONTACTS if customer and fields & _FACTS else ""


def _sheet_plan(book: Book, sheet: Sheet, currency: str, today: date, saved: FilePlan | None) -> SheetPlan:
    if sheet.hidden:
        return _left_out(sheet, Doubt.SHEET_HIDDEN)
    marks = correction_marks.find(sheet)
    if marks is not None:
        sheet = correction_marks.restored(sheet, marks)
    head = list(islice(sheet.lines(), _HEAD_LINES))
    if not any(not blank(cell) for _, cells in head for cell in cells):
        return _left_out(sheet, Doubt.SHEET_EMPTY)
    before = _saved_sheet(saved, head, sheet.name)
    header = find_header(head, sheet.merges, first_column=sheet.first_column)
    if before is not None:
        header = _saved_header(before, head)
    columns = _columns(header, head, before, helpers=marks.width if marks else 0)
    doubt = _not_wanted(sheet, head, columns)
    if doubt is not None:
        return _left_out(sheet, doubt)
    declared = (
        Declared(before.decimal, before.date_order) if before else marks.declared if marks else Declared()
    )
    return _surveyed(book, sheet, header, columns, currency=currency, today=today, declared=declared)


def _surveyed(
    book: Book,
    sheet: Sheet,
    header: Header,
    columns: tuple[ColumnGuess, ...],
    *,
    currency: str,
    today: date,
    declared: Declared,
) -> SheetPlan:
    invoices = meaning(columns) == INVOICES
    layout = Layout(columns, invoices=invoices)
    found = survey(sheet, layout, header=header.line)
    decided = conventions.decide(found, currency=currency, declared=declared, fallback=fallback_decimal(book))
    names = {guess.index: guess.header for guess in columns}
    doubts = [*book.doubts, *conventions.doubts(found, decided, names, declared)]
    if any(guess.why == Why.HELPER for guess in columns):
        doubts.append(str(Doubt.CORRECTIONS_FILE))
    if not header.line:
        doubts.append(str(Doubt.HEADER_ABSENT))
    if invoices:
        doubts.extend(invoice_doubts(found, layout, today=today))
    doubts.extend(skipped_lines(found))
    unknown = [guess.header for guess in columns if guess.why == Why.UNKNOWN]
    if unknown:
        doubts.append(state(Doubt.COLUMNS_UNKNOWN, columns=", ".join(unknown[:12])))
    return SheetPlan(
        sheet.name,
        header.line,
        columns,
        decided.decimal,
        decided.order,
        found.rows,
        tuple(dict.fromkeys(doubts)),
    )


def fallback_decimal(book: Book) -> str:
    """The decimal mark of a file whose amounts show no separator: a point where commas divide the columns."""
    return "." if book.delimiter == "," or book.kind != "csv" else ","


def _left_out(sheet: Sheet, doubt: Doubt) -> SheetPlan:
    return SheetPlan(sheet.name, 0, (), ",", "dmy", 0, (str(doubt),))


def _columns(
    header: Header, head: Sequence[Line], before: SheetPlan | None, *, helpers: int
) -> tuple[ColumnGuess, ...]:
    data = _telling([cells for line, cells in head if line > header.line], header.names)
    if before is not None:
        return tuple(_saved_guess(guess, header.names, data) for guess in before.columns)
    profiles = [profile([_cell(cells, index) for cells in data]) for index in range(len(header.names))]
    guesses = guess_columns(
        header.names[helpers:], header.above[helpers:], profiles[helpers:], trusting=helpers > 0
    )
    marked = tuple(
        ColumnGuess(index, name, Field.IGNORE, str(Why.HELPER), 99)
        for index, name in enumerate(header.names[:helpers])
    )
    moved = tuple(
        ColumnGuess(g.index + helpers, g.header, g.field, g.why, g.confidence, g.samples) for g in guesses
    )
    return marked + moved


def _telling(lines: Sequence[list[Cell]], names: Sequence[str]) -> list[list[Cell]]:
    """The lines that tell what columns are: no repeated headers, no totals; headings and remarks fill few cells."""
    book = vocabulary()
    noise = book.summaries | book.balances
    headers = [words(name) for name in names]
    lines = [
        cells
        for cells in lines
        if [words(shown(cell)) for cell in cells] != headers
        and not any(isinstance(cell, str) and words(cell) in noise for cell in cells)
    ]
    filled = [sum(not blank(cell) for cell in cells) for cells in lines]
    usual = sorted(filled)[len(filled) * 3 // 4] if filled else 0
    return [cells for cells, count in zip(lines, filled, strict=True) if count and count * 2 >= usual]


def _cell(cells: Sequence[Cell], index: int) -> Cell:
    return cells[index] if index < len(cells) else ""


def _saved_guess(guess: ColumnGuess, names: Sequence[str], data: Sequence[Sequence[Cell]]) -> ColumnGuess:
    why = guess.why if guess.why == Why.HELPER else str(Why.SAVED)
    samples = shown_samples([_cell(cells, guess.index) for cells in data])
    return ColumnGuess(guess.index, names[guess.index], guess.field, why, 100, samples)


def _saved_sheet(saved: FilePlan | None, head: Sequence[Line], name: str) -> SheetPlan | None:
    """The sheet of the saved plan whose headers this one has; the sheet of the same name is asked first."""
    plans = sorted(saved.sheets if saved else (), key=lambda plan: plan.sheet != name)
    return next((plan for plan in plans if plan.columns and plan.header_row and _find_line(plan, head)), None)


def _find_line(plan: SheetPlan, head: Sequence[Line]) -> int:
    """The line whose cells are the headers of `plan`, 0 when there is none."""
    wanted = _trimmed([words(guess.header) for guess in sorted(plan.columns, key=lambda g: g.index)])
    return next(
        (line for line, cells in head if _trimmed([words(shown(cell)) for cell in cells]) == wanted), 0
    )


def _trimmed(names: list[str]) -> list[str]:
    while names and not names[-1]:
        names.pop()
    return names


def _saved_header(before: SheetPlan, head: Sequence[Line]) -> Header:
    line = _find_line(before, head)
    cells: Mapping[int, Cell] = dict(enumerate(next(cells for at, cells in head if at == line)))
    names = tuple(shown(cells.get(index, "")) for index in range(max(g.index for g in before.columns) + 1))
    return Header(line, names, ("",) * len(names))


def _not_wanted(sheet: Sheet, head: Sequence[Line], columns: Sequence[ColumnGuess]) -> Doubt | None:
    """Why the sheet is left out, None when it holds invoices or contacts."""
    book = vocabulary()
    early = {words(cell) for _, cells in head[:25] for cell in cells if isinstance(cell, str)}
    kind = meaning(columns)
    fields = {guess.field for guess in columns}
    if early & book.pivots and not fields & {Field.DUE_ON, Field.ISSUED_ON}:
        return Doubt.SHEET_PIVOT
    due = fields & {Field.DUE_ON, Field.TERM_DAYS, Field.OPEN_AMOUNT, Field.DAYS_LATE}
    paid = Field.PAID_ON in fields and Field.ISSUED_ON not in fields
    if kind == INVOICES and not due and (paid or words(sheet.name) in book.payment_sheets):
        return Doubt.SHEET_PAYMENTS
    if kind:
        return None
    if fields & {Field.TOTAL, Field.OPEN_AMOUNT, Field.PAID_AMOUNT}:
        return Doubt.SHEET_SUMMARY
    return Doubt.SHEET_UNKNOWN
