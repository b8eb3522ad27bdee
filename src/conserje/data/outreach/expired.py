# SPDX-License-Identifier: Apache-2.0
"""Bodies whose retention term has ended, blanked in bulk: letters, files of invoices, raw hooks, rows not imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

# A customer who owes keeps everything. `quiet`: the term runs from the last thing that happened, not from the letter.
_TERMS: Final = """
WITH terms AS MATERIALIZED (
  SELECT * FROM unnest(%(countries)s::text[], %(before)s::timestamptz[], %(quiet)s::boolean[])
           AS k(country, before, quiet)),
free AS (
  SELECT u.id, k.before FROM receivables_customer u JOIN terms k ON k.country = u.country
   WHERE u.creditor_id = %(creditor)s
     AND NOT EXISTS (SELECT 1 FROM receivables_invoice i
                      WHERE i.creditor_id = u.creditor_id AND i.customer_id = u.id AND i.open_minor > 0)
     AND (NOT k.quiet OR NOT EXISTS (
           SELECT 1 FROM outreach_touch t WHERE t.creditor_id = u.creditor_id AND t.customer_id = u.id
              AND coalesce(t.ended_at, t.handed_at, t.planned_at) >= k.before)
         AND NOT EXISTS (
           SELECT 1 FROM receivables_payment p WHERE p.creditor_id = u.creditor_id AND p.customer_id = u.id
              AND p.received_at >= k.before)))
"""

_BLANK: Final[tuple[tuple[str, str], ...]] = (
    (
        "messages",
        """,
gone AS (
  SELECT m.id FROM outreach_message m JOIN outreach_touch t ON t.creditor_id = m.creditor_id AND t.id = m.touch_id
    JOIN free f ON f.id = t.customer_id
   WHERE m.creditor_id = %(creditor)s AND m.erased_at IS NULL AND m.written_at < f.before
     AND t.state IN ('accepted', 'delivered', 'failed', 'suppressed') ORDER BY m.id LIMIT %(limit)s)
UPDATE outreach_message SET subject = '', text = '', html = '', erased_at = %(now)s
 WHERE creditor_id = %(creditor)s AND id IN (SELECT id FROM gone)""",
    ),
    (
        "documents",
        """,
gone AS (
  SELECT d.id FROM receivables_document d
    JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
    JOIN free f ON f.id = i.customer_id
   WHERE d.creditor_id = %(creditor)s AND d.created_at < f.before ORDER BY d.id LIMIT %(limit)s)
DELETE FROM receivables_document WHERE creditor_id = %(creditor)s AND id IN (SELECT id FROM gone)""",
    ),
    (
        "hooks",
        """,
gone AS (
  SELECT id FROM integrations_hookreceipt WHERE creditor_id = %(creditor)s AND applied_at IS NOT NULL
     AND received_at < %(own_before)s AND body <> '' ORDER BY id LIMIT %(limit)s)
UPDATE integrations_hookreceipt SET body = '', headers = '{}', query = ''
 WHERE creditor_id = %(creditor)s AND id IN (SELECT id FROM gone)""",
    ),
    (
        "import_rows",
        """,
gone AS (
  SELECT t.id FROM integrations_importtrouble t
    JOIN integrations_importrun r ON r.creditor_id = t.creditor_id AND r.id = t.run_id
   WHERE t.creditor_id = %(creditor)s AND r.started_at < %(own_before)s AND t.value <> ''
   ORDER BY t.id LIMIT %(limit)s)
UPDATE integrations_importtrouble SET value = ''
 WHERE creditor_id = %(creditor)s AND id IN (SELECT id FROM gone)""",
    ),
)
_STATEMENTS: Final = tuple((name, "".join((_TERMS, rest))) for name, rest in _BLANK)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What was written to customers of `country` before `before` may go; `quiet`: if nothing happened since."""

    country: str
    before: datetime
    quiet: bool


def countries(*, creditor_id: int) -> list[str]:
    """Countries of the creditor's customers, the empty one included where it is not known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT country FROM receivables_customer WHERE creditor_id = %s", [creditor_id]
        )
        return [country for (country,) in cursor.fetchall()]


def blank(
    *, creditor_id: int, cutoffs: Sequence[Cutoff], own_before: datetime, limit: int, now: datetime
) -> dict[str, int]:
    """Blank at most `limit` bodies of each kind; how many of each. Four statements, whatever the book's size."""
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "countries": [item.country for item in cutoffs],
        "before": [item.before for item in cutoffs],
        "quiet": [item.quiet for item in cutoffs],
        "own_before": own_before,
        "limit": limit,
        "now": now,
    }
    done = {}
    with connection.cursor() as cursor:
        for name, statement in _STATEMENTS:
            cursor.execute(statement, asked)
            done[name] = int(cursor.rowcount)
    return done
