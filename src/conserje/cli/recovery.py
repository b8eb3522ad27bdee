# SPDX-License-Identifier: Apache-2.0
"""`conserje recovery`: failed charges of subscriptions and orders, taken in and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, now_option, show
from conserje.cli.main import ready

_WHY = {
    "id_missing": "it has no id",
    "customer_missing": "it names neither a customer nor an e-mail",
    "amount_unread": "its amount or currency cannot be read: write 1234.56 and COP",
    "instant_unread": "its date cannot be read: write 2026-03-09T15:00:00Z",
    "class_unknown": "its decline class is none that we know",
    "tries_unread": "its number of tries is no whole number",
}


@click.group()
def recovery() -> None:
    """Failed charges of subscriptions and orders."""


@recovery.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--gateway", default="demo", show_default=True, help="Whose export it is.")
@click.option(
    "--permission",
    default="order",
    show_default=True,
    type=click.Choice(["contract", "order", "form", "own_email"]),
    help="How the e-mail addresses were given.",
)
@click.option("--country", default="", help="Where the customers are (default: where the creditor is).")
@creditor_option
@now_option
@json_option
def import_(file: Path, public_id: str, moment: str, as_json: bool, **given: str) -> None:
    """Take in a CSV of failed charges as a gateway exports it. The same file again changes nothing."""
    ready()
    from conserje.domain.recovery.export import ColumnsMissing
    from conserje.services.integrations import failed_charges

    facts = chosen(public_id)
    now = moment_of(facts, moment)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found = failed_charges.read(lines=lines, gateway=given["gateway"])
    except (ColumnsMissing, UnicodeDecodeError) as error:
        raise click.ClickException(f"{error} Export it again as CSV in UTF-8.") from error
    assumed = failed_charges.Assumed(given["permission"], (given["country"] or facts.country).upper())
    taken = failed_charges.take(creditor_id=facts.id, told=found.told, assumed=assumed, now=now)
    result: dict[str, Any] = {
        "new": taken.new,
        "known": taken.known,
        "unread": [{"line": item.line, "why": item.why} for item in found.unread],
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))


def _lines(result: dict[str, Any]) -> list[str]:
    told = f"{result['new']} failed charges are new, {result['known']} were known."
    left = [f"Line {item['line']} was left out: {_WHY[item['why']]}." for item in result["unread"]]
    return [told, *left, "Next: `conserje recovery list`."]


@recovery.command(name="list")
@creditor_option
@json_option
def list_(public_id: str, as_json: bool) -> None:
    """Failed charges that have not ended, with the next try or why there is none."""
    ready()
    from conserje.services.recovery import listing
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        rows = listing.rows(creditor_id=facts.id, wanted=listing.Wanted(states=listing.OPEN))
    found = [
        {
            "id": row.id,
            "customer": row.customer,
            "currency": row.amount.currency,
            "amount_minor": row.amount.minor,
            "state": row.state,
            "class": row.decline,
            "next_try_at": row.next_try_at.isoformat() if row.next_try_at else None,
            "not_tried": row.not_tried,
        }
        for row in rows
    ]
    show(
        {"failed": found},
        as_json=as_json,
        lines=lambda: (
            [
                f"{one['id']}  {one['currency']} {one['amount_minor']} (minor units)  {one['customer']}: {one['state']}"
                f", {one['next_try_at'] or one['not_tried']}"
                for one in found
            ]
            or ["No failed charge is open."]
        ),
    )
