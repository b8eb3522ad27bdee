# SPDX-License-Identifier: Apache-2.0
"""Messages of which nobody knows whether they arrived: a person says so, or has them sent again under the same name.

Both ways the contact stays in the organisation's ledger: it may have been read, so it uses the caps of its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.kit.days import local_date
from conserje.domain.outreach.evidence import next_look
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, step

_LIST = """
SELECT t.id, t.customer_id, u.name, t.channel, t.letter, t.stage, coalesce(t.handed_at, t.ended_at), t.reason,
       p.address, coalesce(m.subject, ''), t.carrier,
       coalesce(t.ended_at, t.handed_at), q.looks, q.looked_at, q.next_look_at
  FROM outreach_touch t
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
  JOIN receivables_contactpoint p ON p.creditor_id = t.creditor_id AND p.id = t.point_id
  LEFT JOIN outreach_message m ON m.creditor_id = t.creditor_id AND m.touch_id = t.id AND m.erased_at IS NULL
  LEFT JOIN outreach_inquiry q ON q.creditor_id = t.creditor_id AND q.touch_id = t.id
       AND q.since = coalesce(t.ended_at, t.handed_at)
 WHERE t.creditor_id = %(creditor)s AND t.state = 'unsure'
 ORDER BY t.handed_at, t.id LIMIT %(limit)s OFFSET %(offset)s"""
_COUNT = "SELECT count(*) FROM outreach_touch WHERE creditor_id = %s AND state = 'unsure'"

_SENT = """
UPDATE outreach_touch SET state = 'accepted', ended_at = %(now)s
 WHERE creditor_id = %(creditor)s AND state = 'unsure' AND id = ANY(%(ids)s) RETURNING id, customer_id"""

# Not when its case is closed, nor when the same customer was written to since or something newer waits for them.
_AGAIN = """
UPDATE outreach_touch t SET state = 'planned', reason = '', retry_at = NULL, ended_at = NULL, approved_by = %(by)s,
       planned_at = %(now)s, planned_on = d.today
  FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS d(id, today)
 WHERE t.creditor_id = %(creditor)s AND t.state = 'unsure' AND t.id = d.id
   AND (t.episode_id IS NULL OR EXISTS (
         SELECT 1 FROM outreach_episode e
          WHERE e.creditor_id = t.creditor_id AND e.id = t.episode_id AND e.closed_at IS NULL))
   AND (t.episode_id IS NULL OR NOT EXISTS (
         SELECT 1 FROM outreach_touch o
          WHERE o.creditor_id = t.creditor_id AND o.customer_id = t.customer_id AND o.episode_id IS NOT NULL
            AND (o.state IN ('proposed', 'planned', 'claimed', 'handing_over') OR o.handed_at > t.handed_at)))
RETURNING t.id, t.customer_id"""

_TOUCHES = """
SELECT id, customer_id FROM outreach_touch
 WHERE creditor_id = %s AND state = 'unsure' AND id = ANY(%s) ORDER BY id FOR UPDATE"""

# Nothing new is planned for these customers meanwhile.
_HELD = """
SELECT 1 FROM outreach_review WHERE creditor_id = %s AND customer_id = ANY(%s) ORDER BY customer_id FOR UPDATE"""


_LEFT = """
SELECT t.id, CASE WHEN t.state <> 'unsure' THEN t.state
                  WHEN e.closed_at IS NOT NULL THEN 'case_closed' ELSE 'overtaken' END
  FROM outreach_touch t
  LEFT JOIN outreach_episode e ON e.creditor_id = t.creditor_id AND e.id = t.episode_id
 WHERE t.creditor_id = %s AND t.id = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """One message that may or may not have arrived; `reason` is why.

    `looks` counts how often evidence was looked for; `next_look_at` is when it is again, None when never.
    """

    touch_id: int
    customer_id: int
    customer: str
    channel: str
    letter: str
    stage: str
    handed_at: datetime
    reason: str
    address: str
    subject: str
    carrier: str
    looks: int
    looked_at: datetime | None
    next_look_at: datetime | None


@step
def waiting(*, creditor_id: int, limit: int = 1000, offset: int = 0) -> list[Unresolved]:
    """What nobody knows of, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"creditor": creditor_id, "limit": limit, "offset": offset})
        return [_unresolved(*row) for row in cursor.fetchall()]


@step
def count(*, creditor_id: int) -> int:
    """Of how many messages nobody knows whether they arrived."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [creditor_id])
        return int(cursor.fetchone()[0])


@step
def left_because(*, creditor_id: int, touch_ids: Sequence[int]) -> dict[int, str]:
    """Why these were left alone when a person resolved them: "case_closed", "overtaken", or the state they are in.

    An id that is not the creditor's is "unknown".
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [creditor_id, list(touch_ids)])
        return dict.fromkeys(touch_ids, "unknown") | dict(cursor.fetchall())


@act
def treat_as_sent(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """A person found that these arrived; answers the ones that were still unsure. `by` is "person:<id>"."""
    with connection.cursor() as cursor:
        cursor.execute(_SENT, {"creditor": creditor_id, "ids": list(touch_ids), "now": now})
        moved = cursor.fetchall()
    return _tell(creditor_id, moved, "treated_as_sent", by, now)


@act
def send_again(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """A person has these sent again, judged once more and under the same Message-ID; answers those that will be.

    Left out are those no longer unsure, of a closed case, or overtaken by something newer to the same customer.
    """
    ids = sorted(set(touch_ids))
    moved: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHES, [creditor_id, ids])
        of = dict(cursor.fetchall())
        cursor.execute(_HELD, [creditor_id, sorted(set(of.values()))])
        zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted(set(of.values())))
        for touch_id, customer_id in of.items():
            asked: dict[str, Any] = {
                "creditor": creditor_id,
                "ids": [touch_id],
                "days": [local_date(now, zones[customer_id])],
                "by": by,
                "now": now,
            }
            cursor.execute(_AGAIN, asked)
            moved += cursor.fetchall()
    return _tell(creditor_id, moved, "sent_again", by, now)


def _unresolved(*row: Any) -> Unresolved:
    *facts, since, looks, looked_at, next_look_at = row
    if looks is None:
        next_look_at = next_look(since=since, looked_at=None)
    values: list[Any] = [*facts, looks or 0, looked_at, next_look_at]
    return Unresolved(*values)


def _tell(creditor_id: int, moved: Sequence[tuple[int, int]], what: str, by: str, now: datetime) -> list[int]:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.unsure.{what}",
                actor=by,
                customer_id=customer_id,
                subject_kind="touch",
                subject_id=touch_id,
                payload={},
            )
            for touch_id, customer_id in moved
        ],
    )
    customer_ids = [customer_id for _, customer_id in moved]
    review.wake_many(creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason=f"unsure.{what}")
    return [touch_id for touch_id, _ in moved]
