# SPDX-License-Identifier: Apache-2.0
"""The compare-and-set edges of sending. Leases go by the database's clock; every edge is fenced by the claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

LEASE_SECONDS = 150

_CLAIM = """
UPDATE outreach_touch SET state = 'claimed', claim = %(claim)s,
       claim_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE creditor_id = %(creditor)s AND id IN (
   SELECT t.id FROM outreach_touch t
    WHERE t.creditor_id = %(creditor)s AND t.state = 'planned' AND t.planned_at <= %(now)s
      AND coalesce(t.retry_at, t.planned_at) <= %(now)s
      AND NOT EXISTS (SELECT 1 FROM outreach_senderstop s
                       WHERE s.creditor_id = t.creditor_id AND s.lifted_at IS NULL AND s.channel IN ('', t.channel))
      AND NOT EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = t.creditor_id AND (c.sending_paused_at IS NOT NULL
                         OR c.restored_at IS NOT NULL AND t.approved_by = ''))
    ORDER BY t.planned_at, t.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, carrier"""

_MARK = """
UPDATE outreach_touch t SET state = 'handing_over', handed_at = %(now)s, attempts = t.attempts + 1,
       claim_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE t.creditor_id = %(creditor)s AND t.id = %(id)s AND t.state = 'claimed' AND t.claim = %(claim)s
   AND t.claim_until > clock_timestamp()
   AND coalesce((SELECT r.version FROM outreach_review r
                  WHERE r.creditor_id = t.creditor_id AND r.customer_id = t.customer_id), 0) = %(version)s
   AND NOT EXISTS (SELECT 1 FROM outreach_senderstop s
                    WHERE s.creditor_id = t.creditor_id AND s.lifted_at IS NULL AND s.channel IN ('', t.channel))
   AND NOT EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = t.creditor_id AND (c.sending_paused_at IS NOT NULL
                         OR c.restored_at IS NOT NULL AND t.approved_by = ''))
RETURNING attempts"""

_FROM_CLAIMED = """
UPDATE outreach_touch SET state = %(state)s, reason = %(reason)s, claim = NULL, claim_until = NULL,
       planned_at = coalesce(%(planned_at)s, planned_at), planned_on = coalesce(%(planned_on)s, planned_on),
       retry_at = %(retry_at)s, ended_at = %(ended_at)s, attempts = attempts + %(tried)s
 WHERE creditor_id = %(creditor)s AND id = %(id)s AND state = 'claimed' AND claim = %(claim)s"""

# What a worker has just taken is left to it: no waiting here, so that nobody waits for nobody.
_SUPPRESS = """
UPDATE outreach_touch t SET state = 'suppressed', reason = d.reason, ended_at = %(now)s
  FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS d(id, reason)
 WHERE t.creditor_id = %(creditor)s AND t.id = d.id AND t.id IN (
   SELECT s.id FROM outreach_touch s WHERE s.creditor_id = %(creditor)s AND s.id = ANY(%(ids)s)
      AND s.state IN ('proposed', 'planned') FOR UPDATE SKIP LOCKED)
RETURNING t.id"""

_FROM_HANDING = """
UPDATE outreach_touch SET state = %(state)s, reason = %(reason)s, claim = NULL, claim_until = NULL,
       retry_at = %(retry_at)s, ended_at = %(ended_at)s
 WHERE creditor_id = %(creditor)s AND id = %(id)s AND state = 'handing_over' AND claim = %(claim)s"""

_BEGIN = """
INSERT INTO outreach_attempt (creditor_id, touch_id, number, claim, started_at, outcome, detail)
VALUES (%(creditor)s, %(id)s, %(number)s, %(claim)s, %(now)s, '', '')"""

_END = """
UPDATE outreach_attempt SET ended_at = %(now)s, outcome = %(outcome)s, detail = left(%(detail)s, 240)
 WHERE creditor_id = %(creditor)s AND touch_id = %(id)s AND number = (
   SELECT max(number) FROM outreach_attempt WHERE creditor_id = %(creditor)s AND touch_id = %(id)s)"""

_COUNT = """
INSERT INTO outreach_contactrecord
       (organisation_id, creditor_id, person_hash, customer_id, touch_id, channel, purpose, outcome, at)
SELECT c.organisation_id, t.creditor_id, h.hash, t.customer_id, t.id, t.channel, t.purpose, 'attempted', t.handed_at
  FROM outreach_touch t JOIN tenancy_creditor c ON c.id = t.creditor_id, unnest(%(hashes)s::text[]) AS h(hash)
 WHERE t.creditor_id = %(creditor)s AND t.id = %(id)s
