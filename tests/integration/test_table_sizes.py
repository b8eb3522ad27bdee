# SPDX-License-Identifier: Apache-2.0
"""What the planner believes of a table that took a large file in and gave it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from tests import harness
from tests.integration import receivables_book as book
from tests.integration.build import creditor

from conserje.services.receivables.staging import learn_sizes
from conserje.services.tenancy.act import acting

_BELIEVED = "SELECT reltuples, relpages FROM pg_class WHERE oid = 'public.receivables_invoice'::regclass"


def test_rows_taken_back_do_not_hide_those_that_come_after(database: harness.Clone) -> None:
    one = creditor().id
    (customer,) = book.customers(one, "Ficticia Comercial S.A.S.")

    def many() -> list[Any]:
        return [book.new_invoice(customer, f"FE-{number}", 100_000) for number in range(400)]

    with acting(creditor_id=one):
        book.invoice.open_many(creditor_id=one, invoices=many(), now=book.NOW)
        transaction.set_rollback(True)
    with database.connect("owner") as owner:
        owner.execute("ANALYZE receivables_invoice")
        believed = owner.execute(_BELIEVED).fetchone()
        assert believed is not None
        assert believed[0] <= 0 < believed[1], "large, and empty as far as anybody knows"
        book.opened(one, *many())
        learn_sizes()
        found = owner.execute(_BELIEVED).fetchone()
        assert found is not None
        assert found[0] >= 400
