# SPDX-License-Identifier: Apache-2.0
"""Parsers of one column each, compiled for its conventions and remembering what they have read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Final, TypeVar

from conserje.connectors.tabular_files import amounts, dates
from conserje.connectors.tabular_files.amounts import Parsed
from conserje.connectors.tabular_files.cells import Cell, plain_text
from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.vocabulary import LOCAL, currency_of

_REMEMBERED: Final = 20_000
T = TypeVar("T")


def remembering(read: Callable[[str], T]) -> Callable[[str], T]:
    """`read` with a bounded memory of its answers: cells of one column repeat."""
    return lru_cache(maxsize=_REMEMBERED)(read)


def amount_reader(decimal: str) -> Callable[[Cell], Parsed | Reason | int | float | None]:
    """Reads cells of a column of amounts: parsed text, a number cell as it is, None when blank."""

    def read(text: str) -> Parsed | Reason | None:
        bare = text.strip()
        return amounts.parse(bare, decimal) if bare else None

    text_amount = remembering(read)

    def reader(cell: Cell) -> Parsed | Reason | int | float | None:
        if isinstance(cell, str):
            return text_amount(cell)
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return Reason.AMOUNT_UNREADABLE
        return cell

    return reader


def minor_units(amount: Parsed | int | float, currency: str) -> int | Reason:
    """A read amount in minor units of `currency`."""
    if isinstance(amount, Parsed):
        return amounts.minor_units(amount, currency)
    return amounts.typed_minor_units(amount, currency)


def date_reader(order: str, *, serials: bool) -> Callable[[Cell], int | Reason | None]:
    """Reads cells of a column of dates as ordinals, None when blank."""

    def read(text: str) -> int | Reason | None:
        bare = plain_text(text)
        return _ordinal(dates.parse(bare, order, serials=serials)) if bare else None

    text_date = remembering(read)

    def reader(cell: Cell) -> int | Reason | None:
        if isinstance(cell, str):
            return text_date(cell)
        if isinstance(cell, date):
            return _ordinal(dates.checked(cell.date() if isinstance(cell, datetime) else cell))
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return Reason.DATE_UNREADABLE
        if serials:
            return _ordinal(dates.from_serial(int(cell)))
        whole = str(int(cell))
        return (
            _ordinal(dates.parse(whole, order))
            if len(whole) == 8 and cell == int(cell)
            else Reason.DATE_UNREADABLE
        )

    return reader


def _ordinal(day: date | Reason) -> int | Reason:
    return day if isinstance(day, Reason) else day.toordinal()


def currency_reader(local: str) -> Callable[[str], str | Reason]:
    """Reads cells of a currency column; "pesos" and "$" are `local`, a blank cell is ""."""

    def read(text: str) -> str | Reason:
        bare = plain_text(text)
        if not bare:
            return ""
        code = currency_of(bare)
        if code is None and len(bare) == 3 and bare.isascii() and bare.isalpha():
            return bare.upper()
        return Reason.CURRENCY_UNKNOWN if code is None else local if code == LOCAL else code

    return remembering(read)