ON CONFLICT (creditor_id, touch_id, person_hash) DO UPDATE SET outcome = 'attempted', at = excluded.at"""

_NOT_REACHED = """
UPDATE outreach_contactrecord SET outcome = 'failed_before' WHERE creditor_id = %(creditor)s AND touch_id = %(id)s"""

# One at a time for everybody who shares an address, over all creditors of the organisation: caps are counted by person.
_LOCK_PEOPLE = """
SELECT pg_advisory_xact_lock(hashtextextended(a.address_hash, 0)) FROM (
  SELECT DISTINCT p.address_hash FROM receivables_contact c
    JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
   WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s ORDER BY 1) a"""

_REAP = """
UPDATE outreach_touch SET state = CASE state WHEN 'claimed' THEN 'planned' ELSE 'unsure' END,
       reason = CASE state WHEN 'claimed' THEN reason ELSE 'worker_lost' END,
       claim = NULL, claim_until = NULL, ended_at = CASE state WHEN 'claimed' THEN NULL ELSE %(now)s END
 WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over') AND claim_until < clock_timestamp()
RETURNING id, customer_id, state"""

_ABANDONED = """
SELECT id FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over')
   AND claim_until < clock_timestamp() - %(patience)s ORDER BY id"""


def claim(*, creditor_id: int, token: UUID, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Take up to `limit` planned touches that are due at `now`; answers (id, carrier)."""
    return _run(
        _CLAIM, {"creditor": creditor_id, "claim": token, "lease": LEASE_SECONDS, "now": now, "limit": limit}
    )


def mark(*, creditor_id: int, touch_id: int, token: UUID, version: int, now: datetime) -> bool:
    """The last fence, committed before the point of no return: still ours, in time, nothing new."""
    found = _run(
        _MARK,
        {
            "creditor": creditor_id,
            "id": touch_id,
            "claim": token,
            "version": version,
            "now": now,
            "lease": LEASE_SECONDS,
        },
    )
    if not found:
        return False
    _run(_BEGIN, {"creditor": creditor_id, "id": touch_id, "number": found[0][0], "claim": token, "now": now})
    return True


def leave_claimed(*, creditor_id: int, touch_id: int, token: UUID, to: dict[str, Any]) -> bool:
    """From claimed to planned (with its new moment) or suppressed. False when the claim was lost.

    `tried` is 1 when a carrier was asked and refused before anything was handed over.
    """
    usual: dict[str, Any] = dict.fromkeys(("planned_at", "planned_on", "retry_at", "ended_at"))
    usual |= {"reason": "", "tried": 0}
    return bool(_run(_FROM_CLAIMED, {**usual, **to, "creditor": creditor_id, "id": touch_id, "claim": token}))


def leave_handing(*, creditor_id: int, touch_id: int, token: UUID, to: dict[str, Any]) -> bool:
    """From handing over to what the carrier answered. False when somebody else already ended it."""
    usual = {"retry_at": None, "ended_at": None, "reason": ""}
    return bool(_run(_FROM_HANDING, {**usual, **to, "creditor": creditor_id, "id": touch_id, "claim": token}))


def end_attempt(*, creditor_id: int, touch_id: int, outcome: str, detail: str, now: datetime) -> None:
    """Write the carrier's answer on the open attempt."""
    _run(_END, {"creditor": creditor_id, "id": touch_id, "outcome": outcome, "detail": detail, "now": now})


def count(*, creditor_id: int, touch_id: int, hashes: Sequence[str]) -> None:
    """Enter a touch that is being handed over, and so may reach these people, in the organisation's contact ledger."""
    _run(_COUNT, {"creditor": creditor_id, "id": touch_id, "hashes": list(hashes)})


def not_reached(*, creditor_id: int, touch_id: int) -> None:
    """It is proven that the touch reached nobody: it uses none of their caps."""
    _run(_NOT_REACHED, {"creditor": creditor_id, "id": touch_id})


def lock_people(*, creditor_id: int, customer_id: int) -> None:
    """Until the transaction ends nobody else hands anything over to the people of this customer."""
    _run(_LOCK_PEOPLE, {"creditor": creditor_id, "customer": customer_id})


def suppress(*, creditor_id: int, reasons: dict[int, str], now: datetime) -> set[int]:
    """Suppress touches that no worker has taken, by id with their reasons; answers those that were."""
    asked = {"creditor": creditor_id, "ids": list(reasons), "reasons": list(reasons.values()), "now": now}
    return {touch_id for (touch_id,) in _run(_SUPPRESS, asked)} if reasons else set()


def reap(*, creditor_id: int, now: datetime) -> list[tuple[int, int, str]]:
    """Free claims of lost workers; a hand-over of one becomes unsure. Answers (id, customer, state)."""
    return _run(_REAP, {"creditor": creditor_id, "now": now})


def abandoned(*, creditor_id: int, patience: timedelta) -> list[int]:
    """Touches whose claim ended longer ago than `patience` and was not freed."""
    return [touch_id for (touch_id,) in _run(_ABANDONED, {"creditor": creditor_id, "patience": patience})]


def _run(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        if cursor.description is not None:
            return list(cursor.fetchall())
        return [None] * cursor.rowcount
