# SPDX-License-Identifier: Apache-2.0
"""Movements of a bank account in a table: below a preamble, in one column or two, with totals and running balances."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from conserje.connectors.tabular_files import amounts, dates
from conserje.connectors.tabular_files.bank_words import Column, columns_of, comes_in, is_balance, is_total
from conserje.connectors.tabular_files.book import Line, Sheet
from conserje.connectors.tabular_files.cells import Cell, blank, plain_text, shown
from conserje.connectors.tabular_files.opening import open_book
from conserje.connectors.tabular_files.vocabulary import LOCAL, currency_of, words
from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.statement import (
    MOST_LINES,
    Assumed,
    Movement,
    Statement,
    StatementRefused,
    Unfit,
    keyed,
)

_SEARCHED: Final = 60
_MONEY: Final = (Column.AMOUNT, Column.COMES_IN, Column.GOES_OUT, Column.BALANCE)
_NAMES_IT: Final = re.compile(r"\b(?:cuenta|conta|clabe|iban|account|cbu|cci)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:[A-Z]{2}[0-9]{2}[ A-Z0-9]{8,30}|[*xX]*[0-9][0-9 .\-*xX/]{3,40}[0-9])")
_CURRENCY: Final = re.compile(r"\b(?:moneda|divisa|moeda|currency)\b", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"\s*(cr|db|dr|[cd+\-−])\.?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet whose heading stands at line `top`, with what its columns are and what rules their values."""

    sheet: Sheet
    top: int
    columns: dict[Column, list[int]]
    preamble: tuple[tuple[str, ...], ...]
    decimal: str = ","
    order: str = "dmy"


def statements(path: Path, *, assumed: Assumed) -> tuple[Statement, ...]:
    """One statement for each sheet with movements. Raises `StatementRefused`, and `Refused` as every table does."""
    book = open_book(path)
    tables = [table for sheet in book.sheets if not sheet.hidden and (table := _table(sheet)) is not None]
    if not tables:
        raise StatementRefused(Unfit.NO_LINES)
    return tuple(_statement(table, assumed) for table in tables)


def _table(sheet: Sheet) -> _Table | None:
    before: list[tuple[str, ...]] = []
    for number, cells in sheet.lines():
        columns = columns_of(cells)
        if columns is not None:
            return _Table(sheet, number, columns, tuple(before))
        before.append(tuple(plain_text(cell) for cell in cells))
        if len(before) > _SEARCHED:
            return None
    return None


def _statement(table: _Table, assumed: Assumed) -> Statement:
    currency = _currency(table) or assumed.currency
    own = _own_number(table) or assumed.bank_account
    if not own:
        raise StatementRefused(Unfit.WHOSE)
    table = _with_rules(table, currency)
    rows = list(_rows(table))
    read = [one for number, cells in rows if (one := _movement(table, number, cells, currency)) is not None]
    if len(read) > MOST_LINES:
        raise StatementRefused(Unfit.TOO_MANY_LINES)
    movements = [movement for movement, _ in read]
    lines = keyed(movements, bank_account=own, currency=currency)
    opening, closing = _chained(movements, [balance for _, balance in read], currency)
    closed_on = max((line.booked_on for line in lines), default=None)
    return Statement(own, currency, lines, opening, closing, closed_on)


def _rows(table: _Table) -> Iterator[Line]:
    for number, cells in table.sheet.lines():
        if number > table.top and not all(blank(cell) for cell in cells) and columns_of(cells) is None:
            yield number, cells


def _with_rules(table: _Table, currency: str) -> _Table:
    """The table with the decimal mark and the order of dates that its own values prove."""
    marks, orders = amounts.Marks(), dates.Orders()
    for _, cells in _rows(table):
        for column in _MONEY:
            text = _text(table, cells, column)
            if text and isinstance(_cell(table, cells, column), str):
                marks.add(_SUFFIX.sub("", text))
        on = _cell(table, cells, Column.BOOKED_ON)
        if isinstance(on, str) and on.strip():
            orders.add(on)
    decimal = marks.proven() or marks.assumed(places=exponent(currency)) or ","
    return _Table(table.sheet, table.top, table.columns, table.preamble, decimal, orders.proven() or "dmy")


def _movement(
    table: _Table, number: int, cells: Sequence[Cell], currency: str
) -> tuple[Movement, int | None] | None:
    """A row as a movement with the balance after it; None for totals, balances and rows without money."""
    booked_on = _day(table, cells, Column.BOOKED_ON)
    minor = _minor(table, number, cells, currency, dated=booked_on is not None)
    told = _told(table, cells)
    if booked_on is None:
        if minor and not is_total([plain_text(cell) for cell in cells]):
            raise StatementRefused(Unfit.DATE, line=number)
        return None
    if not minor or (is_balance(told) and not _text(table, cells, Column.REFERENCE)):
        return None
    movement = Movement(
        booked_on=booked_on,
        value_on=_day(table, cells, Column.VALUE_ON) or booked_on,
        minor=minor,
        text=told,
        bank_reference=_reference(table, cells),
        payer_name=_text(table, cells, Column.PAYER_NAME),
        payer_account=_text(table, cells, Column.PAYER_BANK),
        payer_tax_id=_text(table, cells, Column.PAYER_TAX_ID),
        is_return=any(
            word in words(told).split() for word in ("reverso", "reversion", "devolucion", "estorno")
        ),
    )
    return movement, _read(table, number, cells, Column.BALANCE, currency, strict=False)


