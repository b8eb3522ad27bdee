# SPDX-License-Identifier: Apache-2.0
"""Waking customers: every event moves their review to now and makes what was prepared before it stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from conserje.services.tenancy.act import step

_WAKE = """
INSERT INTO outreach_review (creditor_id, customer_id, next_review_at, version, reason)
SELECT %s, id, %s, 1, %s FROM unnest(%s::bigint[]) AS t(id)
ON CONFLICT (creditor_id, customer_id) DO UPDATE
   SET next_review_at = excluded.next_review_at, version = outreach_review.version + 1, reason = excluded.reason"""

# In the order of customers, as above: whoever wakes many at once waits for the other, and not both for each other.
_WAKE_ALL = """
UPDATE outreach_review SET next_review_at = %(now)s, version = version + 1, reason = %(reason)s
 WHERE creditor_id = %(creditor)s AND id = ANY(ARRAY(
   SELECT id FROM outreach_review WHERE creditor_id = %(creditor)s ORDER BY customer_id FOR UPDATE))"""


@step
def wake_many(*, creditor_id: int, customer_ids: Sequence[int], now: datetime, reason: str) -> None:
    """Look at these customers again at `now`, because of `reason` (a dotted kind, as in the journal)."""
    ids = sorted(set(customer_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_WAKE, [creditor_id, now, reason, ids])


@step
def wake_all(*, creditor_id: int, now: datetime, reason: str) -> None:
    """Look at every customer again: a strategy, a pack or a connection changed."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE_ALL, {"creditor": creditor_id, "now": now, "reason": reason})
