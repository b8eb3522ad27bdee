# SPDX-License-Identifier: Apache-2.0
"""Jobs whose worker died: put back into the queue. Their own fences make a second run harmless."""

from __future__ import annotations

from procrastinate.contrib.django import app

SILENT_SECONDS = 90


@app.periodic(cron="* * * * *")
@app.task(name="queue.reap", queueing_lock="queue.reap")
async def reap(timestamp: int) -> None:
    """Retry jobs of workers that have been silent for 90 seconds."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await app.job_manager.retry_job(job)