def _minor(table: _Table, number: int, cells: Sequence[Cell], currency: str, *, dated: bool) -> int:
    if Column.COMES_IN in table.columns:
        into = _read(table, number, cells, Column.COMES_IN, currency, strict=dated) or 0
        out = _read(table, number, cells, Column.GOES_OUT, currency, strict=dated) or 0
        return abs(into) - abs(out)
    minor = _read(table, number, cells, Column.AMOUNT, currency, strict=dated) or 0
    into_by_word = comes_in(_text(table, cells, Column.WAY))
    return minor if into_by_word is None else abs(minor) if into_by_word else -abs(minor)


def _read(
    table: _Table, number: int, cells: Sequence[Cell], column: Column, currency: str, *, strict: bool
) -> int | None:
    """The signed minor units of a cell; None when it is empty, or cannot be read and is not `strict`."""
    cell = _cell(table, cells, column)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        found: object = amounts.typed_minor_units(cell, currency)
    else:
        text = plain_text(cell)
        if not text:
            return None
        found = _worded(text, table.decimal, currency)
    if isinstance(found, int):
        return found
    if strict:
        raise StatementRefused(Unfit.AMOUNT, line=number)
    return None


def _worded(text: str, decimal: str, currency: str) -> int | None:
    """A written amount. On a statement "CR" came in and "DB" went out, the other way round than on an invoice."""
    parsed = amounts.parse(text, decimal)
    suffix = _SUFFIX.search(text)
    if suffix and (way := comes_in(suffix[1].replace("−", "-"))) is not None:
        bare = amounts.parse(text[: suffix.start()], decimal)
        if isinstance(bare, amounts.Parsed):
            minor = amounts.minor_units(bare, currency)
            return (abs(minor) if way else -abs(minor)) if not isinstance(minor, str) else None
    if not isinstance(parsed, amounts.Parsed) or parsed.currency not in (None, LOCAL, currency):
        return None
    minor = amounts.minor_units(parsed, currency)
    return None if isinstance(minor, str) else minor


def _day(table: _Table, cells: Sequence[Cell], column: Column) -> date | None:
    cell = _cell(table, cells, column)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = dates.parse(shown(cell), table.order, serials=isinstance(cell, int | float))
    return found if isinstance(found, date) else None


def _told(table: _Table, cells: Sequence[Cell]) -> str:
    places = table.columns.get(Column.TEXT, [])
    parts = [plain_text(cells[place]) for place in places if place < len(cells)]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _reference(table: _Table, cells: Sequence[Cell]) -> str:
    text = _text(table, cells, Column.REFERENCE)
    return text if text.strip("0- .") else ""


def _cell(table: _Table, cells: Sequence[Cell], column: Column) -> Cell:
    places = table.columns.get(column)
    return cells[places[0]] if places and places[0] < len(cells) else ""


def _text(table: _Table, cells: Sequence[Cell], column: Column) -> str:
    return plain_text(_cell(table, cells, column))


def _own_number(table: _Table) -> str:
    """The account's number in the preamble: in the cell that names it or in the next."""
    for cells in table.preamble:
        for index, cell in enumerate(cells):
            if _NAMES_IT.search(cell):
                for text in (cell, *cells[index + 1 : index + 3]):
                    found = _NUMBER.search(text)
                    if found:
                        return re.sub(r"[^A-Za-z0-9*]", "", found.group())
    return ""


def _currency(table: _Table) -> str:
    for cells in table.preamble:
        for index, cell in enumerate(cells):
            if _CURRENCY.search(cell):
                for text in (cell.rpartition(":")[2].strip(), *cells[index + 1 : index + 2]):
                    if code := currency_of(text):
                        return code
    return ""


def _chained(
    movements: Sequence[Movement], balances: Sequence[int | None], currency: str
) -> tuple[Money | None, Money | None]:
    """Opening and closing balance where each row's balance follows from its neighbour's, in either direction."""
    if not movements or any(balance is None for balance in balances):
        return None, None
    pairs = [(item.minor, balance or 0) for item, balance in zip(movements, balances, strict=True)]
    for ordered in (pairs, pairs[::-1]):
        steps = itertools.pairwise(ordered)
        if all(after == before + minor for (_, before), (minor, after) in steps):
            first, last = ordered[0], ordered[-1]
            return Money(currency, first[1] - first[0]), Money(currency, last[1])
    return None, None
