# SPDX-License-Identifier: Apache-2.0
"""Contacts that were given up although nothing is wrong with their address: listed, and tried again by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

_WHERE = """
 t.creditor_id = %(creditor)s AND t.state = 'failed' AND t.reason IN ('poisoned', 'cannot_be_written')
   AND NOT EXISTS (SELECT 1 FROM outreach_touch o
                    WHERE o.creditor_id = t.creditor_id AND o.customer_id = t.customer_id AND o.id > t.id
                      AND o.step = t.step AND o.episode_id IS NOT DISTINCT FROM t.episode_id)
   AND NOT EXISTS (SELECT 1 FROM outreach_episode e
                    WHERE e.creditor_id = t.creditor_id AND e.id = t.episode_id AND e.closed_at IS NOT NULL)"""
_LIST = f"""
SELECT t.id, t.customer_id, u.name, t.letter, t.reason, t.strikes, t.ended_at, coalesce((
         SELECT j.payload->>'cause' FROM journal_entry j
          WHERE j.creditor_id = t.creditor_id AND j.subject_kind = 'touch' AND j.subject_id = t.id
            AND j.kind = 'outreach.touch.failed' ORDER BY j.id DESC LIMIT 1), '')
  FROM outreach_touch t JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
 WHERE {_WHERE} ORDER BY t.ended_at, t.id LIMIT %(limit)s"""  # noqa: S608 - our own text
# A new contact for the same step: the parked one was never handed over, and keeps its history.
_AGAIN = f"""
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, decision_id, contact_id, point_id, key, step, stage,
       letter, purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT t.creditor_id, t.customer_id, t.episode_id, t.decision_id, t.contact_id, t.point_id,
       replace(gen_random_uuid()::text, '-', ''), t.step, t.stage, t.letter, t.purpose, t.channel, t.carrier, 'planned',
       %(now)s, t.planned_on, t.asked, t.copies, '', 0, %(by)s, %(now)s
  FROM outreach_touch t WHERE {_WHERE} AND t.id = ANY(%(ids)s)
ON CONFLICT DO NOTHING RETURNING id, customer_id"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class Parked:
    """One contact that was given up: why, after how many strikes, and what the last one was."""

    touch_id: int
    customer_id: int
    customer: str
    letter: str
    reason: str
    strikes: int
    since: datetime
    cause: str


@step
def waiting(*, creditor_id: int, limit: int = 1000) -> list[Parked]:
    """What was given up and not made up for since, the oldest first."""
    return [Parked(*row) for row in _rows(_LIST, {"creditor": creditor_id, "limit": limit})]


@act
def again(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> list[int]:
    """A person has these tried again, as new contacts that are judged afresh; answers the new ones.

    `by` is "person:<id>".
    """
    asked = {"creditor": creditor_id, "ids": list(touch_ids), "by": by, "now": now}
    made = _rows(_AGAIN, asked)
    entries = [
        journal.NewEntry(now, "outreach.parked.tried_again", by, customer_id, "touch", touch_id)
        for touch_id, customer_id in made
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    customer_ids = [customer_id for _, customer_id in made]
    review.wake_many(creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason="parked.tried_again")
    return [touch_id for touch_id, _ in made]


@act
def tell_job_again(*, creditor_id: int, job_id: int, by: str, now: datetime) -> None:
    """Write down that a person has a parked job of this creditor tried again."""
    told = journal.NewEntry(now, "outreach.job.tried_again", by, payload={"job": job_id})
    journal.write(creditor_id=creditor_id, entries=[told])


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
