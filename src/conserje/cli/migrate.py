# SPDX-License-Identifier: Apache-2.0
"""`conserje migrate`: bring the tables up to date, as the role that owns them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from conserje.cli.book import json_option, show
from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.config.migrating import Plan

RECENT = timedelta(hours=24)


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
@click.option("--check", is_flag=True, help="Only say what would change; exits 3 when something would.")
@click.option("--without-backup", is_flag=True, help="Change for good although there is no backup of today.")
@json_option
def migrate(*, quiet: bool, check: bool, without_backup: bool, as_json: bool) -> None:
    """Bring the database up to date; safe to repeat, and while workers run."""
    ready()
    from conserje.config import migrating

    try:
        plan = migrating.plan()
        if check:
            _say(plan, as_json)
            return
        if plan.unknown:
            raise click.ClickException(
                f"The database is newer than this Conserje (it knows {plan.unknown[0]}): nothing was changed. "
                f"Install the "
                "version that migrated it."
            )
        if plan.for_good and not without_backup and _has_books() and not _backed_up():
            raise click.ClickException(
                f"{', '.join(plan.for_good)} cannot be taken back, and there is no backup of the last 24 hours: "
                f"nothing was "
                "changed. Run `conserje backup FILE` first, or give --without-backup."
            )
        applied = migrating.bring_up_to_date(verbosity=0 if quiet or as_json else 1)
    except (migrating.NoOwner, migrating.Busy) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not quiet:
        show(
            {"applied": applied},
            as_json=as_json,
            lines=lambda: [f"The database is up to date: {applied} migrations applied now."],
        )


def _say(plan: Plan, as_json: bool) -> None:
    result: dict[str, Any] = {
        "waiting": list(plan.waiting),
        "for_good": list(plan.for_good),
        "unknown": list(plan.unknown),
        "workers": _workers(),
        "backed_up": _backed_up(),
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))
    if plan.waiting or plan.unknown:
        raise SystemExit(3)


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"waiting: {name}" for name in result["waiting"]] or ["No migration waits."]
    lines += [f"cannot be taken back: {name}" for name in result["for_good"]]
    lines += [f"not known to this version: {name}" for name in result["unknown"]]
    lines.append(
        f"{result['workers']} workers run. They go on while tables change; restart them with the new "
        f"version afterwards."
        if result["workers"]
        else "No worker runs."
    )
    lines.append(
        "There is a backup of the last 24 hours."
        if result["backed_up"]
        else "There is no backup of the last 24 hours."
    )
    return lines


def _workers() -> int:
    from conserje.config import clock
    from conserje.services.tenancy import readiness

    return readiness.workers(now=clock.now())


def _has_books() -> bool:
    from django.db.utils import ProgrammingError

    from conserje.services.tenancy import creditor as creditors

    try:
        return creditors.any_at_all()
    except ProgrammingError:
        return False


def _backed_up() -> bool:
    from conserje.config import clock
    from conserje.services.tenancy import anchor

    last = anchor.last_backup()
    return last is not None and clock.now() - last < RECENT
