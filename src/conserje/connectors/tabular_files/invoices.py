# SPDX-License-Identifier: Apache-2.0
"""One line of a sheet of invoices -> an invoice row, a contact row, or the cells that cannot be read."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from conserje.connectors.tabular_files import columns, status
from conserje.connectors.tabular_files.amounts import Parsed
from conserje.connectors.tabular_files.cells import Cell, blank, identifier, plain_text, raw, shown
from conserje.connectors.tabular_files.conventions import Conventions
from conserje.connectors.tabular_files.fitness import AMOUNTS
from conserje.connectors.tabular_files.layout import Heading, Layout
from conserje.connectors.tabular_files.people import People
from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.terms import day_count, term_days
from conserje.connectors.tabular_files.vocabulary import LOCAL, currency_of, words
from conserje.connectors.tabular_files.wire import INVOICE, Packed, bad
from conserje.domain.ports.connector import Field

_DAMAGED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_Problem = tuple[int, str, Reason]


class InvoiceReader:
    """Reads the lines of one sheet of invoices with fixed conventions."""

    def __init__(
        self, layout: Layout, conventions: Conventions, *, sheet: str, currency: str, today: date
    ) -> None:
        self._layout = layout
        self._sheet = sheet
        self._local = currency
        self._today = today.toordinal()
        self._people = People(layout, sheet=sheet)
        self._amounts = tuple(
            (guess.field, guess.index, columns.amount_reader(conventions.decimals[guess.index]))
            for guess in layout.columns
            if guess.field in AMOUNTS
        )
        self._dates = {
            field: (
                index,
                columns.date_reader(conventions.orders[index], serials=index in conventions.serials),
            )
            for field in (Field.ISSUED_ON, Field.DUE_ON, Field.PAID_ON)
            if (index := layout.place(field)) >= 0
        }
        self._number = layout.number
        self._currency = layout.place(Field.CURRENCY)
        self._read_currency = columns.currency_reader(currency)
        self._header_currency = _currency_in_headers(layout)
        self._term = layout.place(Field.TERM_DAYS)
        self._days_late = layout.place(Field.DAYS_LATE)
        self._status = layout.place(Field.STATUS)
        self._status_name = words(layout.columns[self._status].header) if self._status >= 0 else ""
        self._type = layout.place(Field.DOCUMENT_TYPE)
        self._order = layout.place(Field.PURCHASE_ORDER)
        self._subject = layout.place(Field.SUBJECT)

    def read(self, line: int, cells: list[Cell], heading: Heading | None, *, merged: bool) -> list[Packed]:
        """The rows of one line: one invoice and perhaps its contact, or one bad row for each unreadable cell."""
        problems: list[_Problem] = []
        number = self._invoice_number(cells, problems)
        reference, name, tax_id, from_heading = self._people.customer(cells, heading)
        if not (reference or name or tax_id):
            problems.append(
                (self._layout.customers[0] if self._layout.customers else -1, "", Reason.CUSTOMER_MISSING)
            )
        currency, minor = self._money(cells, problems)
        facts = self._people.facts(cells)
        days = self._days(cells, facts, problems)
        document_type = plain_text(cells[self._type]) if self._type >= 0 else ""
        self._judge_status(cells, currency, minor, facts, problems)
        if not problems and minor.get(Field.TOTAL) is None and minor.get(Field.OPEN_AMOUNT) is None:
            self._total_from_parts(minor, facts, problems)
        if problems:
            line_as_text = raw(cells)
            return [
                bad(
                    self._sheet,
                    line,
                    self._layout.columns[i].header if i >= 0 else "",
                    value,
                    reason,
                    line_as_text,
                )
                for i, value, reason in problems
            ]
        self._mark_credit(number, document_type, minor, facts)
        if from_heading:
            facts["customer_from"] = "heading"
        elif merged:
            facts["customer_from"] = "merged"
        row = self._packed(line, number, (reference, name, tax_id), currency, minor, days, cells, facts)
        if not self._people.named:
            return [row]
        contact, wrong = self._people.contact(line, cells, (reference, name, tax_id), {})
        return [row, contact, *wrong] if contact else [row, *wrong]

    def _invoice_number(self, cells: list[Cell], problems: list[_Problem]) -> str:
        number = identifier(cells[self._number]) if self._number >= 0 else ""
        if not number:
            problems.append((self._number, "", Reason.NUMBER_MISSING))
        elif _DAMAGED.fullmatch(number):
            problems.append((self._number, number, Reason.NUMBER_DAMAGED))
        return number

    def _money(self, cells: list[Cell], problems: list[_Problem]) -> tuple[str, dict[Field, int | None]]:
        """(currency of the line, minor units by field). Several withholdings or taxes are summed."""
        parsed: list[tuple[Field, int, Parsed | int | float]] = []
        named: set[str] = set()
        for field, index, read in self._amounts:
            amount = read(cells[index])
            if amount is None:
                continue
            if isinstance(amount, Reason):
                problems.append((index, shown(cells[index]), amount))
                continue
            if isinstance(amount, Parsed) and amount.currency:
                named.add(amount.currency)
            parsed.append((field, index, amount))
        currency = self._line_currency(cells, named, problems)
        minor: dict[Field, int | None] = {}
        for field, index, amount in parsed:
            value = columns.minor_units(amount, currency)
            if isinstance(value, Reason):
                problems.append((index, shown(cells[index]), value))
            else:
                minor[field] = value + (minor.get(field) or 0)
        return currency, minor

    def _line_currency(self, cells: list[Cell], named: set[str], problems: list[_Problem]) -> str:
        stated: str | Reason = ""
        if self._currency >= 0:
            cell = cells[self._currency]
            stated = self._read_currency(cell if isinstance(cell, str) else shown(cell))
            if isinstance(stated, Reason):
                problems.append((self._currency, shown(cell), stated))
                stated = ""
            elif stated:
                named = named | {stated}
        if len(named) > 1:
            problems.append((self._currency, ", ".join(sorted(named)), Reason.CURRENCY_CONFLICT))
        return stated or (min(named) if named else self._header_currency or self._local)

    def _days(
        self, cells: list[Cell], facts: dict[str, str], problems: list[_Problem]
    ) -> dict[Field, int | None]:
        """Issue, due and payment dates as ordinals; the due date from terms or days late where no column states it."""
        found: dict[Field, int | None] = {}
        terms = None
        for field, (index, read) in self._dates.items():
            day = read(cells[index])
            if isinstance(day, Reason):
                terms = term_days(cells[index]) if field is Field.DUE_ON else None
                if terms is None:
                    problems.append((index, shown(cells[index]), day))
                day = None
            found[field] = day
        if found.get(Field.DUE_ON) is None:
            self._due_from_terms(cells, terms, found, facts, problems)
        return found

    def _due_from_terms(
        self,
        cells: list[Cell],
        terms: int | None,
        found: dict[Field, int | None],
        facts: dict[str, str],
        problems: list[_Problem],
    ) -> None:
        issued = found.get(Field.ISSUED_ON)
        if terms is None and self._term >= 0 and plain_text(cells[self._term]):
            terms = term_days(cells[self._term])
            if terms is None:
                problems.append((self._term, shown(cells[self._term]), Reason.TERM_UNREADABLE))
        if terms is not None:
            facts["term_days"] = str(terms)
        if terms is not None and issued is not None:
            found[Field.DUE_ON] = issued + terms
            facts["due_from"] = "term"
        elif self._days_late >= 0 and plain_text(cells[self._days_late]):
            late = day_count(cells[self._days_late])
            if late is None:
                problems.append((self._days_late, shown(cells[self._days_late]), Reason.DAYS_UNREADABLE))
            else:
                found[Field.DUE_ON] = self._today - late
                facts["due_from"] = "days_late"

    def _judge_status(
        self,
        cells: list[Cell],
        currency: str,
        minor: dict[Field, int | None],
        facts: dict[str, str],
        problems: list[_Problem],
    ) -> None:
        """Paid and void lines have nothing open; a line that says both paid and owing is for a person to correct."""
        if self._status < 0 or blank(cells[self._status]):
            return
        text = plain_text(cells[self._status])
        said = status.status_of(text, self._status_name)
        still_open = minor.get(Field.OPEN_AMOUNT) or 0
        if said == status.CANCELLED:
            facts["status_ambiguous"] = "cancelled"
            said = status.settle_cancelled(currency=currency, still_open=still_open > 0)
        if not status.is_flag(text):
            facts["status_text"] = text
        if not said:
            return
        facts["status"] = said
        if said == "paid" and still_open > 0:
            problems.append((self._status, text, Reason.STATUS_CONTRADICTS))
        elif said in ("paid", "void"):
            minor[Field.OPEN_AMOUNT] = 0

    def _total_from_parts(
        self, minor: dict[Field, int | None], facts: dict[str, str], problems: list[_Problem]
    ) -> None:
        """A line that states only its net amount and its tax states its total."""
        net = minor.get(Field.NET)
        tax = minor.get(Field.TAX)
        if net is not None and (tax is not None or Field.TAX in self._layout.places):
            minor[Field.TOTAL] = net + (tax or 0)
            facts["total_from"] = "net_and_tax"
        elif net is None:
            place = self._layout.place(Field.OPEN_AMOUNT)
            problems.append(
                (place if place >= 0 else self._layout.place(Field.TOTAL), "", Reason.AMOUNT_MISSING)
            )

    def _mark_credit(
        self, number: str, document_type: str, minor: dict[Field, int | None], facts: dict[str, str]
    ) -> None:
        """Credit notes are negative whatever their sign in the file."""
        if document_type:
            facts["document_type"] = document_type
        if status.is_credit_note(number, document_type):
            for field, value in minor.items():
                minor[field] = -abs(value) if value else value
        amount = minor.get(Field.TOTAL) or minor.get(Field.OPEN_AMOUNT) or 0
        if amount < 0:
            facts["document"] = "credit_note"

    def _packed(
        self,
        line: int,
        number: str,
        customer: tuple[str, str, str],
        currency: str,
        minor: dict[Field, int | None],
        days: dict[Field, int | None],
        cells: list[Cell],
        facts: dict[str, str],
    ) -> Packed:
        return [
            INVOICE,
            self._sheet,
            line,
            number,
            *customer,
            currency,
            minor.get(Field.TOTAL),
            minor.get(Field.OPEN_AMOUNT),
            days.get(Field.ISSUED_ON),
            days.get(Field.DUE_ON),
            minor.get(Field.NET),
            minor.get(Field.TAX),
            minor.get(Field.WITHHOLDING),
            minor.get(Field.PAID_AMOUNT),
            days.get(Field.PAID_ON),
            identifier(cells[self._order]) if self._order >= 0 else "",
            plain_text(cells[self._subject]) if self._subject >= 0 else "",
            facts,
        ]


def _currency_in_headers(layout: Layout) -> str:
    """The currency named in the header of the amounts ("Saldo USD", "Valor (COP)"), "" when none or several are."""
    found: set[str] = set()
    for index in layout.amounts:
        for token in re.split(r"[\s()\[\]/_-]+", layout.columns[index].header):
            code = currency_of(token) if len(token) >= 3 or "$" in token else None
            if code and code != LOCAL:
                found.add(code)
    return found.pop() if len(found) == 1 else ""
