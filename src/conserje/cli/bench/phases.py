# SPDX-License-Identifier: Apache-2.0
"""The phases of the bench: each runs the real work in worker processes and, beside it, the machine's own limit."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conserje.cli.bench import crew
from conserje.cli.bench.crew import Together
from conserje.cli.bench.worker import Task

if TYPE_CHECKING:
    from conserje.services.insights.bench.book import Shape
    from conserje.testing.world import World

Say = Callable[[str], None]
EVERY = ("import_csv", "import_xlsx", "sweep", "second_sweep", "render", "mime", "send", "gate")
# Those that need no invented book.
BOOKLESS = ("import_csv", "import_xlsx", "gate")
JUDGED = 4_000


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: the book's shape, how many workers, and where its database and its outside world are."""

    shape: Shape
    creditor_id: int
    workers: int
    letters: int
    messages: int
    lines: int
    environment: Mapping[str, str]
    folder: Path
    world: World | None
    say: Say
    sample: list[Any] = field(default_factory=list)

    def task(self, phase: str, share: int = 0, shares: int = 1, limit: int = 0) -> Task:
        """One worker's task on the invented book."""
        return Task(phase, self.creditor_id, self.shape.now, share, shares, limit)

    def work(self, what: str, tasks: list[Task]) -> Together:
        """Let a crew work, telling how far it is."""
        return crew.work(
            tasks, environment=self.environment, told=lambda rows: self.say(f"{what}: {rows} ...")
        )


def measure(bench: Bench, phase: str) -> dict[str, Any]:
    """The figures of one phase, as `docs/cli.md` describes them."""
    found: dict[str, Any] = {
        "import_csv": lambda: _import(bench, "csv"),
        "import_xlsx": lambda: _import(bench, "xlsx"),
        "sweep": lambda: _sweep(bench),
        "second_sweep": lambda: _second_sweep(bench),
        "render": lambda: _render(bench),
        "mime": lambda: _mime(bench),
        "send": lambda: _send(bench),
        "gate": _gate,
    }[phase]()
    bench.say(
        f"{phase}: {found['rows']} in {found['seconds']:.2f} s, {found['invoices_per_s']} invoices/s, "
        f"{found['ratio_to_limit']} x the machine's limit"
    )
    return found


def _figures(used: Together, *, limit: float, invoices: int) -> dict[str, Any]:
    return {
        "rows": used.rows,
        "invoices": invoices,
        "seconds": round(used.seconds, 3),
        "invoices_per_s": round(invoices / used.seconds) if used.seconds else 0,
        "cpu_s": used.cpu_s,
        "peak_rss_mb": used.peak_rss_mb,
        "statements": used.statements,
        "limit_seconds": round(limit, 4),
        "ratio_to_limit": round(used.seconds / limit, 2) if limit else None,
    }


