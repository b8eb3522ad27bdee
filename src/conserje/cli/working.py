# SPDX-License-Identifier: Apache-2.0
"""A worker that outlives its database: when the queue is lost it waits for an answer and begins again.

A life is one pool, one listener and one registration. The queue's own worker ends in silence, with success, when the
task that listens or beats loses its connection, and goes on with a job nobody wrote back when that alone is lost:
here the first failed word to the queue ends the life, and the next one takes back what the former had begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection
from procrastinate import App, BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from conserje.config.embedded import ServerFailed
from conserje.services.tenancy import queue

PAUSE_SECONDS = 0.5
POLL_SECONDS = 1.0
LINK_SECONDS = 3.0
AGAIN = RetryStrategy(
    max_attempts=30,
    wait=1,
    retry_exceptions=(OperationalError, InterfaceError, ConnectorException, ServerFailed),
)
_LOG = logging.getLogger("conserje.worker")


class Again(BaseRetryStrategy):
    """A job that lost its database is tried again soon; what else fails, as its own strategy says."""

    def __init__(self, own: BaseRetryStrategy | None) -> None:
        self._own = own.own if isinstance(own, Again) else own

    @property
    def own(self) -> BaseRetryStrategy | None:
        """The strategy of the job itself."""
        return self._own

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None when not."""
        soon = AGAIN.get_retry_decision(exception=exception, job=job)
        if soon is not None or self._own is None:
            return soon
        return self._own.get_retry_decision(exception=exception, job=job)


def until_told() -> None:
    """Work until SIGINT or SIGTERM; a job under way is finished first."""

    async def work() -> None:
        lives = _Lives()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lives.told.set)
        await _lives(lives)

    asyncio.run(work())


def once() -> None:
    """Do what waits in the queue and stop."""
    # The queue's own connections would not start the embedded server.
    connection.ensure_connection()

    async def work() -> None:
        async with _link() as (worker, _):
            worker.wait, worker.install_signal_handlers = False, True
            await worker.run()  # type: ignore[no-untyped-call]

    asyncio.run(work())


class Link(PsycopgConnector):
    """The queue's connections. `lost` is set when a word to the queue was not heard.

    What a job enqueues goes through the connection of its own transaction: it is there when its cause is.
    """

    def __init__(self, inside: BaseConnector) -> None:
        super().__init__()
        self.lost = asyncio.Event()
        self._inside = inside

    def get_sync_connector(self) -> BaseConnector:
        """The connector of the jobs' own transactions."""
        return self._inside

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Raises `ConnectorException`."""
        # Here a key in the way also leaves a job that was not written back.
        with self._heard(ConnectorException):
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Raises `ConnectorException`."""
        with self._heard():
            found: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
        return found

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """Raises `ConnectorException`."""
        with self._heard():
            found: list[dict[str, Any]] = await super().execute_query_all_async(query, **arguments)
        return found

    @contextmanager
    def _heard(self, *also: type[Exception]) -> Iterator[None]:
        try:
            yield
        except ConnectorException as error:
            if also or not isinstance(error, UniqueViolation):
                self.lost.set()
            raise


@dataclass
class _Lives:
    told: asyncio.Event = field(default_factory=asyncio.Event)
    former: set[int] = field(default_factory=set)


async def _lives(lives: _Lives) -> None:
    while not lives.told.is_set():
        if await asyncio.to_thread(_answers):
            await _life(lives)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(lives.told.wait(), PAUSE_SECONDS)


async def _life(lives: _Lives) -> None:
    try:
        async with _link() as (worker, link):
            for worker_id in set(lives.former):
                await app.job_manager.unregister_worker(worker_id)
                lives.former.discard(worker_id)
            await queue.take_back(silent_seconds=queue.SILENT_SECONDS, park=False)
            link.lost.clear()
            ways = [worker.run(), lives.told.wait(), link.lost.wait()]  # type: ignore[no-untyped-call]
            working, *waiting = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait({working, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*waiting, working):
                task.cancel()
            ended, *_ = await asyncio.gather(working, *waiting, return_exceptions=True)
            if worker.worker_id is not None:
                lives.former.add(worker.worker_id)
    except (ConnectorException, OperationalError) as error:
        ended = error
    if not lives.told.is_set():
        _LOG.warning("the worker lost the queue (%s) and begins again", type(ended).__name__)


@asynccontextmanager
async def _link() -> AsyncIterator[tuple[Worker, Link]]:
    """A worker with connections of its own. Raises `psycopg.OperationalError` when there are none in time."""
    # What the pool would try again by itself, later and later, is given up at once: the next life tries.
    pool = AsyncConnectionPool(
        kwargs=connector_params(),
        min_size=1,
        max_size=2,
        timeout=LINK_SECONDS,
        reconnect_timeout=0,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    link = Link(app.connector)
    with app.replace_connector(link) as own:
        await pool.open(wait=True, timeout=LINK_SECONDS)
        try:
            await link.open_async(pool)
            yield _worker(own), link
        finally:
            await pool.close(timeout=LINK_SECONDS)


def _worker(own: App) -> Worker:
    own.perform_import_paths()  # type: ignore[no-untyped-call]
    for task in own.tasks.values():
        task.retry_strategy = Again(task.retry_strategy)
    return Worker(
        own,
        concurrency=1,
        task_middleware=own.worker_defaults.get("task_middleware"),
        fetch_job_polling_interval=POLL_SECONDS,
        install_signal_handlers=False,
        delete_jobs="successful",
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
