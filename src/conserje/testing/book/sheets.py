# SPDX-License-Identifier: Apache-2.0
"""The sheets as people keep them: titles, merged cells, a TOTAL row, a second tab, `dd/mm/aaaa`."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from conserje.domain.kit.money import Money
from conserje.testing.book import names
from conserje.testing.book.lines import BookLine
from conserje.testing.book.papers import written

HEADERS: Final = (
    "Factura",
    "Fecha",
    "Vence",
    "Cliente",
    "NIT",
    "Proyecto",
    "Orden de compra",
    "Moneda",
    "Subtotal",
    "IVA",
    "Retefuente",
    "Total",
    "Abonos",
    "Fecha de pago",
    "Saldo",
    "Observaciones",
)
BARE_HEADERS: Final = ("factura", "cliente", "correo", "fecha", "vence", "saldo")
CONTACT_HEADERS: Final = ("Cliente", "NIT", "Contacto", "Cargo", "Correo", "Teléfono", "Ciudad")

_MOMENT = (2026, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_TEXT_EVERY = 9


def invoices_csv(lines: Sequence[BookLine], *, today: date) -> bytes:
    """As Excel in Spanish saves it: `;`, Windows-1252, two title rows and a TOTAL row."""
    rows = [["Cartera por cobrar - " + names.CREDITOR_NAME], [f"Corte a {today:%d/%m/%Y}"], [], list(HEADERS)]
    rows += [[_text(cell) for cell in _cells(line)] for line in lines]
    rows.append(["TOTAL", *[""] * 13, written(_peso_total(lines), "COP"), ""])
    return _csv(rows).encode("cp1252")


def bare_csv(lines: Sequence[BookLine]) -> bytes:
    """The six columns of a small office, in UTF-8 with a byte order mark."""
    rows = [list(BARE_HEADERS)]
    for line in lines:
        email = line.customer.contacts[0].email
        saldo = written(line.open_minor, line.currency)
        rows.append(
            [
                line.number,
                line.customer.name,
                email,
                f"{line.issued_on:%d/%m/%Y}",
                f"{line.due_on:%d/%m/%Y}",
                saldo,
            ]
        )
    return b"\xef\xbb\xbf" + _csv(rows).encode()


def contacts_csv(customers: Sequence[names.BookCustomer]) -> bytes:
    """One row a person, in UTF-8 with a byte order mark."""
    rows = [list(CONTACT_HEADERS)]
    for customer in customers:
        for person in customer.contacts:
            rows.append(
                [
                    customer.name,
                    customer.tax_id,
                    person.name,
                    person.role,
                    person.email,
                    person.phone,
                    customer.city,
                ]
            )
    return b"\xef\xbb\xbf" + _csv(rows).encode()


def invoices_xlsx(lines: Sequence[BookLine], *, today: date) -> bytes:
    """The same lines as a workbook: merged title and customer cells, some dates and amounts typed as text."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Cartera"
    sheet.append(["Cartera por cobrar - " + names.CREDITOR_NAME])
    sheet.append([f"Corte a {today:%d/%m/%Y}"])
    sheet.append([])
    sheet.append(list(HEADERS))
    sheet.merge_cells("A1:P1")
    sheet.merge_cells("A2:P2")
    sheet["A1"].font = Font(bold=True, size=14)
    for index, line in enumerate(lines):
        sheet.append([_cell(value, as_text=index % _TEXT_EVERY == 4) for value in _cells(line)])
    _format(sheet, len(lines))
    _merge_customers(sheet, lines)
    sheet.append(["TOTAL", *[None] * 13, _major(Money("COP", _peso_total(lines)))])
    notes = book.create_sheet("Notas")
    notes.append(["Los saldos en dólares no se suman al total."])
    notes.append(["Pendiente: pedir el certificado de retención a quienes retuvieron."])
    return _steady(book)


def _cells(line: BookLine) -> list[str | date | Money | None]:
    currency = line.currency
    return [
        line.number,
        line.issued_on,
        line.due_on,
        line.customer.name,
        line.customer.tax_id,
        line.subject,
        line.purchase_order,
        currency,
        Money(currency, line.net_minor),
        Money(currency, line.tax_minor),
        Money(currency, line.withheld_minor) if line.withheld_minor else None,
        Money(currency, line.total_minor),
        Money(currency, line.paid_minor) if line.paid_minor else None,
        line.paid_on,
        Money(currency, line.open_minor),
        line.notes,
    ]


def _text(cell: str | date | Money | None) -> str:
    if isinstance(cell, Money):
        return written(cell.minor, cell.currency)
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell or ""


def _cell(value: str | date | Money | None, *, as_text: bool) -> object:
    if as_text or isinstance(value, str):
        return _text(value) or None
    return _major(value) if isinstance(value, Money) else value


def _major(amount: Money) -> object:
    exact = amount.decimal()
    return int(exact) if exact == exact.to_integral_value() else exact


def _format(sheet: Worksheet, count: int) -> None:
    for row in sheet.iter_rows(min_row=5, max_row=4 + count):
        for cell in row:
            if cell.column in (2, 3, 14):
                cell.number_format = "dd/mm/yyyy"
            elif cell.column in (9, 10, 11, 12, 13, 15):
                cell.number_format = "#,##0.00"


def _merge_customers(sheet: Worksheet, lines: Sequence[BookLine]) -> None:
    """The lines of one invoice show its customer once, as people merge them by hand."""
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and lines[end].number == lines[start].number:
            continue
        if end - start > 1:
            for column in (4, 5):
                sheet.merge_cells(
                    start_row=5 + start, end_row=4 + end, start_column=column, end_column=column
                )
        start = end


def _peso_total(lines: Sequence[BookLine]) -> int:
    return sum(line.open_minor for line in lines if line.currency == "COP")


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _steady(book: Workbook) -> bytes:
    """The workbook without the moment at which it was written: the same cells give the same bytes."""
    book.properties.created = book.properties.modified = datetime(*_MOMENT)  # noqa: DTZ001
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as written_now, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as steady:
        for name in sorted(written_now.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = written_now.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>2026-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            steady.writestr(entry, content)
    return out.getvalue()
