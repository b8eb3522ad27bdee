# SPDX-License-Identifier: Apache-2.0
"""`conserje bench`: how fast this machine and this server do the product's work, beside their own limit."""

from __future__ import annotations

import json
import os
import platform
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conserje.cli.book import json_option
from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.services.insights.bench.book import Shape

# Tuesday 17 November 2026, 10:00 in Bogota: an ordinary working hour.
NOW = datetime(2026, 11, 17, 15, tzinfo=UTC)
_SERVER = "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')"


@click.group()
def bench() -> None:
    """Measure this machine on an invented book, in a database of its own that is dropped afterwards."""


@bench.command()
@click.option("--invoices", default=40_000, show_default=True, type=click.IntRange(1), help="Open invoices.")
@click.option("--customers", default=10_000, show_default=True, type=click.IntRange(1), help="Who owe them.")
@click.option(
    "--due-share", default=1.0, show_default=True, type=click.FloatRange(0, 1), help="Part that is due."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--letters", default=10_000, show_default=True, type=click.IntRange(1), help="Letters at most.")
@click.option(
    "--messages", default=2_000, show_default=True, type=click.IntRange(1), help="Messages to send."
)
@click.option(
    "--lines", default=100_000, show_default=True, type=click.IntRange(10), help="Lines of the files."
)
@click.option("--phases", "names", default="", help="Only these, as in sweep,second_sweep.")
@json_option
def run(names: str, as_json: bool, **asked: Any) -> None:
    """Fill an invented book and measure importing, sweeping, writing and sending on it."""
    from conserje.cli.bench.phases import EVERY

    wanted = [name for name in names.split(",") if name] or list(EVERY)
    unknown = sorted(set(wanted) - set(EVERY))
    if unknown:
        raise click.ClickException(f"There is no phase {', '.join(unknown)}. There are: {', '.join(EVERY)}.")
    if asked["invoices"] < asked["customers"]:
        raise click.ClickException(
            "Every customer owes something: give at least as many invoices as customers."
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        result = _measure([name for name in EVERY if name in wanted], asked)
    except KeyboardInterrupt:
        raise click.ClickException("Stopped. The database that was made for measuring is gone.") from None
    click.echo(json.dumps(result, indent=2) if as_json else _lines(result))


@bench.command(hidden=True)
@click.argument("task")
def work(task: str) -> None:
    """One worker, started by `bench run`."""
    from conserje.cli.bench import worker

    given = json.loads(task)
    worker.run(worker.Task(**{**given, "now": datetime.fromisoformat(given["now"])}))


def _measure(wanted: list[str], asked: dict[str, Any]) -> dict[str, Any]:
    from conserje.cli.bench import phases
    from conserje.testing import world

    with ExitStack() as stack:
        running = stack.enter_context(world.start())
        os.environ["CONSERJE_REACHABLE_HOSTS"] = running.host
        environment = stack.enter_context(_scratch())
        from conserje.services.insights.bench.book import Shape

        due = round(asked["customers"] * asked["due_share"])
        shape = Shape(asked["invoices"], asked["customers"], due, NOW)
        filled = time.perf_counter()
        creditor_id = _fill(shape, running.host, running.smtp_port, needed=set(wanted) - set(phases.BOOKLESS))
        bench = phases.Bench(
            shape=shape,
            creditor_id=creditor_id,
            environment=environment,
            folder=Path(stack.enter_context(tempfile.TemporaryDirectory())),
            world=running,
            say=_say,
            **{name: asked[name] for name in ("workers", "letters", "messages", "lines")},
        )
        found = {"fill_seconds": round(time.perf_counter() - filled, 1), "machine": _machine()}
        return {
            "asked": {**asked, "due_customers": due},
            **found,
            "phases": {name: phases.measure(bench, name) for name in wanted},
        }


@contextmanager
def _scratch() -> Iterator[dict[str, str]]:
    ready()
    from conserje.config.migrating import NoOwner
    from conserje.config.scratch import NoNewDatabase, scratch

    try:
        _say("Making a database for measuring ...")
        with scratch(f"conserje_bench_{os.getpid()}") as environment:
            yield environment
    except (NoOwner, NoNewDatabase) as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _fill(shape: Shape, host: str, port: int, *, needed: set[str]) -> int:
    from django.db import connections

    from conserje.config.migrating import OWNER
    from conserje.services.insights.bench import book, limits

    creditor_id = book.creditor(shape=shape)
    book.carry(creditor_id=creditor_id, host=host, port=port, now=shape.now)
    if not needed:
        return creditor_id
    for standing in book.fill(creditor_id=creditor_id, shape=shape):
        _say(f"Inventing: {standing} of {shape.customers} customers ...")
    with connections[OWNER].cursor() as cursor:
        for statement in limits.BESIDE:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    connections[OWNER].close()
    return creditor_id


def _machine() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_SERVER)
        version, fsync, synchronous = cursor.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": memory // 2**20,
        "python": platform.python_version(),
        "postgres": version,
        "fsync": fsync,
        "synchronous_commit": synchronous,
    }


def _say(text: str) -> None:
    click.echo(text, err=True)


def _lines(result: dict[str, Any]) -> str:
    machine = result["machine"]
    lines = [
        f"{machine['cores']} cores, {machine['memory_mb']} MB, Python {machine['python']}, PostgreSQL "
        f"{machine['postgres']}, fsync {machine['fsync']}, synchronous_commit {machine['synchronous_commit']}",
        f"{'phase':<13}{'rows':>9}{'seconds':>10}{'invoices/s':>12}{'cpu s':>8}{'MB':>6}{'x limit':>9}",
    ]
    for name, item in result["phases"].items():
        lines.append(
            f"{name:<13}{item['rows']:>9}{item['seconds']:>10.2f}{item['invoices_per_s']:>12}"
            f"{item['cpu_s'] if item['cpu_s'] is not None else '-':>8}{item['peak_rss_mb']:>6}"
            f"{item['ratio_to_limit'] if item['ratio_to_limit'] is not None else '-':>9}"
        )
    return "\n".join(lines)
