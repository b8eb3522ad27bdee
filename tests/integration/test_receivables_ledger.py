# SPDX-License-Identifier: Apache-2.0
"""The database itself refuses what money may not do, whoever asks as the app role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests.integration import build
from tests.integration import receivables_book as book

from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.receivables import invoice, payment_import
from conserje.services.tenancy.act import acting

pytestmark = pytest.mark.usefixtures("database")

_TRANSACTION = """
INSERT INTO receivables_ledgertransaction (creditor_id, kind, "on", at, subject_kind, subject_id, hash)
VALUES (%s, 'test', '2026-03-02', now(), 'test', %s, '') RETURNING id
"""
_ENTRY = """
INSERT INTO receivables_ledgerentry (creditor_id, transaction_id, account, customer_id, invoice_id, payment_id,
       currency, amount_minor) VALUES
"""


@pytest.fixture
def debt(creditor):
    """Creditor id, customer id and the id of an invoice of COP 1,000.00."""
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    (invoice_id,) = book.opened(creditor.id, book.new_invoice(customer_id, "FE-1", 100_000))
    return creditor.id, customer_id, invoice_id


def raw(database, creditor_id, *statements):
    """Run SQL as the app role in the creditor's context, in one transaction."""
    with database.connect() as link, link.transaction():
        link.execute("SELECT set_config('conserje.creditor_id', %s, true)", [str(creditor_id)])
        (transaction,) = link.execute(_TRANSACTION, [creditor_id, book.next_number()]).fetchone()
        for query, values in statements:
            link.execute(query.replace("{t}", str(transaction)), values)


def entry(account, minor, customer_id, invoice_id=None, payment_id=None, currency="COP"):
    return (account, customer_id, invoice_id, payment_id, currency, minor)


def entries(creditor_id, *rows):
    values = ", ".join("(%s, {t}, %s, %s, %s, %s, %s, %s)" for _ in rows)
    return _ENTRY + values, [value for row in rows for value in (creditor_id, *row)]


def test_a_balanced_pair_moves_the_open_amount(database, debt):
    creditor_id, customer_id, invoice_id = debt
    raw(
        database,
        creditor_id,
        entries(
            creditor_id,
            entry("written_off", 100, customer_id, invoice_id),
            entry("receivable", -100, customer_id, invoice_id),
        ),
    )
    assert book.open_of(creditor_id, invoice_id) == [99_900]


@pytest.mark.parametrize(
    "rows",
    [
        [("cash", 100, None)],
        [("cash", 100, None), ("sales", -99, None)],
        [("cash", 100, "COP"), ("sales", -100, "USD")],
        [("cash", 100, "COP"), ("sales", -100, "COP"), ("cash", 1, "USD")],
    ],
)
def test_one_sided_entries_are_refused(database, debt, rows):
    creditor_id, customer_id, _ = debt
    made = [entry(account, minor, customer_id, currency=cur or "COP") for account, minor, cur in rows]
    with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"):
        raw(database, creditor_id, entries(creditor_id, *made))


def test_the_two_sides_in_two_statements_are_refused(database, debt):
    creditor_id, customer_id, _ = debt
    with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"):
        raw(
            database,
            creditor_id,
            entries(creditor_id, entry("cash", 100, customer_id)),
            entries(creditor_id, entry("sales", -100, customer_id)),
        )


@pytest.mark.parametrize(
    ("minor", "constraint"), [(-100_001, "invoice_open_within_total"), (1, "invoice_open_within_total")]
)
def test_more_than_the_invoice_is_refused(database, debt, minor, constraint):
    creditor_id, customer_id, invoice_id = debt
    with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
        raw(
            database,
            creditor_id,
            entries(
                creditor_id,
                entry("receivable", minor, customer_id, invoice_id),
                entry("sales", -minor, customer_id, invoice_id),
            ),
        )


def test_more_than_the_payment_is_refused(database, debt):
    creditor_id, customer_id, invoice_id = debt
    recorded = book.paid(creditor_id, customer_id, 40_000, invoice_id)
    with pytest.raises(psycopg.errors.CheckViolation, match="payment_unallocated_within"):
        raw(
            database,
            creditor_id,
            entries(
                creditor_id,
                entry("unallocated", 1, customer_id, invoice_id, recorded.payment_id),
                entry("receivable", -1, customer_id, invoice_id, recorded.payment_id),
            ),
        )


