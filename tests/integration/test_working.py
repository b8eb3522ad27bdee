# SPDX-License-Identifier: Apache-2.0
"""A worker's lives: what it had begun when the queue was lost is taken up again in seconds, and done by somebody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests import harness

harness.prepare_django()

from django.db import OperationalError, connection  # noqa: E402 - Django is to be ready first
from procrastinate.contrib.django import app  # noqa: E402
from tests.integration import build  # noqa: E402

from conserje.cli import working  # noqa: E402
from conserje.services.tenancy import queue  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402

SECONDS = 15.0
# The session that writes the first job back is killed while it does, and no reaper comes.
FUSE = """
CREATE SEQUENCE fuse; GRANT ALL ON SEQUENCE fuse TO PUBLIC;
CREATE FUNCTION blow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' AND NEW.task_name = 'queue.reap' THEN NEW.status = 'cancelled'; END IF;
  IF TG_OP = 'DELETE' AND OLD.task_name = 'test.counted' AND nextval('fuse') = 1 THEN
    PERFORM pg_terminate_backend(pg_backend_pid());
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER fuse BEFORE INSERT OR DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION blow()"""
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@pytest.fixture
def counted() -> Iterator[list[Callable[[], None]]]:
    """What a job called `test.counted` does, one item a run; when there is none, nothing."""
    acts: list[Callable[[], None]] = []
    app.perform_import_paths()

    @app.task(name="test.counted")
    def run() -> None:
        _runs.append(time.monotonic())
        if acts:
            acts.pop(0)()

    _runs.clear()
    yield acts
    del app.tasks["test.counted"]


_runs: list[float] = []


def jobs(database: harness.Clone, where: str = "task_name = 'test.counted'") -> list[tuple[Any, ...]]:
    with database.connect("owner") as link:
        return link.execute(
            f"SELECT status::text, attempts FROM procrastinate_jobs WHERE {where} ORDER BY id"
        ).fetchall()


def lived(until: Callable[[], bool], during: Callable[[], None] = lambda: None) -> float:
    """Seconds a worker of this process needed until `until()`."""

    async def work() -> float:
        lives = working._Lives()
        living = asyncio.create_task(working._lives(lives))
        began = time.monotonic()
        await asyncio.to_thread(during)
        try:
            while not await asyncio.to_thread(until):
                assert time.monotonic() - began < SECONDS, "not in time"
                assert not living.done()
                await asyncio.sleep(0.05)
            return time.monotonic() - began
        finally:
            lives.told.set()
            await living

    return asyncio.run(work())


def test_a_job_whose_end_was_not_heard_is_done_again_at_once(database: harness.Clone, counted: list) -> None:
    with harness.admin(database.name) as link:
        link.execute(FUSE)

    app.configure_task("test.counted").defer()
    lived(lambda: len(_runs) == 2 and not jobs(database))


def test_a_worker_whose_sessions_were_killed_hears_of_new_work(
    database: harness.Clone, counted: list
) -> None:
    def fault() -> None:
        until = time.monotonic() + SECONDS
        while jobs(database, "task_name = 'outreach.tick'") and time.monotonic() < until:
            time.sleep(0.05)
        with harness.admin() as link:
            for _ in range(10):
                link.execute(KILL, [database.name])
                time.sleep(0.1)
        connection.close()
        app.configure_task("test.counted").defer()

    assert lived(lambda: len(_runs) == 1 and not jobs(database), fault) < SECONDS


def test_a_job_that_lost_its_database_is_done_again(database: harness.Clone, counted: list) -> None:
    def lose() -> None:
        raise OperationalError("the database went away")

    counted += [lose, lose]
    app.configure_task("test.counted").defer()
    lived(lambda: len(_runs) == 3 and not jobs(database))


def test_a_job_that_is_wrong_is_not_done_again(database: harness.Clone, counted: list) -> None:
    counted.append(lambda: 1 / 0)  # type: ignore[arg-type]
    app.configure_task("test.counted").defer()
    lived(lambda: [row[0] for row in jobs(database)] == ["failed"])
    assert len(_runs) == 1


def test_what_the_dead_had_begun_is_queued_in_the_place_of_the_same_that_waits(
    database: harness.Clone,
) -> None:
    for lock in ("twin", "alone"):
        app.configure_task("outreach.tick", queueing_lock=lock).defer(timestamp=1)
    with database.connect("owner") as link:
        link.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    app.configure_task("outreach.tick", queueing_lock="twin").defer(timestamp=1)

    async def take() -> int:
        async with working._link():
            return await queue.take_back(silent_seconds=90, park=True)

    assert asyncio.run(take()) == 2
    assert [row[0] for row in jobs(database, "true")] == ["todo", "todo"]


def test_in_a_worker_a_job_is_queued_with_its_cause_or_not_at_all(database: harness.Clone) -> None:
    creditor = build.creditor()

    def cause(fails: bool) -> None:
        try:
            with acting(creditor_id=creditor.id):
                queue.enqueue(job="outreach.turn", once=f"turn:{fails}", creditor_id=creditor.id)
                if fails:
                    raise LookupError
        except LookupError:
            pass
        finally:
            connection.close()

    async def work() -> None:
        async with working._link():
            await asyncio.to_thread(cause, True)
            await asyncio.to_thread(cause, False)

    asyncio.run(work())
    assert [row[0] for row in jobs(database, "task_name = 'outreach.turn'")] == ["todo"]
