# SPDX-License-Identifier: Apache-2.0
"""`conserje verify`: the properties of the books, one by one; the row that breaks one is named."""

from __future__ import annotations

import click

from conserje.cli.book import chosen, creditor_option, json_option, show
from conserje.cli.main import ready


@click.command()
@creditor_option
@json_option
def verify(public_id: str, as_json: bool) -> None:
    """Check a creditor's money, the seals of its journal and the texts that were signed; exits 1 when one is wrong."""
    ready()
    from conserje.services.receivables import verify as books

    facts = chosen(public_id)
    report = books.verify(creditor_id=facts.id)
    result = {
        "ok": report.ok,
        "properties": [
            {"number": item.number, "name": item.name, "state": item.state, "findings": list(item.findings)}
            for item in report.properties
        ],
    }
    show(
        result,
        as_json=as_json,
        lines=lambda: [
            line
            for item in report.properties
            for line in (
                f"{item.number:>2}. {item.name}: {item.state}",
                *(f"      {finding}" for finding in item.findings),
            )
        ],
    )
    if not report.ok:
        raise SystemExit(1)
