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

_CREDITORS = """
SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'receivables_invoice' AND attname = 'creditor_id'"""


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


def test_a_creditor_that_is_new_beside_a_large_book_is_known_before_its_rows_are_read(
    database: harness.Clone,
) -> None:
    """A planner that has never heard of it expects a row or none, and compares all its rows with all its rows."""
    large, new = creditor().id, creditor().id

    def many(whose: int, count: int) -> list[Any]:
        (customer,) = book.customers(whose, "Ficticia Comercial S.A.S.")
        return [book.new_invoice(customer, f"FE-{number}", 100_000) for number in range(count)]

    def believed() -> str:
        with database.connect("admin") as admin:
            found = admin.execute(_CREDITORS).fetchone()
        return found[0] if found else ""

    book.opened(large, *many(large, 3_000))
    with database.connect("owner") as owner:
        owner.execute("ANALYZE")
    assert believed() == f"{{{large}}}"
    invoices = many(new, 2_000)
    with acting(creditor_id=new):
        book.invoice.open_many(creditor_id=new, invoices=invoices, now=book.NOW)
        learn_sizes()
    assert believed() == f"{{{large},{new}}}"
