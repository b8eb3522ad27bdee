# SPDX-License-Identifier: Apache-2.0
"""Putting jobs in the queue by their dotted name, in the transaction of what caused them, and back into it."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

SILENT_SECONDS = 90


def enqueue(*, job: str, once: str, creditor_id: int) -> bool:
    """Queue `job` for a creditor unless one named `once` is already waiting; False when it is.

    One that is waiting leaves the transaction of the caller as it was.
    """
    try:
        with transaction.atomic():
            app.configure_task(name=job, queueing_lock=once).defer(creditor_id=creditor_id)
    except AlreadyEnqueued:
        return False
    return True


async def take_back(*, silent_seconds: int) -> int:
    """Queue again what workers had begun that are gone or silent for `silent_seconds`; answers how many.

    Where the same job is already waiting, that one does the work and this one is closed.
    """
    jobs = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in jobs:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
    return len(jobs)
