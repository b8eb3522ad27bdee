# SPDX-License-Identifier: Apache-2.0
"""What nobody stated about the customers of a file, counted, with what it blocks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from conserje.services.integrations.intake_outcome import Missing, Suggestion, suggested_kind
from conserje.services.tenancy.act import step

_COUNTS = """
SELECT count(*) FILTER (WHERE c.country = ''),
       count(*) FILTER (WHERE c.country <> '' AND c.time_zone = '' AND NOT EXISTS (
           SELECT 1 FROM receivables_contact k WHERE k.creditor_id = c.creditor_id AND k.customer_id = c.id
              AND k.is_usual AND k.time_zone <> '')),
       count(*) FILTER (WHERE c.kind = 'unknown'),
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM receivables_contact k
             JOIN receivables_contactpoint p ON p.creditor_id = k.creditor_id AND p.contact_id = k.id
            WHERE k.creditor_id = c.creditor_id AND k.customer_id = c.id AND p.kind = 'email'
              AND p.unusable_since IS NULL)),
       count(*) FILTER (WHERE NOT EXISTS (
           SELECT 1 FROM outreach_permission p WHERE p.creditor_id = c.creditor_id AND p.customer_id = c.id))
  FROM receivables_customer c WHERE c.creditor_id = %s AND c.id = ANY(%s)"""

_FRESHNESS = "SELECT 1 FROM receivables_freshness WHERE creditor_id = %s LIMIT 1"
_UNKNOWN_KIND = """
SELECT id, name FROM receivables_customer WHERE creditor_id = %s AND id = ANY(%s) AND kind = 'unknown' ORDER BY id"""

_BLOCKS = (
    ("country", "law_pack"),
    ("time_zone", "lawful_hours"),
    ("kind", "strictest_law"),
    ("email", "channel_email"),
    ("permission", "every_message"),
)


@step
def missing(*, creditor_id: int, customer_ids: Sequence[int]) -> tuple[Missing, ...]:
    """The facts that are missing of these customers, and of the creditor's payments; empty when none is."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [creditor_id, list(customer_ids)])
        counts = cursor.fetchone()
        cursor.execute(_FRESHNESS, [creditor_id])
        is_fresh = cursor.fetchone() is not None
    found = [
        Missing(fact, count, blocks) for (fact, blocks), count in zip(_BLOCKS, counts, strict=True) if count
    ]
    if not is_fresh:
        found.append(Missing("payments_through", 1, "automatic_sending"))
    return tuple(found)


@step
def suggestions(*, creditor_id: int, customer_ids: Sequence[int]) -> tuple[Suggestion, ...]:
    """Customers of unknown kind whose name carries a company's words: for a person to confirm."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN_KIND, [creditor_id, list(customer_ids)])
        rows = cursor.fetchall()
    return tuple(Suggestion(row_id, kind) for row_id, name in rows if (kind := suggested_kind(name)))
