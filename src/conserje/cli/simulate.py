# SPDX-License-Identifier: Apache-2.0
"""`conserje simulate`: the real code lives invented months full of faults, and an auditor watches."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conserje.cli.book import json_option, show
from conserje.cli.main import ready
from conserje.testing.simulation.places import EVERYWHERE, ZONES

if TYPE_CHECKING:
    from conserje.cli.simulation.days import Report


@click.command()
@click.option("--seed", "seeds", type=int, multiple=True, help="Which world; may be given several times.")
@click.option("--seeds", "range_of_seeds", default="", help="Worlds from FIRST to LAST, as in 1-50.")
@click.option("--customers", default=40, show_default=True, type=click.IntRange(1, 5000))
@click.option("--days", default=45, show_default=True, type=click.IntRange(1, 600))
@click.option(
    "--pack",
    "packs",
    multiple=True,
    help="Customers of these countries (CO, MX, ...), or of all: each under its own law.",
)
@click.option(
    "--history", type=click.Path(dir_okay=False, path_type=Path), help="Write every event, a line each."
)
@json_option
def simulate(
    seeds: tuple[int, ...],
    range_of_seeds: str,
    customers: int,
    days: int,
    packs: tuple[str, ...],
    history: Path | None,
    as_json: bool,
) -> None:
    """Live invented worlds in a database of their own; exits 1 at the first rule that is broken.

    Nothing of your book is read or changed, and no message leaves this machine.
    """
    chosen, countries = _chosen(seeds, range_of_seeds), _countries(packs)
    # Whoever ends this process politely ends its databases too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ready()
    from conserje.cli.simulation import days as life
    from conserje.config.scratch import copy

    reports = []
    with _own_database() as source:
        for seed in chosen:
            with copy(f"{source}_world", source=source):
                try:
                    report = life.run(
                        seed=seed,
                        customers=customers,
                        days=days,
                        keep=history is not None,
                        countries=countries,
                    )
                except ValueError as refusal:
                    raise click.ClickException(str(refusal)) from refusal
            reports.append(report)
            if not as_json:
                click.echo("\n".join(_lines(report)))
            if history is not None:
                history.write_text("".join(line + "\n" for line in report.lines), encoding="utf-8")
    ok = all(report.ok for report in reports)
    if as_json:
        show({"ok": ok, "worlds": [_plain(report) for report in reports]}, as_json=True, lines=list)
    if not ok:
        raise SystemExit(1)


@contextmanager
def _own_database() -> Iterator[str]:
    """The name of a fresh database that worlds are copied from."""
    from conserje.config.migrating import NoOwner
    from conserje.config.scratch import NoNewDatabase, scratch

    name = f"conserje_simulation_{os.getpid()}"
    try:
        with scratch(name):
            yield name
    except (NoOwner, NoNewDatabase) as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _chosen(seeds: tuple[int, ...], range_of_seeds: str) -> list[int]:
    if not range_of_seeds:
        return list(seeds) or [1]
    first, _, last = range_of_seeds.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(first) > int(last or first):
        raise click.ClickException(f"'{range_of_seeds}' is not a range of seeds. Write it like 1-50.")
    return [*seeds, *range(int(first), int(last or first) + 1)]


def _countries(packs: tuple[str, ...]) -> tuple[str, ...]:
    """The countries named, or all that have a law; none named: those of one seller in Colombia."""
    if "all" in packs:
        return EVERYWHERE
    wanted = tuple(dict.fromkeys(code.upper() for code in packs))
    unknown = [code for code in wanted if code not in ZONES]
    if unknown:
        raise click.ClickException(
            f"No world knows {', '.join(unknown)}. There are: {', '.join(ZONES)}, all."
        )
    return wanted


def _plain(report: Report) -> dict[str, Any]:
    return {
        "seed": report.seed,
        "customers": report.customers,
        "days": report.days,
        "days_lived": report.days_lived,
        "first_day": report.first_day,
        "last_day": report.last_day,
        "events": report.events,
        "letters": report.letters,
        "crashes": report.crashes,
        "digest": report.digest,
        "kinds": report.kinds,
        "ok": report.ok,
        "findings": [
            {"at": item.at.isoformat(), "rule": item.rule, "customer": item.who, "evidence": item.evidence}
            for item in report.findings
        ],
    }


def _lines(report: Report) -> list[str]:
    lived = f"{_day(report.first_day)} to {_day(report.last_day)}"
    lines = [
        f"Seed {report.seed}: {report.customers} customers, {report.days_lived} of {report.days} days, {lived}.",
        f"  {report.letters} letters, {report.events} events, {report.crashes} crashes. World {report.digest}",
    ]
    if report.ok:
        return [*lines, "  The auditor found nothing."]
    again = report.again
    found = [f"  {item.line()}" for item in report.findings[:10]]
    return [*lines, f"  The auditor found {len(report.findings)}:", *found, f"  The same again: {again}"]


def _day(on: date) -> str:
    return on.isoformat()
