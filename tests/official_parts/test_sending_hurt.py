# SPDX-License-Identifier: Apache-2.0
"""Senders killed at every write, stopped past their lease, and lied to; judged by the mail server's own log.

The sender is a process of its own; what it leaves is finished by another. Tables are printed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests import harness

harness.prepare_django()

from django.db import connections  # noqa: E402
from tests.integration import book, build  # noqa: E402
from tests.integration.book import TUESDAY  # noqa: E402

from conserje.channels.email_smtp.adapter import SmtpSession  # noqa: E402
from conserje.data.outreach import hand_over  # noqa: E402
from conserje.data.outreach.models import Touch  # noqa: E402
from conserje.services.outreach import prepare, record, send, sweep, unsure  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402
from conserje.testing.world import start  # noqa: E402
from conserje.testing.world.handle import World  # noqa: E402

pytestmark = pytest.mark.official

WRITES_MOST = 80


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with start() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Ready:
    """A database in which letters are due, to be copied for each case."""

    database: harness.Clone
    creditor_id: int


@pytest.fixture(scope="module")
def one_due(template: str, world: World) -> Iterator[Ready]:
    with made_ready(template, world, 1) as ready:
        yield ready


@contextmanager
def made_ready(template: str, world: World, count: int) -> Iterator[Ready]:
    with harness.clone(template) as clone:
        with harness.django_on(clone):
            creditor = build.creditor()
            book.set_up(creditor, world=world)
            for number in range(count):
                one = book.customer(creditor, f"Tienda {number}", email=f"pagos{number}@tienda.example")
                book.invoice(creditor, one, f"FE-{number}", due_on=book.days_late(5))
            sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        yield Ready(clone, creditor.id)


@contextmanager
def copied(ready: Ready, world: World) -> Iterator[harness.Clone]:
    world.clear_faults()
    world.clear_messages()
    with harness.clone(ready.database.name) as clone, harness.django_on(clone):
        yield clone


def work(ready: Ready, minutes: int = 0) -> None:
    """What a worker does."""
    moment = TUESDAY + timedelta(minutes=minutes)
    record.reap(creditor_id=ready.creditor_id, now=moment)
    send.send_due(creditor_id=ready.creditor_id, clock=book.at(moment))


def lapse(ready: Ready) -> None:
    with acting(creditor_id=ready.creditor_id):
        Touch.objects.filter(state__in=["claimed", "handing_over"]).update(
            claim_until=TUESDAY - timedelta(days=1000)
        )


def look(ready: Ready) -> tuple[str, int, bool]:
    """The touch's state and strikes, and whether a person is shown it."""
    with acting(creditor_id=ready.creditor_id):
        ((state, strikes),) = Touch.objects.values_list("state", "strikes")
        return state, strikes, bool(unsure.waiting(creditor_id=ready.creditor_id))


