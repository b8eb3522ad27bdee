# SPDX-License-Identifier: Apache-2.0
"""One walk over a whole sheet: what its values prove about conventions, and what kinds of lines it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from conserje.connectors.tabular_files import status
from conserje.connectors.tabular_files.amounts import Marks
from conserje.connectors.tabular_files.book import Sheet
from conserje.connectors.tabular_files.cells import Cell, blank, identifier, plain_text
from conserje.connectors.tabular_files.dates import Orders
from conserje.connectors.tabular_files.fitness import DATES
from conserje.connectors.tabular_files.layout import Kind, Layout, fill_merged
from conserje.connectors.tabular_files.profile import is_serial
from conserje.connectors.tabular_files.vocabulary import words
from conserje.domain.ports.connector import Field


@dataclass(slots=True)
class Survey:
    """Counts over the data lines of one sheet; `first` holds the first line of each kind, `samples` texts to show."""

    rows: int = 0
    marks: dict[int, Marks] = field(default_factory=dict)
    orders: dict[int, Orders] = field(default_factory=dict)
    kinds: Counter[Kind] = field(default_factory=Counter)
    first: dict[Kind, int] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    unknown_statuses: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    merged: int = 0
    under_heading: int = 0
    credit_notes: int = 0


def survey(sheet: Sheet, layout: Layout, *, header: int) -> Survey:
    """The survey of `sheet` below its `header` line."""
    found = Survey()
    watch = _Watch(layout, found)
    for line, cells, filled in fill_merged(sheet.lines(), sheet.merges, layout, header=header):
        kind = layout.sort(cells)
        found.kinds[kind] += 1
        if kind is Kind.DATA:
            found.rows += 1
            found.merged += filled
            watch.data(cells)
        elif kind is not Kind.BLANK:
            found.first.setdefault(kind, line)
            watch.other(kind, cells)
    watch.finish()
    return found


def weigh(sheet: Sheet, layout: Layout, *, header: int) -> Survey:
    """Only the marks and orders of a survey: all that reading needs of a sheet whose plan is confirmed."""
    found = Survey()
    watch = _Watch(layout, found)
    for line, cells in sheet.lines():
        if line > header:
            watch.conventions(cells)
    watch.finish()
    return found


class _Watch:
    """Gathers distinct values of the columns that matter, in their order, so that each is judged once."""

    def __init__(self, layout: Layout, found: Survey) -> None:
        self._layout = layout
        self._found = found
        self._amounts: dict[int, dict[str, None]] = {i: {} for i in layout.amounts}
        self._dates: dict[int, dict[str, None]] = {}
        for guess in layout.columns:
            if guess.field in DATES:
                self._dates[guess.index] = {}
                found.orders[guess.index] = Orders()
        self._numbers: Counter[str] = Counter()
        self._status = layout.place(Field.STATUS)
        self._status_name = words(layout.columns[self._status].header) if self._status >= 0 else ""
        self._type = layout.place(Field.DOCUMENT_TYPE)
        self._heading = ""

    def conventions(self, cells: list[Cell]) -> None:
        width = len(cells)
        for index, texts in self._amounts.items():
            if index < width and cells[index].__class__ is str:
                texts[cells[index]] = None  # type: ignore[index]
        for index, days in self._dates.items():
            if index < width:
                self._date(index, days, cells[index])

    def data(self, cells: list[Cell]) -> None:
        self.conventions(cells)
        if not self._layout.invoices:
            return
        number = identifier(cells[self._layout.number]) if self._layout.number >= 0 else ""
        if number:
            self._numbers[number] += 1
        if status.is_credit_note(number, plain_text(cells[self._type]) if self._type >= 0 else ""):
            self._found.credit_notes += 1
            self._found.samples.setdefault("credit_note", number)
        if self._status >= 0 and not blank(cells[self._status]):
            self._state(plain_text(cells[self._status]))
        if self._heading and all(blank(cells[i]) for i in self._layout.customers):
            self._found.under_heading += 1
            self._found.samples.setdefault("heading", self._heading)

    def _date(self, index: int, days: dict[str, None], cell: Cell) -> None:
        orders = self._found.orders[index]
        if isinstance(cell, str):
            days[cell] = None
        elif isinstance(cell, datetime | date):
            orders.add_typed(cell.date() if isinstance(cell, datetime) else cell)
        elif is_serial(cell):
            orders.serials += 1
            orders.sample_serial = orders.sample_serial or identifier(cell)
        else:
            orders.others += 1

    def _state(self, text: str) -> None:
        found = status.status_of(text, self._status_name)
        if found:
            self._found.statuses[found] += 1
            self._found.samples.setdefault(found, text)
        elif text:
            self._found.unknown_statuses[text[:60]] += 1

    def other(self, kind: Kind, cells: list[Cell]) -> None:
        if kind is Kind.HEADING:
            heading = self._layout.heading(cells)
            self._heading = heading.name if heading else ""
        elif kind is Kind.SUMMARY:
            self._heading = ""
        elif kind is Kind.NOTE:
            text = next(plain_text(cell) for cell in cells if not blank(cell))
            self._found.samples.setdefault("note", text[:80])

    def finish(self) -> None:
        for index, texts in self._amounts.items():
            marks = self._found.marks[index] = Marks()
            marks.add_all(texts)
        for index, days in self._dates.items():
            for text in days:
                if not plain_text(text):
                    continue
                self._found.orders[index].add(text)
        twice = sorted(number for number, times in self._numbers.items() if times > 1)
        self._found.repeated = len(twice)
        if twice:
            self._found.samples["repeated"] = twice[0]
