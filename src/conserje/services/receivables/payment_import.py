# SPDX-License-Identifier: Apache-2.0
"""Many payments at once, each for the invoices that it names: those of a file of invoices, those of a bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from conserje.domain.receivables.payment import Received, RecordedMany
from conserje.services.journal import entry
from conserje.services.receivables import ledger, second
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.recovery import money
from conserje.services.tenancy.act import step

_GIVEN = {
    "customer_id": "bigint",
    "invoice_id": "bigint",
    "source": "text",
    "external_id": "text",
    "currency": "text",
    "amount_minor": "bigint",
    "value_on": "date",
    "method": "text",
    "reference": "text",
    "road": "text",
    "road_reference": "text",
}
_SHARE = {"source": "text", "external_id": "text", "invoice_id": "bigint", "amount_minor": "bigint"}
_FRESH = {"id": "bigint", "source": "text", "external_id": "text"}
_APPLIED = {"id": "bigint", "payment_id": "bigint", "invoice_id": "bigint", "amount_minor": "bigint"}

_PAYMENTS = """
WITH made AS (
    INSERT INTO receivables_payment (creditor_id, customer_id, source, external_id, currency, amount_minor,
           unallocated_minor, value_on, received_at, method, reference)
    SELECT %(creditor_id)s, customer_id, source, external_id, currency, amount_minor, 0, value_on, %(now)s, method,
           reference
      FROM given_payment
    ON CONFLICT (creditor_id, source, external_id) DO NOTHING RETURNING id, source, external_id)
INSERT INTO fresh_payment SELECT id, source, external_id FROM made
"""
_ROADS = """
INSERT INTO receivables_paymentroad (creditor_id, payment_id, road, reference, seen_at)
SELECT %(creditor_id)s, p.id, g.road, g.road_reference, %(now)s
  FROM given_payment g JOIN receivables_payment p
    ON p.creditor_id = %(creditor_id)s AND p.source = g.source AND p.external_id = g.external_id
   AND p.amount_minor = g.amount_minor AND p.currency = g.currency AND p.customer_id = g.customer_id
ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT i.id FROM receivables_invoice i
 WHERE i.creditor_id = %(creditor_id)s AND i.open_minor > 0
   AND i.id IN (SELECT s.invoice_id FROM given_share s JOIN fresh_payment f USING (source, external_id))
 ORDER BY i.id FOR NO KEY UPDATE
"""
# Payments of one file for one invoice are served in the order of their ids, none beyond what is open.
# The two temporary tables are joined first and alone: joined in one go with invoices, the planner may compare every
# payment with every other.
_ALLOCATIONS = """
WITH given AS MATERIALIZED (
    SELECT f.id, s.invoice_id, g.customer_id, g.currency, s.amount_minor
      FROM given_payment g JOIN fresh_payment f USING (source, external_id)
      JOIN given_share s USING (source, external_id)),
wanted AS (
    SELECT g.id AS payment_id, i.id AS invoice_id, g.amount_minor, i.open_minor,
           sum(g.amount_minor) OVER (PARTITION BY i.id ORDER BY g.id) - g.amount_minor AS before_minor
      FROM given g
      JOIN receivables_invoice i ON i.creditor_id = %(creditor_id)s AND i.id = g.invoice_id
       AND i.currency = g.currency AND i.customer_id = g.customer_id),
made AS (
    INSERT INTO receivables_allocation (creditor_id, payment_id, invoice_id, amount_minor, made_at)
    SELECT %(creditor_id)s, payment_id, invoice_id, least(amount_minor, open_minor - before_minor), %(now)s
      FROM wanted WHERE open_minor > before_minor
    RETURNING id, payment_id, invoice_id, amount_minor)
INSERT INTO applied_payment SELECT id, payment_id, invoice_id, amount_minor FROM made
"""
_CAME_IN = """
SELECT f.id AS n, 'payment_recorded' AS kind, g.value_on AS moved_on, 'payment' AS subject_kind, f.id AS subject_id,
       NULL::text AS undone_kind, NULL::bigint AS undone_id, side.account, g.customer_id, NULL::bigint AS invoice_id,
       f.id AS payment_id, NULL::bigint AS credit_note_id, g.currency, side.sign * g.amount_minor AS amount_minor
  FROM given_payment g JOIN fresh_payment f USING (source, external_id)
 CROSS JOIN (VALUES ('cash', 1), ('unallocated', -1)) AS side (account, sign)
