# SPDX-License-Identifier: Apache-2.0
"""Public sets of invoices, read as they are; where the data is not at hand there is nothing to read.

`CONSERJE_DATA` names the folder, by default `../shared/data` beside the repository. Nothing of it is kept here.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from conserje.connectors.tabular_files import ADAPTER
from conserje.domain.ports.connector import BadRow, Field, InvoiceRow

DATA = Path(os.environ.get("CONSERJE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
TODAY = date(2026, 11, 21)
ISSUED_AND_DUE = {"issue_date": Field.ISSUED_ON, "due_date": Field.DUE_ON, "settled_date": Field.PAID_ON}
IDS = {"invoice_id": Field.INVOICE_NUMBER, "customer_id": Field.CUSTOMER_REFERENCE, "amount": Field.TOTAL}
SETS = {
    "ibm_late_payments/invoices_until_T.csv": {**IDS, **ISSUED_AND_DUE, "is_open_at_T": Field.STATUS},
    "spain_b2b/invoices_until_T.csv": {**IDS, **ISSUED_AND_DUE, "country": Field.COUNTRY},
    "udyam_ap/invoices_until_T.csv": {**IDS, **ISSUED_AND_DUE, "description": Field.SUBJECT},
    "datarisk_br/invoices_until_T.csv.gz": {**IDS, **ISSUED_AND_DUE, "rate": Field.IGNORE},
    "highradius_open/open_invoices.csv.gz": {
        "invoice_id": Field.INVOICE_NUMBER,
        "cust_number": Field.CUSTOMER_REFERENCE,
        "name_customer": Field.CUSTOMER_NAME,
        "document_create_date": Field.ISSUED_ON,
        "due_in_date": Field.DUE_ON,
        "invoice_currency": Field.CURRENCY,
        "total_open_amount": Field.OPEN_AMOUNT,
    },
}

pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not at hand"),
]


def source_lines(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cents(text: str) -> int | None:
    if not text:
        return None
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(2, "0"))


@pytest.mark.parametrize("name", SETS)
def test_a_public_set_is_mapped_and_read_as_it_is(name: str) -> None:
    path = DATA / name
    plan = ADAPTER.understand(path, currency="USD", today=TODAY)
    found = {guess.header: guess.field for guess in plan.sheets[0].columns}
    assert SETS[name].items() <= found.items()
    rows = list(ADAPTER.read(path, plan, currency="USD", today=TODAY))
    source = source_lines(path)
    headers = {field: header for header, field in SETS[name].items()}
    amount = headers.get(Field.TOTAL) or headers[Field.OPEN_AMOUNT]
    # A settled line without an amount owes nothing; an open one without an amount is for a person.
    readable = [line for line in source if line[amount] or line.get("is_open_at_T") == "0"]
    invoices = [row for row in rows if isinstance(row, InvoiceRow)]
    reasons = Counter(row.reason for row in rows if isinstance(row, BadRow))
    assert reasons["amount_missing"] == len(source) - len(readable) == reasons.total()
    assert [row.number for row in invoices] == [line["invoice_id"].removesuffix(".0") for line in readable]
    read = [row.total if Field.TOTAL in headers else row.open_amount for row in invoices]
    assert [None if money is None else money.minor for money in read] == [
        cents(line[amount]) for line in readable
    ]
    assert [str(row.due_on) for row in invoices] == [line[headers[Field.DUE_ON]][:10] for line in readable]


def test_what_was_open_and_what_was_settled_is_told_apart() -> None:
    path = DATA / "ibm_late_payments/invoices_until_T.csv"
    plan = ADAPTER.understand(path, currency="USD", today=TODAY)
    invoices = [
        row for row in ADAPTER.read(path, plan, currency="USD", today=TODAY) if isinstance(row, InvoiceRow)
    ]
    still_open = [row for row in invoices if row.paid_on is None]
    assert len(still_open) == 68
    assert {row.facts["status"] for row in still_open} == {"open"}
    assert all(row.open_amount is not None and row.open_amount.minor == 0 for row in invoices if row.paid_on)
