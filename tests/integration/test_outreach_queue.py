# SPDX-License-Identifier: Apache-2.0
"""The real queue: fair turns, jobs that are given up and tried again, and what the commands say of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import harness
from tests.integration import book, build
from tests.integration.book import TUESDAY

from conserje.cli.doctor import doctor
from conserje.cli.parked import parked as parked_command
from conserje.cli.stop import stop as stop_command
from conserje.data.journal.models import Entry
from conserje.data.outreach.models import Review, SenderStop, Touch
from conserje.data.tenancy.models import Creditor
from conserje.jobs import outreach as jobs
from conserje.jobs import queue as reaper
from conserje.services.outreach import stop, sweep
from conserje.services.tenancy import queue
from conserje.services.tenancy.act import acting
from conserje.testing.world import start
from conserje.testing.world.handle import World


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with start() as running:
        yield running


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    shared_world.clear_messages()
    yield shared_world
    shared_world.clear_faults()


def due(creditor: Creditor, world: World, count: int, name: str, *, judged: bool = True) -> None:
    """A demo book whose clock stands at `TUESDAY`, with so many contacts due."""
    book.set_up(creditor, world=world)
    Creditor.objects.filter(id=creditor.id).update(is_demo=True, clock_at=TUESDAY)
    for number in range(count):
        one = book.customer(creditor, f"{name} {number}", email=f"{name}{number}@tienda.example")
        book.invoice(creditor, one, f"FE-{number}", due_on=book.days_late(5))
    if judged:
        sweep.sweep(creditor_id=creditor.id, now=TUESDAY)


def work() -> None:
    """One worker, until nothing in the queue is ready."""
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, delete_jobs="successful")


def reap() -> int:
    async def once() -> int:
        assert isinstance(app.connector, DjangoConnector)
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            async with worker.open_async():
                return await reaper.reap_silent(silent_seconds=queue.SILENT_SECONDS)

    return asyncio.run(once())


def turn_of(creditor: Creditor) -> bool:
    return queue.enqueue(job="outreach.turn", once=f"turn:{creditor.id}", creditor_id=creditor.id)


def run_sql(database: harness.Clone, query: str) -> None:
    with database.connect("admin") as link:
        link.execute(query)


def killed(database: harness.Clone) -> None:
    """The worker that had taken the waiting jobs is silent since a minute."""
    run_sql(
        database,
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
        " WHERE status = 'todo'",
    )


def waiting() -> list[str]:
    return list(ProcrastinateJob.objects.filter(status="todo").values_list("queueing_lock", flat=True))


def test_one_creditor_with_much_to_send_keeps_no_other_waiting(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = build.creditor()
    due(creditor, world, 15, "grande")
    due(other, world, 1, "chica")
    monkeypatch.setattr(jobs, "TURN_SECONDS", 2)
    world.fault("slow", phase="data", seconds=0.3, times=-1)
    began = time.monotonic()
    turn_of(creditor)
    turn_of(other)
    work()
    letters = [message.recipients[0] for message in world.messages()]
    assert len(letters) == len(set(letters)) == 16
    # The turn of two seconds had made way long before all of the fifteen had left.
    assert 0 < letters.index("chica0@tienda.example") < 10
    assert time.monotonic() - began < 120


def test_one_creditor_with_many_to_judge_makes_way_and_sends_meanwhile(
    creditor: Creditor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(creditor, world, 5, "grande", judged=False)
    monkeypatch.setattr(sweep, "sweep_chunk", partial(sweep.sweep_chunk, limit=2))
    monkeypatch.setattr(jobs, "JUDGING_SECONDS", 0)
    jobs.turn(creditor_id=creditor.id)
    with acting(creditor_id=creditor.id):
        assert Review.objects.filter(next_review_at__lte=TUESDAY - timedelta(days=1)).count() == 3
    assert len(world.messages()) == 2
    assert waiting() == [f"turn:{creditor.id}"]
    work()
    assert len(world.messages()) == 5


def test_a_job_that_fails_on_and_on_is_parked_stops_nobody_and_is_tried_again_by_a_person(
    creditor: Creditor, database: harness.Clone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = build.creditor()
    due(creditor, world, 1, "enferma")
    due(other, world, 1, "sana")
    turn = jobs.turns.turn

    def poisoned(*, creditor_id: int, **given: Any) -> Any:
        if creditor_id == creditor.id:
            raise RuntimeError("nobody foresaw this")
        return turn(creditor_id=creditor_id, **given)

    with monkeypatch.context() as planted:
        planted.setattr(jobs.turns, "turn", poisoned)
        turn_of(creditor)
        turn_of(other)
        for _ in range(queue.TRIES_MAX + 1):
            work()
            run_sql(database, "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    assert [message.recipients for message in world.messages()] == [("sana0@tienda.example",)]
    (given_up,) = queue.parked()
    assert (given_up.name, given_up.creditor_id, given_up.tries) == (
        "outreach.turn",
        creditor.id,
        queue.TRIES_MAX,
    )
    # The clock's next ticks put nothing of its name beside it.
    assert not turn_of(creditor)
    assert turn_of(other)

    listed = CliRunner().invoke(parked_command, ["--creditor", creditor.public_id])
    assert (
        f"{given_up.id}  job outreach.turn of creditor {creditor.id}: given up after 5 tries" in listed.output
    )
    said = {
        item["about"]: item for item in json.loads(CliRunner().invoke(doctor, ["--json"]).output)["findings"]
    }
    about = said[f"job outreach.turn of creditor {creditor.id}"]
    assert not about["ok"]
    assert f"conserje parked again --job {given_up.id}" in about["says"]

    asked = ["again", "--job", str(given_up.id), "--by", "7", "--creditor", creditor.public_id, "--json"]
    tried = CliRunner().invoke(parked_command, asked)
    assert json.loads(tried.output) == {"contacts": [], "jobs": [given_up.id], "left": {}}
    with acting(creditor_id=creditor.id):
        told = Entry.objects.get(kind="outreach.job.tried_again")
    assert (told.actor, told.payload) == ("person:7", {"job": given_up.id})
    work()
    assert len(world.messages()) == 2
    assert queue.parked() == []
    assert queue.again(job_id=given_up.id) is None


def test_a_job_of_a_silent_worker_is_taken_up_and_its_twin_goes(
    creditor: Creditor, database: harness.Clone
) -> None:
    turn_of(creditor)
    assert reap() == 0
    killed(database)
    assert turn_of(creditor)
    assert reap() == 1
    assert waiting() == [f"turn:{creditor.id}"]


def test_a_job_that_kills_one_worker_after_another_is_parked(
    creditor: Creditor, database: harness.Clone
) -> None:
    turn_of(creditor)
    for _ in range(queue.TRIES_MAX):
        assert queue.parked() == []
        killed(database)
        assert reap() == 1
    (given_up,) = queue.parked()
    assert given_up.tries == queue.TRIES_MAX
    assert waiting() == []
    assert not turn_of(creditor)


def test_the_commands_stop_tell_and_lift(creditor: Creditor, world: World) -> None:
    due(creditor, world, 1, "una")
    asked = ["--creditor", creditor.public_id]

    def say(*words: str) -> str:
        return CliRunner().invoke(stop_command, [*words, *asked]).output

    assert say() == "Nothing is stopped.\n"
    assert say("place", "revisamos precios", "--channel", "email", "--by", "7") == "Stopped.\n"
    assert say("place", "otra vez", "--channel", "email") == "It was stopped before.\n"
    (row,) = json.loads(CliRunner().invoke(stop_command, [*asked, "--json"]).output)["stopped"]
    assert (row["channel"], row["by"], row["reason"]) == ("email", "person:7", "revisamos precios")
    with acting(creditor_id=creditor.id):
        assert SenderStop.objects.count() == 1
    jobs.turn(creditor_id=creditor.id)
    assert world.messages() == []

    found = json.loads(CliRunner().invoke(doctor, ["--json"]).output)["findings"]
    (about,) = [item for item in found if "is stopped since" in item["says"]]
    # What a person stopped is as it should be; what the fuse stopped is not.
    assert about["ok"]
    assert "email is stopped since" in about["says"]
    stop.place(creditor_id=creditor.id, channel="", reason="too_many_failed", by="system", now=TUESDAY)
    found = json.loads(CliRunner().invoke(doctor, ["--json"]).output)["findings"]
    assert [item["ok"] for item in found if "is stopped since" in item["says"]] == [True, False]

    assert say("lift", "--channel", "letter") == "That was not stopped.\n"
    assert say("lift", "--channel", "email").startswith("Lifted")
    assert say("lift").startswith("Lifted")
    jobs.turn(creditor_id=creditor.id)
    assert len(world.messages()) == 1


def test_the_commands_list_what_was_given_up_and_try_it_again(creditor: Creditor, world: World) -> None:
    due(creditor, world, 2, "una")
    asked = ["--creditor", creditor.public_id]
    assert CliRunner().invoke(parked_command, asked).output == "Nothing is parked.\n"
    with acting(creditor_id=creditor.id):
        first, second = Touch.objects.order_by("id").values_list("id", flat=True)
        for state in ("claimed", "handing_over", "failed"):
            Touch.objects.filter(id=first).update(
                state=state,
                reason="poisoned",
                claim="00000000-0000-0000-0000-000000000001" if state != "failed" else None,
                claim_until=TUESDAY,
                ended_at=TUESDAY,
            )
    assert f"{first}  una 0: poisoned" in CliRunner().invoke(parked_command, asked).output
    found = json.loads(CliRunner().invoke(doctor, ["--json"]).output)["findings"]
    (about,) = [item for item in found if item["about"].endswith(": parked")]
    assert (about["ok"], about["says"]) == (False, "1 contacts were given up. `conserje parked` lists them.")

    again = CliRunner().invoke(
        parked_command, ["again", str(first), str(second), "99999999", "--by", "7", *asked, "--json"]
    )
    said = json.loads(again.output)
    assert len(said["contacts"]) == 1
    assert said["left"] == {str(second): "planned", "99999999": "unknown"}
    twice = CliRunner().invoke(parked_command, ["again", str(first), *asked])
    assert f"{first} was left: something newer was planned for that step." in twice.output
    with acting(creditor_id=creditor.id):
        told = Entry.objects.get(kind="outreach.parked.tried_again")
        assert (told.actor, told.subject_id) == ("person:7", said["contacts"][0])
    jobs.turn(creditor_id=creditor.id)
    letters = [message.recipients for message in world.messages()]
    assert len(letters) == len(set(letters)) == 2
