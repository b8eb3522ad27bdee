# SPDX-License-Identifier: Apache-2.0
"""Open parts with their age, as the beginning of a statement: every figure and every list starts from the same rows.

`WITH ... aged AS (...)` has one row for each part of an open invoice that is still open: customer_id, invoice_id,
currency, open_minor, due_on, days (past due, 0 or negative when not yet), band ("0" not due yet, "1" 1-30, "2" 31-60,
"3" 61-90, "4" over 90). What was paid is taken from the oldest part first. The statement is given `creditor`, `today`
and `customers` (ids, or None for all).
"""

from __future__ import annotations

from typing import Final

BANDS: Final = ("0", "1", "2", "3", "4")
OVERDUE_BANDS: Final = BANDS[1:]

_AGED: Final = """
WITH parts AS (
  SELECT i.customer_id, i.id AS invoice_id, i.currency, d.due_on, %(today)s::date - d.due_on AS days,
         least(d.amount_minor, greatest(0,
           sum(d.amount_minor) OVER (PARTITION BY d.invoice_id ORDER BY d.due_on, d.position)
           - (i.total_minor - i.open_minor)))::bigint AS open_minor
    FROM receivables_invoice i
    JOIN receivables_invoicedue d ON d.creditor_id = i.creditor_id AND d.invoice_id = i.id
   WHERE i.creditor_id = %(creditor)s AND i.open_minor > 0
     AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s::bigint[]))),
aged AS (
  SELECT *, CASE WHEN days <= 0 THEN '0' WHEN days <= 30 THEN '1' WHEN days <= 60 THEN '2' WHEN days <= 90 THEN '3'
                 ELSE '4' END AS band
    FROM parts WHERE open_minor > 0)
"""


def from_aged(rest: str) -> str:
    """The whole statement whose further part is `rest`."""
    return _AGED + rest
