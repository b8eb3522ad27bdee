# SPDX-License-Identifier: Apache-2.0
"""`conserje sending`: after a restore, what may have left already, and letting messages go again."""

from __future__ import annotations

from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def sending(context: click.Context, public_id: str, as_json: bool) -> None:
    """Say whether messages may leave and, after a restore, what may have left that the books do not know."""
    if context.invoked_subcommand is not None:
        return
    ready()
    result = _state(chosen(public_id))
    show(result, as_json=as_json, lines=lambda: _lines(result))


@sending.command()
@click.option(
    "--nothing-left", "choice", flag_value="nothing_left", help="Nothing left since the backup: go on as is."
)
@click.option(
    "--seen", "choice", flag_value="seen", help="Every draft was seen: stages act by themselves again."
)
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who lets it go.")
@click.option("--yes", is_flag=True, help="Ask nothing; the list was seen before.")
@creditor_option
@json_option
def resume(choice: str | None, user_id: int, yes: bool, public_id: str, as_json: bool) -> None:
    """Let messages leave again. Without an option everything becomes a draft that a person approves."""
    ready()
    from conserje.services.outreach import restored

    facts = chosen(public_id)
    before = _state(facts)
    if not as_json:
        click.echo("\n".join(_lines(before)))
    if not yes:
        click.confirm(_QUESTIONS[choice or "drafts"], abort=True, err=as_json)
    now, by = moment_of(facts, ""), f"person:{user_id}"
    result: dict[str, Any] = {
        "resumed": choice or "drafts",
        "may_have_left": before["may_have_left"],
        "drafts": 0,
    }
    try:
        if choice == "nothing_left":
            restored.resume_as_is(creditor_id=facts.id, by=by, now=now)
        elif choice == "seen":
            restored.all_seen(creditor_id=facts.id, by=by, now=now)
        else:
            result["drafts"] = restored.resume_checked(creditor_id=facts.id, by=by, now=now).drafts
    except restored.NotYet as refusal:
        raise click.ClickException(str(refusal)) from refusal
    show(result, as_json=as_json, lines=lambda: [_DONE[choice or "drafts"].format(**result)])


_QUESTIONS = {
    "drafts": "Let sending go on, everything as a draft that you approve?",
    "nothing_left": "Are you sure that none of these left since the backup? They will leave by themselves.",
    "seen": "Let stages act by themselves again?",
}
_DONE = {
    "drafts": "{drafts} planned messages became drafts, and so will everything that falls due. See `conserje "
    "drafts`; when each "
    "was seen: `conserje sending resume --seen`.",
    "nothing_left": "Sending goes on as it stood in the backup.",
    "seen": "Stages act by themselves again.",
}


def _state(facts: Any) -> dict[str, Any]:
    from conserje.services.outreach import restored
    from conserje.services.tenancy.act import reading

    with reading(creditor_id=facts.id):
        found = restored.doubts(creditor_id=facts.id)
    return {
        "creditor": facts.public_id,
        "state": "paused" if facts.paused else "checked" if facts.restored_at else "free",
        "restored_from": facts.restored_from_at.isoformat() if facts.restored_from_at else None,
        "restored_at": facts.restored_at.isoformat() if facts.restored_at else None,
        "may_have_left": [
            {
                "customer": item.customer,
                "customer_id": item.customer_id,
                "step": item.step,
                "on": item.on.isoformat(),
                "channel": item.channel,
                "was_planned": item.planned,
            }
            for item in found
        ],
    }


def _lines(result: dict[str, Any]) -> list[str]:
    if result["state"] == "free":
        return ["Messages leave as their stages say."]
    words = {
        "paused": "Sending is paused: nothing leaves.",
        "checked": "Everything is a draft: only what a person approves leaves.",
    }
    lines = [words[result["state"]]]
    if result["restored_from"] is None:
        return lines
    lines.append(
        f"The books are those of {result['restored_from'][:16]}, restored on {result['restored_at'][:16]} (UTC). "
        f"{len(result['may_have_left'])} contacts may have left between the two and are not in them:"
    )
    for item in result["may_have_left"]:
        why = "was planned" if item["was_planned"] else "fell due"
        lines.append(f"  {item['on']}  {item['step']:<20} {item['channel']:<10} {why:<12} {item['customer']}")
    if result["state"] == "paused":
        lines += [
            "To go on: `conserje sending resume` (everything as a draft that you approve),",
            "`conserje sending resume --nothing-left` (you know that none of these left).",
            "A mail server's log tells what left: `conserje restore FILE --replace --sent LOG` reads it.",
        ]
    return lines
