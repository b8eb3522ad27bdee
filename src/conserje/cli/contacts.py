# SPDX-License-Identifier: Apache-2.0
"""`conserje contacts`: does every contact of a day have an end, or a reason to wait? What is missing is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, now_option, show
from conserje.cli.main import ready
from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome, Purpose

_REFUSED = {
    "ahead": "That moment has not come yet: a contact is written down once it was made.",
    "too_old": "That is more than a year ago: no limit looks back so far.",
    "no_address": "No address of that customer is known, so nothing would count it. Add one first.",
    "told_otherwise": "That contact was written down with another outcome or purpose. Undo it first.",
    "unknown": "There is no such contact, or it was undone before.",
    "too_late": "It was written down more than a day ago and stays.",
}
_SAYS = {
    "not_sent": "{count} messages should have left more than 15 minutes ago: touches {about}.",
    "claim_abandoned": "{count} messages are held by a worker that is no more: touches {about}.",
    "not_watched": "{count} customers owe something and no date brings them back: customers {about}.",
    "review_late": "{count} customers should have been looked at more than 15 minutes ago: customers {about}.",
    "turn_missing": "Work is due and no turn of work stands in the queue. Does `conserje worker` run?",
    "ledger_disagrees": "{count} contacts disagree with the organisation's ledger of contacts: touches {about}.",
}


@click.group(invoke_without_command=True)
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day; today when not given.")
@creditor_option
@now_option
@json_option
@click.pass_context
def contacts(context: click.Context, on: datetime | None, public_id: str, moment: str, as_json: bool) -> None:
    """Count the contacts of a day and name what is missing; changes nothing, exits 1 when something is."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from conserje.services.outreach import conservation
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, moment)
    with reading(creditor_id=facts.id):
        found = conservation.examine(
            creditor_id=facts.id, zone=facts.time_zone, now=now, on=on.date() if on else None
        )
    result = {
        "ok": found.ok,
        "on": found.book.on.isoformat(),
        "due": found.book.due,
        "fates": {fate.value: count for fate, count in found.book.fates.items()},
        "findings": [
            {"alarm": item.alarm.value, "count": item.count, "about": list(item.about)}
            for item in found.findings
        ],
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))
    if not found.ok:
        raise SystemExit(1)


@contacts.command()
@click.argument("customer")
@click.option("--channel", required=True, type=click.Choice([item.value for item in Channel]))
@click.option(
    "--at", "at_text", required=True, help="When it was made, local to the creditor: 2026-11-17T10:00."
)
@click.option(
    "--outcome",
    default="attempted",
    type=click.Choice(["attempted", "delivered", "answered", "two_way"]),
    help="How far it got: nobody answered, it arrived, somebody answered, it was a conversation.",
)
@click.option("--purpose", default="collection", type=click.Choice([item.value for item in Purpose]))
@click.option("--inbound", is_flag=True, help="The customer began it.")
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who says so.")
@creditor_option
@json_option
def log(customer: str, at_text: str, user_id: int, public_id: str, as_json: bool, **said_of: Any) -> None:
    """Write down a contact with CUSTOMER made elsewhere, so that it counts for every limit."""
    ready()
    from conserje.services.outreach import elsewhere
    from conserje.services.receivables import lookup
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, "")
    with reading(creditor_id=facts.id):
        found = lookup.customer(creditor_id=facts.id, text=customer)
    if found is None:
        raise click.ClickException(f"No customer '{customer}'. Give its number or the start of its name.")
    contact = elsewhere.Contacted(
        channel=Channel(said_of["channel"]),
        at=_instant(at_text, facts.time_zone),
        outcome=ContactOutcome(said_of["outcome"]),
        purpose=Purpose(said_of["purpose"]),
        inbound=said_of["inbound"],
    )
    by = f"person:{user_id}"
    try:
        number = elsewhere.log(creditor_id=facts.id, customer_id=found.id, contact=contact, by=by, now=now)
    except elsewhere.Refused as error:
        raise click.ClickException(_REFUSED[error.why]) from error
    show(
        {"contact": number, "customer": found.id, "at": contact.at.isoformat()},
        as_json=as_json,
        lines=lambda: [
            f"Contact {number} is written down and counts. `conserje contacts undo {number}` takes it back today."
        ],
    )


@contacts.command()
@click.argument("number", type=int)
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who takes it back.")
@creditor_option
@json_option
def undo(number: int, user_id: int, public_id: str, as_json: bool) -> None:
    """Take contact NUMBER, written down within a day, back: it counts no more."""
    ready()
    from conserje.services.outreach import elsewhere

    facts = chosen(public_id)
    now = moment_of(facts, "")
    try:
        elsewhere.undo(creditor_id=facts.id, contact_id=number, by=f"person:{user_id}", now=now)
    except elsewhere.Refused as error:
        raise click.ClickException(_REFUSED[error.why]) from error
    show({"undone": number}, as_json=as_json, lines=lambda: [f"Contact {number} counts no more."])


def _instant(text: str, zone_name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"'{text}' is not a moment. Write it like 2026-11-17T10:00.") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone(zone_name))


def said(alarm: str, count: int, about: list[int]) -> str:
    """One thing that is wrong, in a sentence with the ids of some of the rows."""
    named = ", ".join(map(str, about)) + (" and more" if count > len(about) else "")
    return _SAYS[alarm].format(count=count, about=named)


def _lines(result: dict[str, Any]) -> list[str]:
    fates = ", ".join(f"{count} {fate}" for fate, count in result["fates"].items() if count)
    lines = [f"{result['on']}: {result['due']} contacts were due{': ' if fates else ''}{fates}."]
    lines += [f"NOT {said(item['alarm'], item['count'], item['about'])}" for item in result["findings"]] or [
        "Every one has an end or a reason to wait."
    ]
    return lines
