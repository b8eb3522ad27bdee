# SPDX-License-Identifier: Apache-2.0
"""What is due of customers' open invoices and when: by the invoices' own dates, or by the plan that was agreed instead.

`OPEN` is a statement to select from, given `creditor` and `ids` (customers): customer_id, invoice_id, position, due_on,
currency, open_part, late_after (NULL for an invoice's own dates), kind of the invoice. What was paid is taken from the
oldest part first, of a plan as a whole: its invoices stand one after the other by date, and instalments are laid over
what is left of them. What they grew by is due with the last instalment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.db import connection

from conserje.data.tenancy.bulk import array
from conserje.domain.outreach.case import Due

_BOUND: Final = """
SELECT 1 FROM arrangements_planinvoice b
 WHERE b.creditor_id = i.creditor_id AND b.invoice_id = i.id AND b.bound_at IS NOT NULL AND b.freed_at IS NULL"""

_BY_INVOICE: Final = f"""
SELECT customer_id, invoice_id, position, due_on, currency, open_part, NULL::date AS late_after, kind FROM (
  SELECT i.customer_id, d.invoice_id, d.position, d.due_on, i.currency, i.kind, least(d.amount_minor, greatest(0,
           sum(d.amount_minor) OVER (PARTITION BY d.invoice_id ORDER BY d.due_on, d.position)
           - (i.total_minor - i.open_minor)))::bigint AS open_part
    FROM receivables_invoice i
    JOIN receivables_invoicedue d ON d.creditor_id = i.creditor_id AND d.invoice_id = i.id
   WHERE i.creditor_id = %(creditor)s AND i.customer_id = ANY(%(ids)s) AND i.open_minor > 0
     AND NOT EXISTS ({_BOUND})) parts
 WHERE open_part > 0"""  # noqa: S608 - our own text

# Both kinds of rows become stretches of one line, which begins with what is paid and ends with the plan's amount.
_BY_PLAN: Final = """
SELECT r.customer_id, r.invoice_id, n.position, n.due_on, r.currency,
       (least(r.till, n.till) - greatest(r.since, n.since))::bigint AS open_part, n.late_after, r.kind
  FROM (
    SELECT p.id AS plan_id, p.customer_id, i.id AS invoice_id, i.currency, i.kind,
           greatest(p.total_minor - sum(i.open_minor) OVER (PARTITION BY p.id), 0)
             + sum(i.open_minor) OVER (PARTITION BY p.id ORDER BY i.first_due_on, i.id) - i.open_minor AS since,
           greatest(p.total_minor - sum(i.open_minor) OVER (PARTITION BY p.id), 0)
             + sum(i.open_minor) OVER (PARTITION BY p.id ORDER BY i.first_due_on, i.id) AS till
      FROM arrangements_paymentplan p
      JOIN arrangements_planinvoice x ON x.creditor_id = p.creditor_id AND x.plan_id = p.id AND x.freed_at IS NULL
      JOIN receivables_invoice i ON i.creditor_id = x.creditor_id AND i.id = x.invoice_id AND i.open_minor > 0
     WHERE p.creditor_id = %(creditor)s AND p.customer_id = ANY(%(ids)s) AND p.state = 'active') r
  JOIN (
    SELECT s.plan_id, s.position, s.due_on, s.late_after,
           sum(s.amount_minor) OVER w - s.amount_minor AS since,
           CASE WHEN lead(s.id) OVER w IS NULL THEN 9223372036854775807 ELSE sum(s.amount_minor) OVER w END AS till
      FROM arrangements_instalment s
      JOIN arrangements_paymentplan p ON p.creditor_id = s.creditor_id AND p.id = s.plan_id
     WHERE p.creditor_id = %(creditor)s AND p.customer_id = ANY(%(ids)s) AND p.state = 'active'
    WINDOW w AS (PARTITION BY s.plan_id ORDER BY s.due_on, s.position)) n
    ON n.plan_id = r.plan_id AND n.since < r.till AND r.since < n.till"""

OPEN: Final = f"{_BY_INVOICE} UNION ALL {_BY_PLAN}"
_IN_ORDER: Final = f"{OPEN} ORDER BY customer_id, due_on, invoice_id, position"


def of_customers(*, creditor_id: int, customer_ids: Sequence[int]) -> dict[int, list[Due]]:
    """The open parts of each customer's invoices by date; who has none is not in it. One query."""
    found: dict[int, list[Due]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_IN_ORDER, {"creditor": creditor_id, "ids": array(customer_ids)})
        for customer_id, *due, _ in cursor.fetchall():
            found[customer_id].append(Due(*due))
    return dict(found)
