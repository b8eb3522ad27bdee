# SPDX-License-Identifier: Apache-2.0
"""Opening invoices: rows, due dates and their place in the Ledger, any number at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.receivables.invoice import Due, NewInvoice, OpenedMany
from conserje.domain.receivables.keys import match_key
from conserje.services.journal import entry
from conserje.services.receivables import ledger
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.tenancy.act import step

_GIVEN = {
    "n": "int",
    "customer_id": "bigint",
    "number": "text",
    "number_key": "text",
    "purchase_order": "text",
    "subject": "text",
    "issued_on": "date",
    "currency": "text",
    "total_minor": "bigint",
    "net_minor": "bigint",
    "tax_minor": "bigint",
    "first_due_on": "date",
    "kind": "text",
}
_DUES = {"n": "int", "position": "smallint", "due_on": "date", "amount_minor": "bigint"}

_INVOICES = """
WITH made AS (
    INSERT INTO receivables_invoice (creditor_id, customer_id, number, number_key, purchase_order, subject,
           issued_on, currency, total_minor, net_minor, tax_minor, open_minor, first_due_on, kind, created_at)
    SELECT %(creditor_id)s, customer_id, number, number_key, purchase_order, subject, issued_on, currency,
           total_minor, net_minor, tax_minor, 0, first_due_on, kind, %(now)s
      FROM (SELECT * FROM given_invoice ORDER BY n) AS ordered
    ON CONFLICT (creditor_id, customer_id, number_key) DO NOTHING RETURNING id, customer_id, number_key)
INSERT INTO fresh_invoice SELECT made.id, g.n FROM made JOIN given_invoice g USING (customer_id, number_key)
"""
_INVOICE_DUES = """
INSERT INTO receivables_invoicedue (creditor_id, invoice_id, position, due_on, amount_minor)
SELECT %(creditor_id)s, f.id, d.position, d.due_on, d.amount_minor FROM fresh_invoice f JOIN given_due d USING (n)
"""
_OPENED = """
SELECT g.n, 'invoice_opened' AS kind,
       coalesce(g.issued_on, least(g.first_due_on, (%(at)s AT TIME ZONE 'UTC')::date)) AS moved_on,
       'invoice' AS subject_kind, f.id AS subject_id, NULL::text AS undone_kind, NULL::bigint AS undone_id,
       side.account, g.customer_id, f.id AS invoice_id, NULL::bigint AS payment_id, NULL::bigint AS credit_note_id,
       g.currency, side.sign * g.total_minor AS amount_minor
  FROM fresh_invoice f JOIN given_invoice g USING (n)
 CROSS JOIN (VALUES ('receivable', 1), ('sales', -1)) AS side (account, sign)
"""
_KNOWN = """
SELECT g.n, i.id, f.id IS NOT NULL AS is_new,
       f.id IS NULL AND ((i.total_minor, i.currency) <> (g.total_minor, g.currency)
         OR (SELECT array_agg((d.due_on, d.amount_minor)::text ORDER BY d.due_on, d.position)
               FROM receivables_invoicedue d WHERE d.creditor_id = %(creditor_id)s AND d.invoice_id = i.id)
            IS DISTINCT FROM
            (SELECT array_agg((d.due_on, d.amount_minor)::text ORDER BY d.due_on, d.position)
               FROM given_due d WHERE d.n = g.n)) AS differs
  FROM given_invoice g
  JOIN receivables_invoice i ON i.creditor_id = %(creditor_id)s AND i.customer_id = g.customer_id
   AND i.number_key = g.number_key
  LEFT JOIN fresh_invoice f ON f.n = g.n
 ORDER BY g.n
"""


@step
def open_many(*, creditor_id: int, invoices: Iterable[NewInvoice], now: datetime) -> OpenedMany:
    """Open `invoices` in a fixed number of statements; those known by customer and number are left as they
    are.

    A number given twice is opened once, as first given. Raises `IntegrityError` for a customer who does not
    exist.
    """
    given: dict[tuple[int, str], NewInvoice] = {}
    repeated: set[tuple[int, str]] = set()
    for invoice in invoices:
        key = (invoice.customer_id, match_key(text=invoice.number))
        if _terms(given.setdefault(key, invoice)) != _terms(invoice):
            repeated.add(key)
    keys = list(given)
    stage(
        name="given_invoice",
        columns=_GIVEN,
        rows=(_row(n, key[1], invoice) for n, (key, invoice) in enumerate(given.items())),
    )
    stage(name="given_due", columns=_DUES, rows=_due_rows(given))
    stage(name="fresh_invoice", columns={"id": "bigint", "n": "int"}, rows=())
    values: dict[str, Any] = {"creditor_id": creditor_id, "now": now}
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON given_due (n)")
        learn_sizes()
        cursor.execute(_INVOICES, values)
        cursor.execute("ANALYZE fresh_invoice")
        learn_sizes()
        cursor.execute(_INVOICE_DUES, values)
        ledger.post_select(creditor_id=creditor_id, source=_OPENED, values={}, now=now)
        cursor.execute(_KNOWN, values)
        found = cursor.fetchall()
    opened = OpenedMany(
        ids={keys[n]: invoice_id for n, invoice_id, _, _ in found},
        opened_ids=tuple(invoice_id for _, invoice_id, is_new, _ in found if is_new),
        differing=tuple(keys[n] for n, _, _, differs in found if differs or keys[n] in repeated),
    )
    _journal(creditor_id, opened, now)
    return opened


def _terms(invoice: NewInvoice) -> tuple[Any, ...]:
    return invoice.total, sorted((due.due_on, due.amount.minor) for due in invoice.dues)


def _row(n: int, key: str, invoice: NewInvoice) -> tuple[Any, ...]:
    texts = (invoice.number, key, invoice.purchase_order, invoice.subject, invoice.issued_on)
    parts = (invoice.net.minor if invoice.net else None, invoice.tax.minor if invoice.tax else None)
    first_due_on = min(due.due_on for due in invoice.dues)
    money = (invoice.total.currency, invoice.total.minor, *parts)
    return (n, invoice.customer_id, *texts, *money, first_due_on, invoice.kind)


def _due_rows(given: Mapping[tuple[int, str], NewInvoice]) -> Iterable[tuple[Any, ...]]:
    for n, invoice in enumerate(given.values()):
        ordered: list[Due] = sorted(invoice.dues, key=lambda due: due.due_on)
        for position, due in enumerate(ordered, start=1):
            yield n, position, due.due_on, due.amount.minor


def _journal(creditor_id: int, opened: OpenedMany, now: datetime) -> None:
    if not opened.opened_ids:
        return
    ids = opened.opened_ids
    payload = {
        "opened": len(ids),
        "first": min(ids),
        "last": max(ids),
        "known": len(opened.ids) - len(ids),
        "differing": len(opened.differing),
    }
    new = entry.NewEntry(at=now, kind="receivables.invoice.opened", actor="system", payload=payload)
    entry.write(creditor_id=creditor_id, entries=[new])
