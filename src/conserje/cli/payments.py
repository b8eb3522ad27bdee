# SPDX-License-Identifier: Apache-2.0
"""`conserje payments waiting`: payments that came in and wait for a person."""

from __future__ import annotations

from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, show
from conserje.cli.main import ready

_WHY = {
    "second": "a second payment: send it back, or apply it to another invoice",
    "reference_differs": "not booked: confirmed under a reference that is not ours",
    "currency_differs": "not booked: confirmed in another currency",
    "amount_differs": "not booked: confirmed with another amount",
    "payment_id_missing": "not booked: confirmed without naming the payment",
    "payment_conflict": "not booked: the books know that payment with other figures",
}


@click.group()
def payments() -> None:
    """What came in."""


@payments.command()
@creditor_option
@json_option
def waiting(public_id: str, as_json: bool) -> None:
    """List second payments and payments whose gateway contradicted what was asked, oldest first."""
    ready()
    from conserje.services.receivables import in_doubt
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        rows = [_plain(item) for item in in_doubt.waiting(creditor_id=facts.id)]
    show({"waiting": rows}, as_json=as_json, lines=lambda: _lines(rows))


def _plain(item: Any) -> dict[str, Any]:
    return {
        "why": item.why,
        "number": item.number,
        "customer": item.customer,
        "currency": item.amount.currency,
        "amount_minor": item.amount.minor,
        "at": item.at.isoformat(),
        "source": item.source,
        "invoices": list(item.invoices),
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"{row['at'][:16]}  {row['currency']} {row['amount_minor']} (minor units)  {row['customer']}  "
        f"{', '.join(row['invoices'])}: {_WHY[row['why']]}"
        for row in rows
    ] or ["No payment waits for a person."]
