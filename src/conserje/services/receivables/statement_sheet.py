# SPDX-License-Identifier: Apache-2.0
"""The statement as a workbook, for whoever reconciles it: amounts are numbers, names are texts and never formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font

from conserje.domain.kit.money import Money, exponent
from conserje.services.receivables import account, papers
from conserje.services.receivables.papers import File, Reader
from conserje.services.tenancy.act import step
from conserje.wording import paper

# The same facts give the same bytes: no part of the file tells when it was made.
_EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a mark of the format, in no zone
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
# Written by the library at the moment of saving, whatever was said before.
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_WIDTHS: Final = (34, 14, 14, 18, 18, 18, 18, 8)


@step
def workbook(*, creditor_id: int, reader: Reader) -> File:
    """Open invoices on one sheet and payments received on another."""
    words = paper.words(reader.locale)["statement"]
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise TypeError("A new workbook has a sheet.")
    sheet.title = words["title"][:31]
    rows = account.invoices(creditor_id=creditor_id, customer_id=reader.customer_id)
    _fill(
        sheet,
        (*words["head"], ""),
        [
            (
                papers.named(number=row.number, subject=row.subject),
                row.issued_on,
                row.due_on,
                row.total,
                row.paid,
                row.credited + row.withheld + row.given_up,
                row.open,
                row.open.currency,
            )
            for row in rows
            if row.open
        ],
    )
    received = papers.payments(creditor_id=creditor_id, customer_id=reader.customer_id)
    _fill(
        book.create_sheet(words["payments"][:31]),
        (*words["payments_head"], ""),
        [
            (
                one.value_on,
                papers.method_words(one.method, locale=reader.locale),
                one.reference,
                one.amount,
                one.amount.currency,
            )
            for one in received
        ],
    )
    book.properties.creator = reader.creditor.legal_name or reader.creditor.name
    book.properties.created = _EPOCH
    into = io.BytesIO()
    book.save(into)
    return File(words["file"], _timeless(into.getvalue()))


def _fill(sheet: Any, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for column, word in enumerate(head, 1):
        _text(sheet.cell(1, column), word).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = _WIDTHS[column - 1]
    sheet.freeze_panes = "A2"
    for at, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(at, column)
            if isinstance(value, Money):
                cell.value = value.decimal()
                places = exponent(value.currency)
                cell.number_format = "#,##0" + ("." + "0" * places if places else "")
            elif isinstance(value, date):
                cell.value = value
                cell.number_format = "yyyy-mm-dd"
            else:
                _text(cell, str(value))


def _text(cell: Any, words: str) -> Any:
    """A text stays one, even when it begins like a formula."""
    cell.value = words
    cell.data_type = "s"
    return cell


def _timeless(content: bytes) -> bytes:
    """The same workbook with every part dated alike."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(into, "w") as kept:
        for part in made.infolist():
            fresh = zipfile.ZipInfo(part.filename, _ZIP_EPOCH)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(fresh, _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", made.read(part)))
    return into.getvalue()
