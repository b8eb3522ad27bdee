# SPDX-License-Identifier: Apache-2.0
"""A worker that outlives its database: when the queue's connections break it waits for an answer and begins again.

The queue's own worker ends in silence, with success, when the task that listens or the one that beats loses its
connection; nobody would start it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal

from django.db import Error, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from conserje.config.embedded import ServerFailed

PAUSE_SECONDS = 1.0
_LOG = logging.getLogger("conserje.worker")


def until_told() -> None:
    """Work until SIGINT or SIGTERM; a job under way is finished first."""
    asyncio.run(_lives())


async def _lives() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    while not told.is_set():
        if await asyncio.to_thread(_answers):
            await _life(told)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), PAUSE_SECONDS)


async def _life(told: asyncio.Event) -> None:
    working, waiting = asyncio.create_task(_work()), asyncio.create_task(told.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (waiting, working):
        task.cancel()
    _, ended = await asyncio.gather(waiting, working, return_exceptions=True)
    if not told.is_set():
        _LOG.warning("the worker lost the queue (%s) and begins again", type(ended).__name__)


async def _work() -> None:
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        async with worker.open_async():
            await worker.run_worker_async(
                concurrency=1, listen_notify=True, install_signal_handlers=False, delete_jobs="successful"
            )


def _answers() -> bool:
    """Whether the database answers a new connection; the embedded one is started by asking."""
    try:
        connection.close()
        connection.ensure_connection()
    except (Error, ServerFailed) as error:
        _LOG.warning("the database does not answer: %s", type(error).__name__)
        return False
    finally:
        connection.close()
    return True
