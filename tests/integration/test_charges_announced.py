# SPDX-License-Identifier: Apache-2.0
"""Charges by mandate are announced in as many queries for many as for one."""

from __future__ import annotations

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.integration import receivables_book as book

from conserje.data.journal.models import Entry
from conserje.data.receivables.models import ChargeNotice, Mandate
from conserje.services.receivables import charge_notice
from conserje.services.tenancy.act import acting, reading


def test_announcing_many_charges_costs_as_many_queries_as_one(creditor):
    def owing(count: int, first: int) -> list[int]:
        people = book.customers(creditor.id, *(f"Café {number}" for number in range(first, first + count)))
        for number, customer_id in enumerate(people, first):
            book.opened(creditor.id, book.new_invoice(customer_id, f"FE-{number}", 500, days=3))
        with acting(creditor_id=creditor.id):
            Mandate.objects.bulk_create(
                Mandate(
                    creditor_id=creditor.id, customer_id=customer_id, public_id=f"m{customer_id}", gateway="demo",
                    key="k", reference=f"M{customer_id}", currency="COP", state="active", covers_invoices=True,
                    created_at=book.NOW, given_at=book.NOW,
                )
                for customer_id in people
            )  # fmt: skip
        return list(people)

    def announced() -> tuple[int, int]:
        with CaptureQueriesContext(database) as seen:
            count = charge_notice.announce_due(creditor_id=creditor.id, now=book.NOW)
        return count, len(seen)

    owing(1, 0)
    one = announced()
    owing(8, 1)
    assert (one[0], announced()) == (1, (8, one[1]))
    with reading(creditor_id=creditor.id):
        assert ChargeNotice.objects.count() == 9
        assert Entry.objects.filter(kind="receivables.charge.told").count() == 9
