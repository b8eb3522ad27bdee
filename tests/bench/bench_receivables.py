# SPDX-License-Identifier: Apache-2.0
"""How long the books take for 100,000 rows. Run with `pytest -s tests/bench/bench_receivables.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from tests import harness

harness.prepare_django()

from tests.integration import build  # noqa: E402
from tests.integration import receivables_book as book  # noqa: E402

from conserje.domain.kit.money import Money  # noqa: E402
from conserje.domain.receivables.allocation import Named  # noqa: E402
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer  # noqa: E402
from conserje.domain.receivables.invoice import Due, NewInvoice  # noqa: E402
from conserje.domain.receivables.payment import Received, Road, RoadName  # noqa: E402
from conserje.services.receivables import contact, customer, invoice, payment, verify  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402

pytestmark = pytest.mark.usefixtures("database")

INVOICES = 100_000
CUSTOMERS = 10_000


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    sys.stdout.write(f"{what}: {time.monotonic() - began:.1f} s\n")


def test_a_large_book() -> None:
    creditor_id = build.creditor().pk
    facts = (Fact("country", "CO", "bench"), Fact("kind", "company", "bench"))
    told = [NewCustomer(f"C{n}", f"Comercial Imaginaria {n} SAS", facts) for n in range(CUSTOMERS)]
    with timed(f"{CUSTOMERS} customers"), acting(creditor_id=creditor_id):
        made = customer.upsert_many(creditor_id=creditor_id, customers=told, stated_by="system", now=book.NOW)
    ids = list(made.ids.values())
    people = [NewContact(key, "Cuentas por pagar", emails=(f"pagos{key}@example.test",)) for key in ids]
    with timed(f"{CUSTOMERS} contacts"), acting(creditor_id=creditor_id):
        contact.upsert_many(creditor_id=creditor_id, contacts=people, now=book.NOW)
    rows = [
        NewInvoice(
            ids[n % CUSTOMERS],
            f"FE-{n}",
            Money("COP", 100_000 + n),
            (Due(book.TODAY + timedelta(days=n % 200 - 150), Money("COP", 100_000 + n)),),
            issued_on=book.TODAY - timedelta(days=200),
        )
        for n in range(INVOICES)
    ]
    with timed(f"{INVOICES} invoices opened"), acting(creditor_id=creditor_id):
        opened = invoice.open_many(creditor_id=creditor_id, invoices=rows, now=book.NOW)
    assert len(opened.opened_ids) == INVOICES
    with timed(f"{INVOICES} invoices told again"), acting(creditor_id=creditor_id):
        again = invoice.open_many(creditor_id=creditor_id, invoices=rows, now=book.NOW)
    assert (again.opened_ids, again.differing) == ((), ())
    paid = [
        Received(
            customer_id,
            "file",
            key,
            Money("COP", 100_000),
            book.TODAY,
            (Road(RoadName.IMPORT, key),),
            (Named(invoice_id),),
        )
        for (customer_id, key), invoice_id in list(opened.ids.items())[: INVOICES // 2]
    ]
    with timed(f"{len(paid)} payments from a file"), acting(creditor_id=creditor_id):
        recorded = payment.record_many(creditor_id=creditor_id, received=paid, now=book.NOW)
    assert recorded.new == len(paid)
    with timed("verify"):
        assert verify.verify(creditor_id=creditor_id).ok
