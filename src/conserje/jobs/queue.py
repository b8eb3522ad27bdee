# SPDX-License-Identifier: Apache-2.0
"""Jobs whose worker died: put back into the queue. Their own fences make a second run harmless."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.services.tenancy import queue


@app.periodic(cron="* * * * *")
@app.task(name="queue.reap", queueing_lock="queue.reap")
async def reap(timestamp: int) -> None:
    """Retry jobs of workers that have been silent for 90 seconds; what a living one lost it takes back itself."""
    await queue.take_back(silent_seconds=queue.SILENT_SECONDS)
