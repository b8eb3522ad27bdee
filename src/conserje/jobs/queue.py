# SPDX-License-Identifier: Apache-2.0
"""Jobs whose worker died: put back into the queue, or parked when they killed one worker after another.

Their own fences make a second run harmless.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.services.tenancy import queue


@app.periodic(cron="* * * * *")
@app.task(name="queue.reap", queueing_lock="queue.reap")
async def reap(timestamp: int) -> None:
    """Take up jobs of workers that have been silent for half a minute; what a living one lost it takes back itself."""
    await reap_silent(silent_seconds=queue.SILENT_SECONDS)


async def reap_silent(*, silent_seconds: float) -> int:
    """Retry or park each job of a silent worker; answers how many there were."""
    return await queue.take_back(silent_seconds=silent_seconds, park=True)
