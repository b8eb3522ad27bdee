# SPDX-License-Identifier: Apache-2.0
"""`conserje law safety`: what the gate stopped and delayed in a week, and what must never have happened."""

from __future__ import annotations

from datetime import date

import click
from django.utils import translation

from conserje.cli.book import chosen, creditor_option, json_option, language_option, moment_of, show
from conserje.cli.main import ready
from conserje.domain.kit.days import local_date


@click.command()
@click.option(
    "--week", "on", default="", help="Any day of the week, such as 2026-11-18; this week by default."
)
@creditor_option
@json_option
@language_option
def safety(on: str, public_id: str, as_json: bool, language: str) -> None:
    """The safety figures of a week; exits 1 when one that must be zero is not."""
    ready()
    from conserje.services.insights import safety as figures
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    try:
        day = date.fromisoformat(on) if on else local_date(moment_of(facts, ""), facts.time_zone)
    except ValueError as error:
        raise click.ClickException(f"'{on}' is not a day such as 2026-11-18.") from error
    first = figures.monday_of(day)
    with reading(creditor_id=facts.id):
        found = figures.week(creditor_id=facts.id, time_zone=facts.time_zone, first=first)
    result = {
        "week": first.isoformat(),
        "safe": found.safe,
        **{figure.value: count for figure, count in found.counts.items()},
        "stopped_by_rule": found.stopped,
        "delayed_by_rule": found.delayed,
    }
    with translation.override(language):
        show(result, as_json=as_json, lines=lambda: [f"{name:<18} {value}" for name, value in result.items()])
    if not found.safe:
        raise SystemExit(1)
