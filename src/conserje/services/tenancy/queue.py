# SPDX-License-Identifier: Apache-2.0
"""Putting jobs in the queue by their dotted name, in the transaction of what caused them, and back into it.

A job that failed or killed its worker `TRIES_MAX` times is parked: it keeps its row, nothing of the same name is queued
beside it, and it stops nobody else, until a person has it tried again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status

# Workers tell every ten seconds that they live.
SILENT_SECONDS = 30
TRIES_MAX = 5

_PARKED = """
SELECT j.id, j.task_name, (j.args->>'creditor_id')::bigint, j.attempts, max(e.at)
  FROM procrastinate_jobs j LEFT JOIN procrastinate_events e ON e.job_id = j.id
 WHERE j.status = 'failed' AND j.attempts >= %(tries)s GROUP BY j.id ORDER BY j.id"""
# The database refuses a second one that waits; to look before spares it, and its log, the refusal.
_IS_THERE = """
SELECT 1 FROM procrastinate_jobs
 WHERE queueing_lock = %(once)s AND (status = 'todo' OR status = 'failed' AND attempts >= %(tries)s) LIMIT 1"""
_TAKE = """
DELETE FROM procrastinate_jobs WHERE id = %(id)s AND status = 'failed' RETURNING task_name, queueing_lock, args"""


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """A job that was given up: its name, its creditor if it has one, its tries, and when the last one ended."""

    id: int
    name: str
    creditor_id: int | None
    tries: int
    since: Any


def enqueue(*, job: str, once: str, creditor_id: int, in_seconds: int = 0) -> bool:
    """Queue `job` for a creditor unless one named `once` is already waiting or is parked; False when it is.

    One that is waiting leaves the transaction of the caller as it was.
    """
    if _rows(_IS_THERE, {"once": once, "tries": TRIES_MAX}):
        return False
    later: Any = {"seconds": in_seconds} if in_seconds > 0 else None
    try:
        with transaction.atomic():
            app.configure_task(name=job, queueing_lock=once, schedule_in=later).defer(creditor_id=creditor_id)
    except AlreadyEnqueued:
        return False
    return True


def parked() -> list[ParkedJob]:
    """Jobs that were given up, the oldest first."""
    return [ParkedJob(*row) for row in _rows(_PARKED, {"tries": TRIES_MAX})]


def again(*, job_id: int) -> int | None:
    """Queue a parked job afresh; answers its creditor, None when it is not parked or has none."""
    for name, once, args in _rows(_TAKE, {"id": job_id}):
        creditor_id = int((json.loads(args) if isinstance(args, str) else args)["creditor_id"])
        enqueue(job=name, once=once, creditor_id=creditor_id)
        return creditor_id
    return None


async def take_back(*, silent_seconds: float, park: bool) -> int:
    """Queue again what workers had begun that are gone or silent for `silent_seconds`; answers how many there were.

    With `park`, what was begun `TRIES_MAX` times is parked instead: it may be what kills its workers.
    """
    found = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in found:
        # One that waits in its place would keep it from being counted as the same job.
        await _cancel_twins(job)
        if park and job.attempts + 1 >= TRIES_MAX:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job)
    return len(found)


async def _cancel_twins(job: Job) -> None:
    if job.queueing_lock is None:
        return
    twins = await app.job_manager.list_jobs_async(queueing_lock=job.queueing_lock, status="todo")
    for twin in twins:
        if twin.id is not None:
            await app.job_manager.cancel_job_by_id_async(twin.id, delete_job=True)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
