# SPDX-License-Identifier: Apache-2.0
"""What commands share: which creditor is meant, what moment it is, and how results are printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conserje.services.tenancy.creditor import Facts

creditor_option = click.option(
    "--creditor", "public_id", default="", help="Public id; not needed when there is only one."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print stable JSON instead of sentences.")
language_option = click.option(
    "--language", type=click.Choice(["es", "en", "pt-br"]), default="es", help="Of the words; es by default."
)
now_option = click.option("--now", "moment", default="", help="A moment like 2026-11-17T10:00-05:00.")


def chosen(public_id: str) -> Facts:
    """The creditor that is meant; with several, its public id must be given."""
    from conserje.services.tenancy import creditor as creditors

    if public_id:
        try:
            return creditors.by_public_id(public_id=public_id)
        except creditors.UnknownCreditor as error:
            raise click.ClickException(str(error)) from error
    known = creditors.every()
    if not known:
        raise click.ClickException(
            "There is no creditor yet. Make one with `conserje creditor add`, or try `conserje demo`."
        )
    if len(known) > 1:
        names = ", ".join(f"{item.public_id} ({item.name})" for item in known)
        raise click.ClickException(
            f"There are several creditors: say which with --creditor. They are: {names}."
        )
    return known[0]


def moment_of(facts: Facts, moment: str, *, simulating: bool = False) -> datetime:
    """The instant a command works at: the given one if that is allowed, else the creditor's own."""
    from conserje.config import clock

    if not moment:
        return clock.now_for(facts)
    try:
        return clock.given_now(moment, creditor=facts, simulating=simulating)
    except clock.NotNow as error:
        raise click.ClickException(str(error)) from error


def clock_of(facts: Facts, moment: str) -> Callable[[], datetime]:
    """A clock for sending: it stands still at a given moment, and else is the creditor's own, read each time."""
    from conserje.config import clock
    from conserje.services.tenancy import creditor as creditors

    if moment:
        fixed = moment_of(facts, moment)
        return lambda: fixed
    return lambda: clock.now_for(creditors.by_id(creditor_id=facts.id))


def show(value: Any, *, as_json: bool, lines: Callable[[], list[str]]) -> None:
    """Print `value` as JSON, or the sentences."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(lines()))
