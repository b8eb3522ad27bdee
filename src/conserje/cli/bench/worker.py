# SPDX-License-Identifier: Apache-2.0
"""One worker process of the bench: prepares its part, says it is ready, waits for the word, works, tells what it used.

It speaks lines of JSON on standard output: {"ready": true}, {"done": rows so far} and, last, {"used": {...}}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any

from conserje.cli.bench.meter import Meter
from conserje.cli.main import ready

Done = tuple[int, int]
_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do: a phase of `PHASES`, on one creditor's book at one moment."""

    phase: str
    creditor_id: int
    now: datetime
    share: int
    shares: int
    limit: int
    path: str = ""


def run(task: Task) -> None:
    """Work off `task`, speaking to the parent process."""
    ready()
    meter = Meter()
    work = PHASES[task.phase](task)
    _tell({"ready": True})
    if not sys.stdin.readline():
        return
    rows = invoices = 0
    meter.start()
    for done, owed in work():
        rows, invoices = rows + done, invoices + owed
        _tell({"done": rows})
    _tell({"used": meter.stop(rows, invoices).plain()})


def _tell(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _sweep(task: Task) -> Callable[[], Iterator[Done]]:
    from conserje.services.insights.bench import work

    return lambda: ((rows, 0) for rows in work.sweep_all(creditor_id=task.creditor_id, now=task.now))


def _render(task: Task) -> Callable[[], Iterator[Done]]:
    from conserje.services.insights.bench import work

    batches = _gathered(task)

    def start() -> Iterator[Done]:
        written = work.write(creditor_id=task.creditor_id, batches=batches, now=task.now)
        for batch, letters in zip(batches, written, strict=True):
            yield len(letters), sum(len(item.asked) for item in batch.writings)

    return start


def _mime(task: Task) -> Callable[[], Iterator[Done]]:
    from conserje.services.insights.bench import work
    from conserje.services.outreach import mime

    # A few thousand letters, gone round: hundreds of thousands of finished ones would not fit into memory.
    batches = _gathered(replace(task, limit=min(task.limit, _KEPT)))
    written = work.write(creditor_id=task.creditor_id, batches=batches, now=task.now)
    sheets = [
        (work.mails(creditor_id=task.creditor_id, written=letters, now=task.now), batch)
        for batch, letters in zip(batches, written, strict=True)
    ]

    def start() -> Iterator[Done]:
        known = sum(len(batch.writings) for batch in batches)
        left = task.limit if known == _KEPT else known
        for mails, batch in cycle(sheets):
            for mail in mails[:left]:
                mime.build(mail, attachments=())
            yield len(mails[:left]), sum(len(item.asked) for item in batch.writings[:left])
            left -= len(mails[:left])
            if not left:
                return

    return start


def _gathered(task: Task) -> list[Any]:
    from conserje.services.insights.bench import work

    portion = work.Portion(task.share, task.shares, task.limit)
    return work.gathered(creditor_id=task.creditor_id, portion=portion, now=task.now)


def _send(task: Task) -> Callable[[], Iterator[Done]]:
    from conserje.services.insights.bench import work

    def start() -> Iterator[Done]:
        yield work.send_some(creditor_id=task.creditor_id, clock=lambda: task.now, limit=task.limit), 0

    return start


def _bring_in(task: Task) -> Callable[[], Iterator[Done]]:
    from conserje.services.insights.bench import work

    def start() -> Iterator[Done]:
        rows = work.bring_in(creditor_id=task.creditor_id, path=Path(task.path), now=task.now)
        yield rows, rows

    return start


PHASES: dict[str, Callable[[Task], Callable[[], Iterator[Done]]]] = {
    "import": _bring_in,
    "sweep": _sweep,
    "render": _render,
    "mime": _mime,
    "send": _send,
}