"""
_APPLY = """
SELECT a.id AS n, 'allocated' AS kind,
       greatest(p.value_on, coalesce(i.issued_on,
                                     least(i.first_due_on, (i.created_at AT TIME ZONE 'UTC')::date))) AS moved_on,
       'allocation' AS subject_kind, a.id AS subject_id, NULL::text AS undone_kind, NULL::bigint AS undone_id,
       side.account, p.customer_id, a.invoice_id, a.payment_id, NULL::bigint AS credit_note_id, p.currency,
       side.sign * a.amount_minor AS amount_minor
  FROM applied_payment a
  JOIN receivables_payment p ON p.creditor_id = %(creditor_id)s AND p.id = a.payment_id
  JOIN receivables_invoice i ON i.creditor_id = %(creditor_id)s AND i.id = a.invoice_id
 CROSS JOIN (VALUES ('unallocated', 1), ('receivable', -1)) AS side (account, sign)
"""
_CONFLICTS = """
SELECT g.external_id FROM given_payment g JOIN receivables_payment p
    ON p.creditor_id = %(creditor_id)s AND p.source = g.source AND p.external_id = g.external_id
 WHERE (p.amount_minor, p.currency, p.customer_id) <> (g.amount_minor, g.currency, g.customer_id)
 ORDER BY 1
"""
_CUSTOMERS = """
SELECT DISTINCT g.customer_id FROM given_payment g JOIN fresh_payment f USING (source, external_id) ORDER BY 1
"""
_CLOSED = """
SELECT DISTINCT i.id FROM applied_payment a
  JOIN receivables_invoice i ON i.creditor_id = %(creditor_id)s AND i.id = a.invoice_id AND i.open_minor = 0
 ORDER BY 1
"""


@step
def record_many(*, creditor_id: int, received: Sequence[Received], now: datetime) -> RecordedMany:
    """Write payments in a fixed number of statements; the same ones again change nothing.

    Each pays the invoices that it names and no other; what they do not take stays unallocated. One that names several
    says how much is for each. Identities are unique within `received` (the first is taken). Raises `IntegrityError`
    for a customer who does not exist.
    """
    once = {(item.source, item.external_id): item for item in reversed(received)}
    stage(name="given_payment", columns=_GIVEN, rows=(_row(item) for item in once.values()))
    stage(name="given_share", columns=_SHARE, rows=(row for item in once.values() for row in _shares(item)))
    stage(name="fresh_payment", columns=_FRESH, rows=())
    stage(name="applied_payment", columns=_APPLIED, rows=())
    values: dict[str, Any] = {"creditor_id": creditor_id, "now": now}
    with connection.cursor() as cursor:
        learn_sizes()
        cursor.execute(_PAYMENTS, values)
        new = cursor.rowcount
        cursor.execute("ANALYZE fresh_payment")
        learn_sizes()
        cursor.execute(_ROADS, values)
        ledger.post_select(creditor_id=creditor_id, source=_CAME_IN, values={}, now=now)
        cursor.execute(_LOCK, values)
        cursor.execute(_ALLOCATIONS, values)
        cursor.execute("ANALYZE applied_payment")
        learn_sizes()
        ledger.post_select(creditor_id=creditor_id, source=_APPLY, values={}, now=now)
        second.mark_many(creditor_id=creditor_id)
        conflicts = tuple(str(value) for value in _column(cursor, _CONFLICTS, values))
        customers = tuple(int(value) for value in _column(cursor, _CUSTOMERS, values))
        closed = tuple(int(value) for value in _column(cursor, _CLOSED, values))
    recorded = RecordedMany(new, len(once) - new - len(conflicts), conflicts, customers, closed)
    if new:
        payload = {"new": new, "known": recorded.known, "conflicts": len(conflicts), "closed": len(closed)}
        entries = [
            entry.NewEntry(at=now, kind="receivables.payment.imported", actor="system", payload=payload)
        ]
        entry.write(creditor_id=creditor_id, entries=entries)
        money.moved(
            creditor_id=creditor_id,
            customer_ids=customers,
            closed_invoice_ids=closed,
            payment_id=None,
            now=now,
        )
    return recorded


def _row(item: Received) -> tuple[Any, ...]:
    (road,) = item.roads
    named = item.named[0].invoice_id if item.named else None
    money_in = (item.amount.currency, item.amount.minor, item.value_on)
    told = (item.method, item.reference[:120], road.name.value, road.reference)
    return (item.customer_id, named, item.source, item.external_id, *money_in, *told)


def _shares(item: Received) -> list[tuple[Any, ...]]:
    amounts = [item.amount.minor if name.amount is None else name.amount.minor for name in item.named]
    if sum(amounts) > item.amount.minor:
        raise ValueError("A payment names more than it brings: say how much is for each invoice.")
    pairs = zip(item.named, amounts, strict=True)
    return [(item.source, item.external_id, name.invoice_id, minor) for name, minor in pairs]


def _column(cursor: CursorWrapper, query: str, values: dict[str, Any]) -> list[Any]:
    cursor.execute(query, values)
    return [row[0] for row in cursor.fetchall()]
