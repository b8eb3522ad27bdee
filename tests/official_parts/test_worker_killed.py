# SPDX-License-Identifier: Apache-2.0
"""`kill -9` of a real worker in the middle of a batch, five times over; judged by the mailbox of the outside world.

The five run beside each other, each with a database and a mail server of its own, because nearly all of their time is
waiting for the dead worker's lease. The two minutes are counted from when the second worker stands ready, as it does
where there is one for each core: how long a process takes to start is not what is asked here.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests import harness

harness.prepare_django()

from tests.integration import book, build  # noqa: E402 - Django is to be ready first
from tests.integration.book import TUESDAY  # noqa: E402

from conserje.data.outreach.models import Touch  # noqa: E402
from conserje.data.tenancy.models import Creditor  # noqa: E402
from conserje.services.outreach import sweep  # noqa: E402
from conserje.services.tenancy.act import acting  # noqa: E402
from conserje.testing.world import start  # noqa: E402
from conserje.testing.world.handle import World  # noqa: E402

pytestmark = pytest.mark.official

DUE = 30
# How many messages had arrived when the worker was killed: in its first batch, in its second, near the end.
KILLED_AFTER = (2, 7, 12, 18, 25)
SECONDS = 120.0
_NEWEST = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
_OPEN = "SELECT count(*) FROM outreach_touch WHERE state IN ('planned', 'claimed', 'handing_over')"


@dataclass
class Case:
    """One installation: how many messages had arrived at the kill, and in how many seconds the rest had left."""

    after: int
    world: World
    database: harness.Clone
    creditor_id: int
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0
    ready_at: float = 0.0
    seconds: float = 0.0

    def work(self) -> None:
        with self.log.open("ab") as out:
            command = [sys.executable, "-m", "conserje.cli", "worker"]
            self.processes.append(
                subprocess.Popen(command, env=self.database.environment(), stdout=out, stderr=out)
            )

    def kill(self) -> None:
        self.killed = self._ask(_NEWEST)
        self.processes[0].kill()
        self.processes[0].wait()
        self.world.clear_faults()

    def open(self) -> int:
        """Messages that have no end yet."""
        return self._ask(_OPEN)

    def ready(self) -> bool:
        """Whether the second worker has told the queue of itself."""
        if not self.ready_at and self._ask(_NEWEST) > self.killed:
            self.ready_at = time.monotonic()
        return bool(self.ready_at)

    def _ask(self, query: str) -> int:
        with self.database.connect("admin") as link:
            ((answer,),) = link.execute(query).fetchall()
        return int(answer)


@contextmanager
def installation(template: str, after: int, folder: Path) -> Iterator[Case]:
    """A demo book, whose hour stands still, with so many messages due."""
    with ExitStack() as stack:
        world = stack.enter_context(start())
        clone = stack.enter_context(harness.clone(template))
        with harness.django_on(clone):
            creditor = build.creditor()
            book.set_up(creditor, world=world)
            Creditor.objects.filter(id=creditor.id).update(is_demo=True, clock_at=TUESDAY)
            for number in range(DUE):
                one = book.customer(creditor, f"Tienda {number}", email=f"pagos{number}@tienda.example")
                book.invoice(creditor, one, f"FE-{number}", due_on=book.days_late(5))
            sweep.sweep(creditor_id=creditor.id, now=TUESDAY)
        world.fault("slow", phase="data", seconds=0.5, times=-1)
        case = Case(after, world, clone, creditor.id, folder / f"worker-{after}.log")
        try:
            yield case
        finally:
            for process in case.processes:
                process.kill()
                process.wait()


def test_what_a_killed_worker_left_leaves_within_two_minutes_and_never_twice(
    template: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        cases = [stack.enter_context(installation(template, after, tmp_path)) for after in KILLED_AFTER]
        for case in cases:
            case.work()
        waiting = list(cases)
        until = time.monotonic() + 240
        while waiting:
            assert time.monotonic() < until, [case.log.read_text()[-2000:] for case in waiting]
            for case in [one for one in waiting if len(one.world.messages()) >= one.after]:
                case.kill()
                case.work()
                waiting.remove(case)
            time.sleep(0.05)
        left = [(len(case.world.messages()), case.open()) for case in cases]
        while len([case for case in cases if case.ready()]) < len(cases):
            assert time.monotonic() < until + 120, [case.log.read_text()[-2000:] for case in cases]
            time.sleep(0.2)
        waiting = list(cases)
        while waiting:
            for case in waiting:
                case.seconds = time.monotonic() - case.ready_at
                assert case.seconds < SECONDS, (case.after, case.open(), case.log.read_text()[-2000:])
            waiting = [case for case in waiting if case.open()]
            time.sleep(0.5)
        rows = [_judged(case, *before) for case, before in zip(cases, left, strict=True)]
    sys.stderr.write("\narrived at the kill | still open then | arrived in all | unsure | seconds\n")
    for row in rows:
        sys.stderr.write("  " + " | ".join(str(cell) for cell in row) + "\n")


def _judged(case: Case, arrived: int, still_open: int) -> tuple[int, int, int, int, int]:
    assert 0 < still_open < DUE, "The kill did not fall into the middle of a batch."
    letters = [recipient for message in case.world.messages() for recipient in message.recipients]
    assert len(letters) == len(set(letters)), "Somebody was written to twice."
    with harness.django_on(case.database), acting(creditor_id=case.creditor_id):
        ends = dict(Touch.objects.values_list("point__address", "state"))
    assert set(ends.values()) <= {"accepted", "unsure"}
    unsure = {address for address, state in ends.items() if state == "unsure"}
    # At most the one that it was handing over: a person is asked about it.
    assert len(unsure) <= 1
    assert set(ends) - unsure <= set(letters)
    return arrived, still_open, len(letters), len(unsure), round(case.seconds)
