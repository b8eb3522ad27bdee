# SPDX-License-Identifier: Apache-2.0
"""Rows and plans as plain lists, to cross from the limited child process to its parent as JSON, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any, Final

from conserje.connectors.tabular_files.reasons import REMEDIES, Reason, state
from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import (
    BadRow,
    ColumnGuess,
    ContactRow,
    Field,
    FilePlan,
    InvoiceRow,
    Row,
    SheetPlan,
)

INVOICE: Final = 0
CONTACT: Final = 1
BAD: Final = 2
Packed = list[Any]
_day: Callable[[int], date] = lru_cache(maxsize=16_384)(date.fromordinal)


def bad(
    sheet: str, line: int, column: str, value: str, reason: Reason, raw: tuple[str, ...], **values: object
) -> Packed:
    """A packed `BadRow`; the remedy follows from the reason."""
    return [BAD, sheet, line, column, value[:500], state(reason, **values), str(REMEDIES[reason]), raw]


def unpack(packed: Packed) -> Row:
    """The row that `packed` stands for."""
    if packed[0] == INVOICE:
        return _invoice(packed)
    if packed[0] == CONTACT:
        _, sheet, line, reference, name, tax_id, person, role, emails, phones, facts = packed
        return ContactRow(
            sheet, line, reference, name, tax_id, person, role, tuple(emails), tuple(phones), facts or {}
        )
    _, sheet, line, column, value, reason, remedy, raw = packed
    return BadRow(sheet, line, column, value, reason, remedy, tuple(raw))


def _invoice(packed: Packed) -> InvoiceRow:
    (_, sheet, line, number, reference, name, tax_id, currency, total, still_open, issued, due, net, tax, withheld,
     paid, paid_on, order, subject, facts) = packed  # fmt: skip

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(currency, minor)

    return InvoiceRow(
        sheet,
        line,
        number,
        reference,
        name,
        tax_id,
        currency,
        money(total),
        money(still_open),
        _day(issued) if issued else None,
        _day(due) if due else None,
        money(net),
        money(tax),
        money(withheld),
        money(paid),
        _day(paid_on) if paid_on else None,
        order,
        subject,
        facts or {},
    )


def pack_plan(plan: FilePlan) -> dict[str, Any]:
    """A plan as JSON types; `unpack_plan` gives it back equal."""
    return asdict(plan)


def unpack_plan(packed: Mapping[str, Any]) -> FilePlan:
    """The plan that `packed` stands for. Raises `ValueError` for an unknown field name."""
    return FilePlan(
        packed["kind"],
        packed["encoding"],
        packed["delimiter"],
        tuple(_sheet(sheet) for sheet in packed["sheets"]),
    )


def _sheet(packed: Mapping[str, Any]) -> SheetPlan:
    columns = tuple(
        ColumnGuess(
            column["index"],
            column["header"],
            Field(column["field"]),
            column["why"],
            column["confidence"],
            tuple(column["samples"]),
        )
        for column in packed["columns"]
    )
    return SheetPlan(
        packed["sheet"],
        packed["header_row"],
        columns,
        packed["decimal"],
        packed["date_order"],
        packed["rows"],
        tuple(packed["doubts"]),
    )
