# SPDX-License-Identifier: Apache-2.0
"""The papers of the invented invoices: a PDF for each and, for some, an XML in the shape of UBL 2.1."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from conserje.domain.kit.money import Money
from conserje.testing.book import names, pdf
from conserje.testing.book.lines import BookLine

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_MOMENT = (2026, 1, 1, 0, 0, 0)


def archive(lines: Iterable[BookLine]) -> bytes:
    """A zip of papers named by invoice number, some in a folder, and one that belongs to nobody."""
    by_number: dict[str, list[BookLine]] = {}
    for line in lines:
        by_number.setdefault(line.number, []).append(line)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for index, (number, parts) in enumerate(sorted(by_number.items())):
            folder = "enviadas/" if index % 4 == 0 else ""
            _add(packed, f"{folder}{number}.pdf", invoice_pdf(parts))
            if index % 3 == 0:
                _add(packed, f"{folder}{number}.xml", invoice_xml(parts))
        _add(
            packed, "FE-9999.pdf", pdf.page([(16, "Factura FE-9999"), (10, "De una libreta que no es esta.")])
        )
    return out.getvalue()


def invoice_pdf(parts: list[BookLine]) -> bytes:
    """The invoice on one page; `parts` are its lines in the sheet."""
    first = parts[0]
    rows = [
        (18, names.CREDITOR_NAME),
        (10, f"NIT {names.CREDITOR_TAX_ID}"),
        (14, f"Factura {first.number}" if first.total_minor > 0 else f"Nota crédito {first.number}"),
        (10, f"Cliente: {first.customer.name}  ({first.customer.tax_id})"),
        (10, f"Fecha: {first.issued_on:%d/%m/%Y}"),
        (10, f"Concepto: {first.subject}"),
        *([(10, f"Orden de compra: {first.purchase_order}")] if first.purchase_order else []),
        (10, f"Subtotal: {written(sum(part.net_minor for part in parts), first.currency)}"),
        (10, f"IVA: {written(sum(part.tax_minor for part in parts), first.currency)}"),
        (12, f"Total: {written(sum(part.total_minor for part in parts), first.currency)} {first.currency}"),
        *(
            (10, f"Vence: {part.due_on:%d/%m/%Y}  {written(part.total_minor, part.currency)}")
            for part in parts
        ),
        (8, "Documento inventado para mostrar el programa. No es una factura."),
    ]
    return pdf.page(rows)


def invoice_xml(parts: list[BookLine]) -> bytes:
    """The invoice in the shape of UBL 2.1, unsigned: enough to be matched by number, tax id and total."""
    first = parts[0]
    root = "Invoice" if first.total_minor > 0 else "CreditNote"
    total = sum(part.total_minor for part in parts)
    code = hashlib.sha384(f"{first.number} {total} {first.currency}".encode()).hexdigest()
    supplier = _party(names.CREDITOR_NAME, names.CREDITOR_TAX_ID)
    customer = _party(first.customer.name, first.customer.tax_id)
    payable = Money(first.currency, abs(total)).decimal()
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{_UBL}:{root}-2"
    xmlns:cac="{_UBL}:CommonAggregateComponents-2"
    xmlns:cbc="{_UBL}:CommonBasicComponents-2">
  <cbc:UBLVersionID>UBL 2.1</cbc:UBLVersionID>
  <cbc:ID>{first.number}</cbc:ID>
  <cbc:UUID schemeName="CUFE-SHA384">{code}</cbc:UUID>
  <cbc:IssueDate>{first.issued_on.isoformat()}</cbc:IssueDate>
  <cbc:DueDate>{parts[-1].due_on.isoformat()}</cbc:DueDate>
  <cbc:DocumentCurrencyCode>{first.currency}</cbc:DocumentCurrencyCode>
  <cac:AccountingSupplierParty>{supplier}</cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty>{customer}</cac:AccountingCustomerParty>
  <cac:LegalMonetaryTotal>
    <cbc:PayableAmount currencyID="{first.currency}">{payable}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
</{root}>
"""
    return text.encode()


def written(minor: int, currency: str) -> str:
    """An amount as a Colombian sheet writes it: `1.234.567,00`."""
    return f"{Money(currency, minor).decimal():,}".translate(str.maketrans(",.", ".,"))


def _party(name: str, tax_id: str) -> str:
    scheme = f"<cbc:CompanyID>{tax_id.replace('.', '').partition('-')[0]}</cbc:CompanyID>"
    registration = f"<cbc:RegistrationName>{escape(name)}</cbc:RegistrationName>"
    return f"<cac:Party><cac:PartyTaxScheme>{registration}{scheme}</cac:PartyTaxScheme></cac:Party>"


def _add(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    packed.writestr(entry, content)
