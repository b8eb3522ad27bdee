# SPDX-License-Identifier: Apache-2.0
"""Jobs whose worker died: put back into the queue, or parked when they killed one worker after another.

Their own fences make a second run harmless.
"""

from __future__ import annotations

from procrastinate import jobs
from procrastinate.contrib.django import app

from conserje.services.tenancy.queue import TRIES_MAX

# Workers tell every ten seconds that they live.
SILENT_SECONDS = 30


@app.periodic(cron="* * * * *")
@app.task(name="queue.reap", queueing_lock="queue.reap")
async def reap(timestamp: int) -> None:
    """Take up jobs of workers that have been silent for half a minute."""
    await reap_silent(silent_seconds=SILENT_SECONDS)


async def reap_silent(*, silent_seconds: float) -> int:
    """Retry or park each job of a silent worker; answers how many there were."""
    found = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in found:
        # One that waits in its place would keep it from being counted as the same job.
        await _cancel_twins(job)
        if job.attempts + 1 >= TRIES_MAX:
            await app.job_manager.finish_job(job, status=jobs.Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job)
    return len(found)


async def _cancel_twins(job: jobs.Job) -> None:
    if job.queueing_lock is None:
        return
    twins = await app.job_manager.list_jobs_async(queueing_lock=job.queueing_lock, status="todo")
    for twin in twins:
        if twin.id is not None:
            await app.job_manager.cancel_job_by_id_async(twin.id, delete_job=True)