@contextmanager
def another_process(doing: Callable[[], None]) -> Iterator[tuple[int, Callable[[], None]]]:
    """A copy of this process that does something when told to, and nothing else."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _obey(reading, doing)
    os.close(reading)

    def go() -> None:
        with suppress(BrokenPipeError):
            os.write(writing, b"1")

    try:
        yield child, go
    finally:
        os.close(writing)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _obey(reading: int, doing: Callable[[], None]) -> NoReturn:
    try:
        os.read(reading, 1)
        doing()
    except BaseException:
        os._exit(1)
    os._exit(0)


def killed_at(child: int, go: Callable[[], None], write: int) -> bool:
    """Kill the process at its so many-th network write; False when it ended before."""
    strace = shutil.which("strace")
    assert strace, "Install strace: the sweep kills the sender at each of its writes."
    inject = f"inject=sendto:signal=SIGKILL:when={write}"
    command = [strace, "-f", "-qq", "-e", "trace=sendto", "-e", inject, "-o", "/dev/null", "-p", str(child)]
    with subprocess.Popen(command) as tracer:
        until = time.monotonic() + 60
        while not re.search(rf"TracerPid:\t{tracer.pid}\b", Path(f"/proc/{child}/status").read_text()):
            assert time.monotonic() < until
            time.sleep(0.01)
        go()
        _, status = os.waitpid(child, 0)
        tracer.wait(60)
    return os.WIFSIGNALED(status)


def say(title: str, rows: list[tuple[Any, ...]]) -> None:
    sys.stderr.write(f"\n{title}\n")
    for row in rows:
        sys.stderr.write("  " + " | ".join(str(cell) for cell in row) + "\n")


def test_a_sender_killed_at_each_of_its_writes(one_due: Ready, world: World) -> None:
    rows: list[tuple[Any, ...]] = []
    for write in range(1, WRITES_MOST):
        with copied(one_due, world):
            with another_process(lambda: work(one_due)) as (child, go):
                killed = killed_at(child, go, write)
            left, _, _ = look(one_due)
            lapse(one_due)
            for minutes in (2, 3, 60):
                work(one_due, minutes)
            state, strikes, shown = look(one_due)
            rows.append((write, left, len(world.messages()), state, strikes, shown))
        if not killed:
            break
    say("killed at write | left as | messages at the server | then | strikes | shown to a person", rows)
    *hurt, whole = rows
    assert whole[1:4] == ("accepted", 1, "accepted")
    assert all(messages <= 1 for _, _, messages, _, _, _ in rows)
    # Nothing is lost in silence: it was delivered and says so, or a person is shown that nobody knows.
    assert all(
        (messages, state) == (1, "accepted") or (state == "unsure" and shown)
        for _, _, messages, state, _, shown in rows
    )
    # In doubt only from the mark to the recorded answer.
    assert all((left == "handing_over") == (state == "unsure") for _, left, _, state, _, _ in hurt)
    assert 0 < sum(state == "unsure" for _, _, _, state, _, _ in hurt) <= len(hurt) // 3


def stopping(place: str) -> None:
    """In the child: stop at a place, as a machine does that is paused."""

    def before(owner: Any, name: str) -> None:
        kept = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            os.kill(os.getpid(), signal.SIGSTOP)
            return kept(*given, **named)

        setattr(owner, name, wrapped)

    def after(owner: Any, name: str) -> None:
        kept = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            found = kept(*given, **named)
            os.kill(os.getpid(), signal.SIGSTOP)
            return found

        setattr(owner, name, wrapped)

    places: dict[str, Callable[[], None]] = {
        "claimed": lambda: before(prepare, "prepare"),
        "prepared": lambda: before(SmtpSession, "send"),
        "marked": lambda: after(hand_over, "mark"),
        "accepted": lambda: before(record, "outcome"),
    }
    places[place]()


def test_a_sender_stopped_past_its_lease_never_makes_two_messages(one_due: Ready, world: World) -> None:
    rows = []
    for place in ("claimed", "prepared", "marked", "accepted"):
        with copied(one_due, world):

            def doing(place: str = place) -> None:
                stopping(place)
                work(one_due)

            with another_process(doing) as (child, go):
                go()
                _, status = os.waitpid(child, os.WUNTRACED)
                assert os.WIFSTOPPED(status)
                lapse(one_due)
                work(one_due, 2)
                taken_over = len(world.messages())
                os.kill(child, signal.SIGCONT)
                os.waitpid(child, 0)
            work(one_due, 3)
            state, _, shown = look(one_due)
            rows.append((place, taken_over, len(world.messages()), state, shown))
    say("stopped when | messages before it went on | in all | then | shown to a person", rows)
    assert all(messages == 1 for _, _, messages, _, _ in rows)
    assert [state for _, _, _, state, _ in rows] == ["accepted", "accepted", "unsure", "unsure"]


# Fault at the server -> messages it took, and the touch's state, at once and after two hours.
LIES: dict[str, tuple[dict[str, Any], tuple[int, str], tuple[int, str]]] = {
    "takes it and hangs up": ({"kind": "drop", "phase": "end"}, (1, "unsure"), (1, "unsure")),
    "takes it and is silent": (
        {"kind": "hang", "phase": "end", "seconds": 40},
        (1, "unsure"),
        (1, "unsure"),
    ),
    "takes it and talks nonsense": ({"kind": "nonsense", "phase": "end"}, (1, "unsure"), (1, "unsure")),
    "takes it slowly": ({"kind": "slow", "phase": "end", "seconds": 3}, (1, "accepted"), (1, "accepted")),
    "451 before the content": ({"kind": "reject", "phase": "data"}, (0, "planned"), (1, "accepted")),
    "451 after the content": ({"kind": "reject", "phase": "end"}, (0, "planned"), (1, "accepted")),
    "421 after the content": (
        {"kind": "reject", "phase": "end", "code": 421},
        (0, "planned"),
        (1, "accepted"),
    ),
    "421 at the recipient": (
        {"kind": "reject", "phase": "rcpt", "code": 421},
        (0, "planned"),
        (1, "accepted"),
    ),
    "550 at the recipient": (
        {"kind": "reject", "phase": "rcpt", "code": 550, "text": "5.1.1 nobody"},
        (0, "failed"),
        (0, "failed"),
    ),
    "hangs up before the content": ({"kind": "drop", "phase": "data"}, (0, "planned"), (1, "accepted")),
}


def test_what_becomes_of_a_letter_at_a_server_that_lies(one_due: Ready, world: World) -> None:
    rows: list[tuple[Any, ...]] = []
    for name, (fault, *_) in LIES.items():
        with copied(one_due, world):
            world.fault(**fault)
            work(one_due)
            first = (len(world.messages()), look(one_due)[0])
            world.clear_faults()
            for minutes in (5, 20, 120):
                work(one_due, minutes)
            state, _, shown = look(one_due)
            rows.append((name, first, (len(world.messages()), state), shown))
    say("the server | messages, state | after two hours | shown to a person", rows)
    assert [(name, first, then) for name, first, then, _ in rows] == [
        (name, first, then) for name, (_, first, then) in LIES.items()
    ]
    assert all(shown == (then[1] == "unsure") for _, _, then, shown in rows)
