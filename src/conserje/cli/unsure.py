# SPDX-License-Identifier: Apache-2.0
"""`conserje unsure`: messages of which nobody knows whether they arrived, and what a person says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready

_BECAUSE = {
    "overtaken": "something newer was sent to its customer, or waits to be",
    "case_closed": "its case is closed",
    "unknown": "there is no such message",
}
_RESOLVED = "it is not unsure any more"
_by_option = click.option("--by", "user_id", type=int, default=0, help="Number of the person who says so.")


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def unsure(context: click.Context, public_id: str, as_json: bool) -> None:
    """List the messages of which nobody knows whether they arrived."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from conserje.services.outreach import unsure as unresolved
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        rows = [_plain(item) for item in unresolved.waiting(creditor_id=facts.id)]
    show({"unsure": rows}, as_json=as_json, lines=lambda: _lines(rows))


@unsure.command("treat-as-sent")
@click.argument("numbers", nargs=-1, type=int, required=True)
@_by_option
@creditor_option
@json_option
def treat_as_sent(numbers: tuple[int, ...], user_id: int, public_id: str, as_json: bool) -> None:
    """Say that these messages arrived."""
    ready()
    from conserje.services.outreach import unsure as unresolved

    _resolve(unresolved.treat_as_sent, numbers, user_id, public_id, as_json, "count as sent.")


@unsure.command("send-again")
@click.argument("numbers", nargs=-1, type=int, required=True)
@_by_option
@creditor_option
@json_option
def send_again(numbers: tuple[int, ...], user_id: int, public_id: str, as_json: bool) -> None:
    """Send these messages again under the same name; they are judged again and keep every cap."""
    ready()
    from conserje.services.outreach import unsure as unresolved

    told = "leave again with a coming `conserje run`, if they are still right and lawful then."
    _resolve(unresolved.send_again, numbers, user_id, public_id, as_json, told)


def _resolve(
    act: Callable[..., list[int]],
    numbers: tuple[int, ...],
    user_id: int,
    public_id: str,
    as_json: bool,
    told: str,
) -> None:
    from conserje.services.outreach import unsure as unresolved
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, "")
    done = act(creditor_id=facts.id, touch_ids=numbers, by=f"person:{user_id}", now=now)
    missed = sorted(set(numbers) - set(done))
    with reading(creditor_id=facts.id):
        why = unresolved.left_because(creditor_id=facts.id, touch_ids=missed)
    show(
        {"resolved": done, "left": missed, "because": {str(number): why[number] for number in missed}},
        as_json=as_json,
        lines=lambda: [
            f"{len(done)} {told}",
            *(f"{number} was left: {_BECAUSE.get(why[number], _RESOLVED)}." for number in missed),
        ],
    )


def _plain(item: Any) -> dict[str, Any]:
    return {
        "number": item.touch_id,
        "customer": item.customer,
        "channel": item.channel,
        "letter": item.letter,
        "handed_at": item.handed_at.isoformat(),
        "reason": item.reason,
        "to": item.address,
        "subject": item.subject,
        "looks": item.looks,
        "looked_at": item.looked_at.isoformat() if item.looked_at else None,
        "next_look_at": item.next_look_at.isoformat() if item.next_look_at else None,
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    return [_line(row) for row in rows] or ["Of every message it is known whether it arrived."]


def _line(row: dict[str, Any]) -> str:
    when = f"{row['number']:>7}  {row['handed_at'][:16]}  {row['letter']:<16} {row['reason']:<18}"
    return f"{when} {row['customer']} <{row['to']}>"
