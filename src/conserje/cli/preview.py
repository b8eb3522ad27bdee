# SPDX-License-Identifier: Apache-2.0
"""`conserje preview`: what a customer was told, what comes next and when, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready


@click.command()
@click.argument("customer")
@click.option("--until", "until_text", default="", help="Last date to look at; 90 days when not given.")
@creditor_option
@json_option
def preview(customer: str, until_text: str, public_id: str, as_json: bool) -> None:
    """Tell the future of CUSTOMER (its number, or the start of its name): every contact, its day and its reason."""
    ready()
    from conserje.services.outreach import telling
    from conserje.services.receivables import lookup
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, "")
    try:
        until = date.fromisoformat(until_text) if until_text else (now + timedelta(days=90)).date()
    except ValueError:
        raise click.ClickException(f"'{until_text}' is not a date. Write it like 2026-12-31.") from None
    with reading(creditor_id=facts.id):
        found = lookup.customer(creditor_id=facts.id, text=customer)
        if found is None:
            raise click.ClickException(f"No customer '{customer}'. Give its number or the start of its name.")
        told = telling.tell(creditor_id=facts.id, customer_id=found.id, now=now, until=until)
        made = telling.touches(creditor_id=facts.id, customer_id=found.id)
    result = {
        "customer": {"id": found.id, "name": found.name},
        "now": now.isoformat(),
        "until": until.isoformat(),
        "strategy": told.strategy,
        "packs": list(told.packs),
        "made": [
            {"at": item.at.isoformat(), "channel": item.channel, "letter": item.letter, "state": item.state}
            for item in made
        ],
        "coming": [_contact(item) for item in told.coming],
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))


def _contact(decision: Any) -> dict[str, Any]:
    contact = decision.contact
    why = [reason.code for reason in decision.reasons]
    rules = [hit.rule for hit in decision.verdict.hits] if decision.verdict else []
    if contact is None:
        return {"kind": decision.kind.value, "reasons": why, "rules": rules}
    return {
        "kind": "contact",
        "on": contact.on.isoformat(),
        "step": contact.step,
        "stage": contact.stage.value,
        "channel": contact.channel.value,
        "mode": contact.mode.value,
        "asked": [
            {"invoice": item.invoice_id, "currency": item.currency, "minor": item.minor}
            for item in contact.asked
        ],
        "reasons": why,
        "rules": rules,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [
        f"{result['customer']['name']} ({result['customer']['id']}), {result['strategy']}, {', '.join(result['packs'])}"
    ]
    lines += [
        f"  made    {item['at'][:10]}  {item['channel']:<9} {item['letter']} ({item['state']})"
        for item in reversed(result["made"])
    ]
    for item in result["coming"]:
        if item["kind"] == "contact":
            lines.append(
                f"  coming  {item['on']}  {item['channel']:<9} {item['step']}: {', '.join(item['reasons'])}"
            )
        else:
            lines.append(f"  then    {item['kind']}: {', '.join(item['reasons'])}")
    return lines
