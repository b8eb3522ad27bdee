# SPDX-License-Identifier: Apache-2.0
"""The figures that machines watch: two statements for what stands above creditors, and one for each creditor.

A creditor's rows are seen only in its own context, so the statements grow with creditors and not with their books.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.days import day_bounds, local_date
from conserje.services.tenancy import readiness
from conserje.services.tenancy.act import reading, step

_QUEUE = """
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'),
       (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'),
       (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
       (SELECT extract(epoch FROM %(now)s - min(e.at)) FROM procrastinate_jobs j
          JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' WHERE j.status = 'todo'),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %(alive)s)"""
# The clock of the last turn is the machine's: a job's own events say when it ended.
_TURNS = """
SELECT (j.args->>'creditor_id')::bigint, extract(epoch FROM %(now)s - max(e.at)) FROM procrastinate_jobs j
  JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'succeeded'
 WHERE j.task_name = 'outreach.turn' AND j.status = 'succeeded' GROUP BY 1"""
_BOOK = """
SELECT count(*) FILTER (WHERE state = 'proposed'), count(*) FILTER (WHERE state = 'planned'),
       count(*) FILTER (WHERE state = 'planned' AND coalesce(retry_at, planned_at) <= %(now)s),
       count(*) FILTER (WHERE state = 'claimed'), count(*) FILTER (WHERE state = 'handing_over'),
       count(*) FILTER (WHERE state = 'unsure'),
       count(*) FILTER (WHERE state IN ('accepted', 'delivered') AND handed_at >= %(starts)s AND handed_at < %(ends)s),
       count(*) FILTER (WHERE state = 'failed' AND ended_at >= %(starts)s AND ended_at < %(ends)s),
       coalesce(extract(epoch FROM %(now)s - min(coalesce(retry_at, planned_at))
                FILTER (WHERE state = 'planned' AND coalesce(retry_at, planned_at) <= %(now)s)), 0),
       (SELECT count(*) FROM outreach_review WHERE creditor_id = %(creditor)s AND next_review_at <= %(now)s),
       (SELECT count(*) FROM integrations_hookreceipt WHERE creditor_id = %(creditor)s AND applied_at IS NULL),
       (SELECT count(*) FROM outreach_senderstop WHERE creditor_id = %(creditor)s AND lifted_at IS NULL),
       (SELECT coalesce(extract(epoch FROM %(now)s - max(at)), -1) FROM journal_seal WHERE creditor_id = %(creditor)s)
  FROM outreach_touch WHERE creditor_id = %(creditor)s
   AND (state IN ('proposed', 'planned', 'claimed', 'handing_over', 'unsure') OR handed_at >= %(starts)s
        OR ended_at >= %(starts)s)"""

_NAMES = (
    ("touches_proposed", "Drafts that wait for a person."),
    ("touches_planned", "Touches that will leave by themselves."),
    ("touches_due", "Planned touches whose moment has come."),
    ("touches_claimed", "Touches that a worker has claimed."),
    ("touches_handing_over", "Touches between the last fence and the carrier's answer."),
    ("touches_unsure", "Touches of which nobody knows whether they arrived."),
    ("touches_accepted_today", "Touches accepted since the creditor's midnight."),
    ("touches_failed_today", "Touches that failed since the creditor's midnight."),
    ("oldest_due_age_seconds", "How long the oldest due touch has waited."),
    ("reviews_due", "Customers who wait to be judged."),
    ("hooks_waiting", "Messages from outside that were not applied yet."),
    ("sender_stops", "Stop buttons that are pressed."),
    ("sealed_head_age_seconds", "Age of the journal's last seal, -1 before the first."),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One gauge: its name without prefix, what it says, and its values by creditor's public id ("" for none)."""

    name: str
    says: str
    values: tuple[tuple[str, int], ...]


def figures(*, now: datetime) -> list[Figure]:
    """Everything that is watched; a demo book by its own clock. Raises Django's `Error`."""
    rows = list(Creditor.objects.order_by("id"))
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {"now": now, "alive": now - readiness.SILENT})
        todo, doing, failed, oldest, workers = cursor.fetchone()
        cursor.execute(_TURNS, {"now": now})
        turns = dict(cursor.fetchall())
    found = [
        Figure("queue_jobs_waiting", "Jobs that wait.", (("", todo),)),
        Figure("queue_jobs_running", "Jobs under way.", (("", doing),)),
        Figure("queue_jobs_failed", "Jobs that failed and were not tried again.", (("", failed),)),
        Figure("queue_oldest_age_seconds", "How long the oldest job has waited.", (("", int(oldest or 0)),)),
        Figure("workers_alive", "Workers with a sign of life in the last 90 seconds.", (("", workers),)),
    ]
    books = [(row, _of_book(row, now)) for row in rows]
    for place, (name, says) in enumerate(_NAMES):
        found.append(Figure(name, says, tuple((row.public_id, int(values[place])) for row, values in books)))
    states = (
        ("sending_paused", "1 while nothing leaves because the sender is paused.", "sending_paused_at"),
        ("sending_checked", "1 while only approved messages leave, after a restore.", "restored_at"),
    )
    for name, says, column in states:
        found.append(
            Figure(name, says, tuple((row.public_id, int(getattr(row, column) is not None)) for row in rows))
        )
    ages = tuple((row.public_id, int(turns.get(row.id, -1))) for row in rows)
    found.append(
        Figure("last_turn_age_seconds", "Since the last turn of work ended, -1 when there was none.", ages)
    )
    return found


def _of_book(row: Creditor, now: datetime) -> Sequence[int]:
    at = row.clock_at if row.is_demo and row.clock_at is not None else now
    with reading(creditor_id=row.id):
        return book(creditor_id=row.id, time_zone=row.time_zone, now=at)


@step
def book(*, creditor_id: int, time_zone: str, now: datetime) -> Sequence[int]:
    """The figures of one creditor, in the order of `_NAMES`."""
    starts, ends = day_bounds(local_date(now, time_zone), time_zone)
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, {"creditor": creditor_id, "now": now, "starts": starts, "ends": ends})
        return [int(value) for value in cursor.fetchone()]
