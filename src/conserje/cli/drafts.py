# SPDX-License-Identifier: Apache-2.0
"""`conserje drafts`: messages that wait for a person, and approving them."""

from __future__ import annotations

from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def drafts(context: click.Context, public_id: str, as_json: bool) -> None:
    """List the messages that wait for a person."""
    if context.invoked_subcommand is not None:
        return
    ready()
    facts = chosen(public_id)
    rows = [_plain(item) for item in _waiting(facts)]
    since = facts.restored_from_at
    told = (
        f"Restored from a backup of {since:%Y-%m-%d %H:%M} UTC: each of these may have left already."
        if since
        else ""
    )
    show(
        {"drafts": rows, "restored_from": since.isoformat() if since else None},
        as_json=as_json,
        lines=lambda: [*([told] if told else []), *_lines(rows)],
    )


@drafts.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Approve every draft that waits.")
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who approves.")
@creditor_option
@json_option
def approve(numbers: tuple[int, ...], every: bool, user_id: int, public_id: str, as_json: bool) -> None:
    """Approve drafts by number; they leave with the next run, judged again."""
    ready()
    from conserje.services.outreach import draft

    facts = chosen(public_id)
    if not numbers and not every:
        raise click.UsageError("Give the numbers of drafts, or --all.")
    ids = [item.touch_id for item in _waiting(facts)] if every else list(numbers)
    now = moment_of(facts, "")
    approved = draft.approve(creditor_id=facts.id, touch_ids=ids, by=f"person:{user_id}", now=now)
    missed = sorted(set(ids) - set(approved))
    show(
        {"approved": approved, "not_waiting": missed},
        as_json=as_json,
        lines=lambda: [
            f"{len(approved)} approved. They leave with the next `conserje run`, if they are still right then.",
            *([f"Not waiting any more: {', '.join(map(str, missed))}."] if missed else []),
        ],
    )


def _waiting(facts: Any) -> list[Any]:
    from conserje.services.outreach import draft
    from conserje.services.tenancy.act import reading

    with reading(creditor_id=facts.id):
        return list(draft.waiting(creditor_id=facts.id))


def _plain(item: Any) -> dict[str, Any]:
    return {
        "number": item.touch_id,
        "customer": item.customer,
        "channel": item.channel,
        "letter": item.letter,
        "planned_at": item.planned_at.isoformat(),
        "amounts": [{"currency": currency, "minor": minor} for currency, minor in item.asked],
        "to": item.address,
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["No message waits for a person."]
    return [
        f"{row['number']:>7}  {row['planned_at'][:16]}  {row['letter']:<16} {row['customer']} <{row['to']}>"
        for row in rows
    ]