def _gate() -> dict[str, Any]:
    """Contacts judged in five lands with three histories: processor time, beside the goal for one contact."""
    from conserje.cli.bench import gate

    began, own = time.perf_counter(), time.process_time()
    costs = list(gate.costs(count=JUDGED, spent=time.process_time))
    rows, spent = JUDGED * len(costs), sum(item.microseconds * JUDGED for item in costs) / 1_000_000
    goal = rows * gate.GOAL_MICROSECONDS / 1_000_000
    return {
        "rows": rows,
        "invoices": 0,
        "seconds": round(time.perf_counter() - began, 3),
        "invoices_per_s": 0,
        "cpu_s": round(time.process_time() - own, 2),
        "peak_rss_mb": -(-resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
        "statements": 0,
        "limit_seconds": round(goal, 4),
        "ratio_to_limit": round(spent / goal, 2),
        "goal_microseconds": gate.GOAL_MICROSECONDS,
        "microseconds": round(spent / rows * 1_000_000, 1),
        "worst_microseconds": max(item.microseconds for item in costs),
        "each": [asdict(item) for item in costs],
    }


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _import(bench: Bench, ending: str) -> dict[str, Any]:
    from conserje.services.insights.bench import book, files, limits

    today, count = bench.shape.now.date(), bench.lines
    path = bench.folder / f"cartera.{ending}"
    {"csv": files.write_csv, "xlsx": files.write_xlsx}[ending](path, count=count, today=today)
    creditor_id = book.creditor(shape=bench.shape, name=f"Taller Imaginario {ending}")
    rows = list(files.as_texts(count=count, today=today))
    limit = _timed(lambda: limits.copy_rows(creditor_id=creditor_id, headers=files.HEADERS, rows=rows))
    used = bench.work(f"import_{ending}", [Task("import", creditor_id, bench.shape.now, 0, 1, 0, str(path))])
    return _figures(used, limit=limit, invoices=used.rows)


def _sweep(bench: Bench) -> dict[str, Any]:
    from conserje.services.insights.bench import limits, work

    shape, creditor_id = bench.shape, bench.creditor_id
    limit = _timed(lambda: limits.decide_in_one_statement(creditor_id=creditor_id, now=shape.now))
    used = bench.work("sweep", [bench.task("sweep") for _ in range(bench.workers)])
    touches, _ = work.planned(creditor_id=creditor_id)
    owed = shape.invoices_of_due if used.rows else 0
    return {**_figures(used, limit=limit, invoices=owed), "touches": touches}


def _second_sweep(bench: Bench) -> dict[str, Any]:
    from conserje.services.insights.bench import limits

    later = replace(bench.task("sweep"), now=bench.shape.now + timedelta(minutes=1))
    limit = _timed(lambda: limits.look_once(creditor_id=bench.creditor_id, now=later.now))
    return _figures(bench.work("second_sweep", [later]), limit=limit, invoices=bench.shape.invoices)


def _shares(bench: Bench, phase: str, limit: int) -> list[Task]:
    return [
        bench.task(phase, share, bench.workers, -(-limit // bench.workers)) for share in range(bench.workers)
    ]


def _ensure_planned(bench: Bench) -> None:
    """Contacts to write and send, also where no sweep was asked for."""
    from conserje.services.insights.bench import work

    if not work.planned(creditor_id=bench.creditor_id)[0]:
        for _ in work.sweep_all(creditor_id=bench.creditor_id, now=bench.shape.now):
            pass


def _written(bench: Bench) -> list[Any]:
    """A few letters of the book, written here to measure limits with."""
    from conserje.services.insights.bench import work

    if not bench.sample:
        batches = work.gathered(
            creditor_id=bench.creditor_id, portion=work.Portion(0, 1, work.BATCH), now=bench.shape.now
        )
        for letters in work.write(creditor_id=bench.creditor_id, batches=batches, now=bench.shape.now):
            bench.sample.extend(letters)
    return bench.sample


def _render(bench: Bench) -> dict[str, Any]:
    from conserje.services.insights.bench import limits

    _ensure_planned(bench)
    used = bench.work("render", _shares(bench, "render", bench.letters))
    sample = _written(bench)[0].letter
    limit = _timed(lambda: limits.render_bare(text=sample.text, html=sample.html, count=used.rows))
    return _figures(used, limit=limit / bench.workers, invoices=used.invoices)


def _mime(bench: Bench) -> dict[str, Any]:
    from conserje.services.insights.bench import limits

    _ensure_planned(bench)
    used = bench.work("mime", _shares(bench, "mime", bench.letters))
    texts = [item.letter.text for item in _written(bench)]
    limit = _timed(lambda: limits.build_bare(texts=(texts[n % len(texts)] for n in range(used.rows))))
    return _figures(used, limit=limit / bench.workers, invoices=used.invoices)


def _send(bench: Bench) -> dict[str, Any]:
    from conserje.services.insights.bench import work
    from conserje.services.outreach import mime
    from conserje.testing.world import bare_sender

    world = bench.world
    assert world is not None
    _ensure_planned(bench)
    alone = bench.work("send, one worker", [bench.task("send", limit=bench.messages)])
    world.clear_messages()
    used = bench.work("send", _shares(bench, "send", bench.messages))
    world.clear_messages()
    (mail, *_) = work.mails(creditor_id=bench.creditor_id, written=_written(bench)[:1], now=bench.shape.now)
    content = mime.build(mail, attachments=())
    limit = _timed(lambda: bare_sender.send(world.host, world.smtp_port, content, bench.messages))
    per_touch = bench.shape.invoices / bench.shape.customers
    return {
        **_figures(used, limit=limit, invoices=round(used.rows * per_touch)),
        "messages_per_s": round(used.rows / used.seconds, 1) if used.seconds else 0,
        "one_worker": {
            "rows": alone.rows,
            "seconds": round(alone.seconds, 3),
            "cpu_s": alone.cpu_s,
            "messages_per_s": round(alone.rows / alone.seconds, 1) if alone.seconds else 0,
        },
    }
