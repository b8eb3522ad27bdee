# SPDX-License-Identifier: Apache-2.0
"""Contacts that were given up although nothing is wrong with their address: listed, and tried again by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from conserje.domain.kit.days import local_date
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, step

_OVERTAKEN = """EXISTS (
         SELECT 1 FROM outreach_touch o
          WHERE o.creditor_id = t.creditor_id AND o.customer_id = t.customer_id AND o.id > t.id
            AND o.step = t.step AND o.episode_id IS NOT DISTINCT FROM t.episode_id)"""
_CLOSED = """EXISTS (
         SELECT 1 FROM outreach_episode e
          WHERE e.creditor_id = t.creditor_id AND e.id = t.episode_id AND e.closed_at IS NOT NULL)"""
_GIVEN_UP = "t.state = 'failed' AND t.reason IN ('poisoned', 'cannot_be_written')"
_LIST = f"""
SELECT t.id, t.customer_id, u.name, t.letter, t.reason, t.strikes, t.ended_at, coalesce((
         SELECT j.payload->>'cause' FROM journal_entry j
          WHERE j.creditor_id = t.creditor_id AND j.subject_kind = 'touch' AND j.subject_id = t.id
            AND j.kind = 'outreach.touch.failed' ORDER BY j.id DESC LIMIT 1), '')
  FROM outreach_touch t JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
 WHERE t.creditor_id = %(creditor)s AND {_GIVEN_UP} AND NOT {_OVERTAKEN} AND NOT {_CLOSED}
 ORDER BY t.ended_at, t.id LIMIT %(limit)s"""  # noqa: S608 - our own text
# Two people who press at once wait for each other here; the second then sees what the first made.
_HELD = """
SELECT 1 FROM outreach_touch WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s) ORDER BY id FOR UPDATE"""
_STAND = f"""
SELECT t.id, t.customer_id, CASE WHEN NOT ({_GIVEN_UP}) THEN t.state WHEN {_CLOSED} THEN 'case_closed'
                                 WHEN {_OVERTAKEN} THEN 'overtaken' ELSE '' END
  FROM outreach_touch t WHERE t.creditor_id = %(creditor)s AND t.id = ANY(%(ids)s) ORDER BY t.id"""  # noqa: S608
# A new contact for the same step: the parked one was never handed over, and keeps its history.
_AGAIN = """
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, decision_id, contact_id, point_id, key, step, stage,
       letter, purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT t.creditor_id, t.customer_id, t.episode_id, t.decision_id, t.contact_id, t.point_id, d.key, t.step, t.stage,
       t.letter, t.purpose, t.channel, t.carrier, 'planned', %(now)s, d.today, t.asked, t.copies, '', 0, %(by)s, %(now)s
  FROM unnest(%(ids)s::bigint[], %(keys)s::text[], %(days)s::date[]) AS d(id, key, today)
  JOIN outreach_touch t ON t.id = d.id WHERE t.creditor_id = %(creditor)s
ON CONFLICT DO NOTHING RETURNING id, customer_id, key"""


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


@dataclass(frozen=True, slots=True)
class Tried:
    """`made`: the new contact of each one that is tried again. `left`: why each of the others was left.

    "case_closed", "overtaken" by a newer contact of the same step, the state it is in, or "unknown".
    """

    made: dict[int, int]
    left: dict[int, str]


@step
def waiting(*, creditor_id: int, limit: int = 1000) -> list[Parked]:
    """What was given up and not made up for since, the oldest first."""
    return [Parked(*row) for row in _rows(_LIST, {"creditor": creditor_id, "limit": limit})]


@act
def again(*, creditor_id: int, touch_ids: Sequence[int], by: str, now: datetime) -> Tried:
    """A person has these tried again, as new contacts that are judged afresh. `by` is "person:<id>"."""
    ids = sorted(set(touch_ids))
    asked: dict[str, Any] = {"creditor": creditor_id, "ids": ids, "by": by, "now": now}
    _rows(_HELD, asked)
    found = _rows(_STAND, asked)
    left = dict.fromkeys(ids, "unknown") | {touch_id: why for touch_id, _, why in found}
    free = {touch_id: customer_id for touch_id, customer_id, why in found if not why}
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted(set(free.values())))
    old_of = {uuid4().hex: touch_id for touch_id in free}
    days = [local_date(now, zones[customer_id]) for customer_id in free.values()]
    rows = _rows(_AGAIN, {**asked, "ids": list(free), "keys": list(old_of), "days": days}) if free else []
    entries = [
        journal.NewEntry(now, "outreach.parked.tried_again", by, customer_id, "touch", touch_id)
        for touch_id, customer_id, _ in rows
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    customer_ids = [customer_id for _, customer_id, _ in rows]
    review.wake_many(creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason="parked.tried_again")
    made = {old_of[key]: touch_id for touch_id, _, key in rows}
    # One that was free and not made: a sweep planned the same step in the same instant.
    return Tried(
        made, {touch_id: why or "overtaken" for touch_id, why in left.items() if touch_id not in made}
    )


@act
def tell_job_again(*, creditor_id: int, job_id: int, by: str, now: datetime) -> None:
    """Write down that a person has a parked job of this creditor tried again."""
    told = journal.NewEntry(now, "outreach.job.tried_again", by, payload={"job": job_id})
    journal.write(creditor_id=creditor_id, entries=[told])


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
