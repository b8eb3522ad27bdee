# SPDX-License-Identifier: Apache-2.0
"""What follows for contacts when the days on which money is due change: the case ends, and a new one begins kindly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import step

_SUPPRESS = """
UPDATE outreach_touch SET state = 'suppressed', reason = %(why)s, ended_at = %(now)s, claim = NULL, claim_until = NULL
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND episode_id IS NOT NULL
   AND state IN ('proposed', 'planned', 'claimed') RETURNING id"""

_CLOSE = """
UPDATE outreach_episode e SET closed_at = %(now)s, outcome = %(why)s
 WHERE e.creditor_id = %(creditor)s AND e.customer_id = %(customer)s AND e.closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM outreach_touch t
                    WHERE t.creditor_id = e.creditor_id AND t.customer_id = e.customer_id AND t.episode_id = e.id
                      AND t.state = 'handing_over')
RETURNING e.id"""


@step
def begin_anew(*, creditor_id: int, customer_id: int, why: str, now: datetime) -> None:
    """Nothing more leaves of the case as it stood, and it closes; `why` is one word ("plan", "plan_ended")."""
    asked: dict[str, Any] = {"creditor": creditor_id, "customer": customer_id, "why": why, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_SUPPRESS, asked)
        touches = [row[0] for row in cursor.fetchall()]
        cursor.execute(_CLOSE, asked)
        episodes = [row[0] for row in cursor.fetchall()]
    entries = [
        _entry("outreach.touch.suppressed", "touch", row_id, customer_id, why, now) for row_id in touches
    ]
    entries += [
        _entry("outreach.episode.closed", "episode", row_id, customer_id, why, now) for row_id in episodes
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    review.wake_many(
        creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason="arrangement.changed"
    )


def _entry(
    kind: str, subject: str, subject_id: int, customer_id: int, why: str, now: datetime
) -> journal.NewEntry:
    return journal.NewEntry(
        at=now,
        kind=kind,
        actor="rule",
        customer_id=customer_id,
        subject_kind=subject,
        subject_id=subject_id,
        payload={"reason": why},
    )
