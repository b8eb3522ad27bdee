# SPDX-License-Identifier: Apache-2.0
"""`conserje bank`: a statement of the bank into the books, and what of it waits for a person."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import click

from conserje.cli.bank_taxes import state_tax, taxes
from conserje.cli.book import chosen, creditor_option, json_option, show
from conserje.cli.main import ready

_STATES = {
    "matched": "applied by themselves",
    "proposed": "proposed: confirm them on the desk",
    "queued": "waiting for a person",
    "ignored": "no money in",
}


@click.group()
def bank() -> None:
    """Statements of the bank."""


bank.add_command(taxes)
bank.add_command(state_tax)


@bank.command("import")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--account", "bank_account", default="", help="The account's number, where the file names none."
)
@creditor_option
@json_option
def import_(path: Path, bank_account: str, public_id: str, as_json: bool) -> None:
    """Read FILE (camt.053, MT940, OFX, CSV or Excel), match its lines and apply what is certain.

    The same file, or one whose period overlaps, adds nothing twice.
    """
    ready()
    from conserje.config import clock
    from conserje.domain.ports.connector import FileRefused
    from conserje.domain.ports.statement import Assumed
    from conserje.services.receivables import bank_statement

    facts = chosen(public_id)
    try:
        file = bank_statement.read(path=path, assumed=Assumed(bank_account, facts.currency))
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from refused
    now = clock.now_for(facts).astimezone(UTC)
    brought = bank_statement.bring(creditor_id=facts.id, file=file, by="system", now=now)
    told = {
        "reader": file.reader,
        "lines": brought.lines,
        "new": brought.new,
        "states": brought.states,
        "applied": [{"currency": sum_.currency, "minor": sum_.minor} for sum_ in brought.applied],
        "closed_on": brought.closed_on.isoformat() if brought.closed_on else None,
    }
    show(told, as_json=as_json, lines=lambda: _brought(told))


@bank.command()
@click.option("--state", type=click.Choice(["proposed", "queued", "matched", "ignored"]), default="queued")
@creditor_option
@json_option
def lines(state: str, public_id: str, as_json: bool) -> None:
    """List the latest 200 lines in a state, with the reasons."""
    ready()
    from conserje.services.receivables import bank_lines
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        found = bank_lines.page(creditor_id=facts.id, state=state, limit=200, offset=0)
    rows = [_plain(line) for line in found]
    show({"lines": rows}, as_json=as_json, lines=lambda: [_said(row) for row in rows] or ["None."])


def _brought(told: dict[str, Any]) -> list[str]:
    states = [f"  {count} {_STATES[state]}" for state, count in sorted(told["states"].items())]
    sums = [f"  applied: {item['currency']} {item['minor']} (minor units)" for item in told["applied"]]
    return [f"{told['lines']} lines read ({told['reader']}), {told['new']} of them new.", *states, *sums]


def _plain(line: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "value_on": line.value_on.isoformat(),
        "currency": line.amount.currency,
        "minor": line.amount.minor,
        "text": line.text,
        "kind": line.kind.value,
        "score": line.score,
        "reasons": [reason.value for reason in line.reasons],
        "customer": line.customer,
        "invoices": [part.number for part in line.shares],
    }


def _said(row: dict[str, Any]) -> str:
    who = f"  {row['customer']}: {', '.join(row['invoices'])}" if row["customer"] else ""
    why = ", ".join(row["reasons"])
    return f"{row['value_on']}  {row['currency']} {row['minor']} (minor units)  {row['text']}{who}  [{why}]"