def test_another_currency_or_customer_than_the_invoice_is_refused(database, debt):
    creditor_id, customer_id, invoice_id = debt
    (other,) = book.customers(creditor_id, "Otra Tienda")
    for currency, owner in (("USD", customer_id), ("COP", other)):
        with pytest.raises(psycopg.errors.CheckViolation, match="another currency or customer"):
            raw(
                database,
                creditor_id,
                entries(
                    creditor_id,
                    entry("written_off", 1, owner, invoice_id, currency=currency),
                    entry("receivable", -1, owner, invoice_id, currency=currency),
                ),
            )
    with pytest.raises(psycopg.errors.CheckViolation, match="another currency or customer"):
        raw(
            database,
            creditor_id,
            entries(
                creditor_id,
                entry("written_off", 3, customer_id, invoice_id),
                entry("receivable", -1, customer_id, invoice_id),
                entry("receivable", -2, other, invoice_id),
            ),
        )


@pytest.mark.parametrize(
    "table",
    ["ledgerentry", "ledgertransaction", "allocation", "paymentreversal", "paymentroad", "customerfact"],
)
@pytest.mark.parametrize("verb", ["UPDATE {} SET creditor_id = creditor_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_role_may_only_add(database, table, verb):
    with database.connect() as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
        link.execute(verb.format(f"receivables_{table}"))


def test_even_the_owner_is_held_by_triggers(database, debt):
    creditor_id, _, _ = debt
    with database.connect("owner") as link, link.transaction():
        link.execute("SELECT set_config('conserje.creditor_id', %s, true)", [str(creditor_id)])
        with pytest.raises(psycopg.errors.RestrictViolation, match="only added"):
            link.execute("UPDATE receivables_ledgerentry SET amount_minor = amount_minor + 1")


@pytest.mark.parametrize("change", ["open_minor = 0", "total_minor = 1", "currency = 'USD'"])
def test_amounts_are_moved_by_the_ledger_alone(database, debt, change):
    creditor_id, _, _ = debt
    with pytest.raises(psycopg.errors.RestrictViolation, match="ledger entries alone"):
        raw(database, creditor_id, (f"UPDATE receivables_invoice SET {change}", []))


def test_due_amounts_add_up_to_the_total(database, debt):
    creditor_id, _, invoice_id = debt
    query = (
        "INSERT INTO receivables_invoicedue (creditor_id, invoice_id, position, due_on, amount_minor)"
        " VALUES (%s, %s, 2, '2026-04-01', 1)"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="due amounts"):
        raw(database, creditor_id, (query, [creditor_id, invoice_id]))


class Explained:
    """The plans of the statements that wrote the Ledger, as they were carried out."""

    def __init__(self) -> None:
        self.compared = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT INTO receivables_ledgertransaction" not in sql:
            return execute(sql, params, many, context)
        done = execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params, many, context)
        ((plans,),) = context["cursor"].fetchall()
        self.compared += sum(self._in_vain(plans[0]["Plan"]))
        return done

    def _in_vain(self, node: dict[str, Any]) -> Iterator[int]:
        yield int(node.get("Rows Removed by Join Filter", 0) * node["Actual Loops"])
        for below in node.get("Plans", ()):
            yield from self._in_vain(below)


def test_a_new_creditors_many_payments_are_not_compared_with_its_many_invoices(database, debt):
    """The server has counted the rows of another creditor, and believes that this one has none."""
    creditor_id, customer_id, _ = debt
    bills = [book.new_invoice(customer_id, f"FE-{number}", 100) for number in range(2, 2000)]
    book.opened(creditor_id, *bills)
    with database.connect("admin") as link:
        link.execute("ANALYZE receivables_ledgertransaction")
    new = build.creditor()
    customer_id, count, seen = *book.customers(new.id, "Librería Imaginaria"), 200, Explained()
    bills = [book.new_invoice(customer_id, f"FE-{number}", 100) for number in range(count)]
    with acting(creditor_id=new.id), connection.execute_wrapper(seen):
        made = invoice.open_many(creditor_id=new.id, invoices=bills, now=book.NOW)
        told = [
            Received(
                customer_id, "file", f"p{key}", Money("COP", 100), book.TODAY,
                (Road(RoadName.BANK_LINE, f"line {key}"),), (Named(key),),
            )
            for key in made.ids.values()
        ]  # fmt: skip
        payment_import.record_many(creditor_id=new.id, received=told, now=book.NOW)
    assert book.open_of(new.id, *made.ids.values()) == [0] * count
    assert seen.compared <= count
