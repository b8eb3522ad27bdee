# SPDX-License-Identifier: Apache-2.0
"""A line that the books did not take, as cells again, so that it can be corrected and brought in once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.ports.connector import BadRow, ContactRow, Field, FilePlan, InvoiceRow, Row, SheetPlan

_ORDERS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}


def with_cells(bad_rows: Sequence[BadRow], *, plan: FilePlan, rows: Sequence[Row]) -> list[BadRow]:
    """`bad_rows`, those without their cells given them back from what `rows` read of the same line."""
    sheets = {sheet.sheet: sheet for sheet in plan.sheets}
    lines: dict[tuple[str, int], list[InvoiceRow | ContactRow]] = {
        (bad.sheet, bad.line): [] for bad in bad_rows if not bad.raw
    }
    for row in rows if lines else ():
        if not isinstance(row, BadRow) and (row.sheet, row.line) in lines:
            lines[row.sheet, row.line].append(row)
    return [
        replace(bad, raw=_cells(sheets[bad.sheet], lines.get((bad.sheet, bad.line), ())))
        if not bad.raw and bad.sheet in sheets
        else bad
        for bad in bad_rows
    ]


def _cells(sheet: SheetPlan, rows: Sequence[InvoiceRow | ContactRow]) -> tuple[str, ...]:
    said: dict[str, str] = {}
    for row in rows:
        said |= _invoice(row, sheet) if isinstance(row, InvoiceRow) else _contact(row)
        said |= {name: text for name, text in row.facts.items() if text}
    width = max((column.index for column in sheet.columns), default=-1) + 1
    cells = [""] * width
    for column in sheet.columns:
        # A field that stands in several columns was summed or joined: its first column carries it all.
        cells[column.index] = said.pop(column.field.value, "")
    return tuple(cells)


def _invoice(row: InvoiceRow, sheet: SheetPlan) -> dict[str, str]:
    return {
        Field.INVOICE_NUMBER.value: row.number,
        Field.CUSTOMER_REFERENCE.value: row.customer_reference,
        Field.CUSTOMER_NAME.value: row.customer_name,
        Field.CUSTOMER_TAX_ID.value: row.customer_tax_id,
        Field.CURRENCY.value: row.currency,
        Field.TOTAL.value: _amount(row.total, sheet),
        Field.OPEN_AMOUNT.value: _amount(row.open_amount, sheet),
        Field.NET.value: _amount(row.net, sheet),
        Field.TAX.value: _amount(row.tax, sheet),
        Field.WITHHOLDING.value: _amount(row.withholding, sheet),
        Field.PAID_AMOUNT.value: _amount(row.paid_amount, sheet),
        Field.ISSUED_ON.value: _day(row.issued_on, sheet),
        Field.DUE_ON.value: _day(row.due_on, sheet),
        Field.PAID_ON.value: _day(row.paid_on, sheet),
        Field.PURCHASE_ORDER.value: row.purchase_order,
        Field.SUBJECT.value: row.subject,
    }


def _contact(row: ContactRow) -> dict[str, str]:
    return {
        Field.CUSTOMER_REFERENCE.value: row.customer_reference,
        Field.CUSTOMER_NAME.value: row.customer_name,
        Field.CUSTOMER_TAX_ID.value: row.customer_tax_id,
        Field.CONTACT_NAME.value: row.name,
        Field.CONTACT_ROLE.value: row.role,
        Field.EMAIL.value: "; ".join(row.emails),
        Field.PHONE.value: "; ".join(row.phones),
    }


def _amount(amount: Money | None, sheet: SheetPlan) -> str:
    return "" if amount is None else str(amount.decimal()).replace(".", sheet.decimal)


def _day(day: date | None, sheet: SheetPlan) -> str:
    return "" if day is None else day.strftime(_ORDERS[sheet.date_order])
