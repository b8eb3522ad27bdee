# SPDX-License-Identifier: Apache-2.0
"""`conserje run`: one turn of work by hand: decide what is due, and send what may leave."""

from __future__ import annotations

from typing import Any

import click

from conserje.cli.book import chosen, clock_of, creditor_option, json_option, moment_of, now_option, show
from conserje.cli.main import ready


@click.command()
@creditor_option
@click.option(
    "--mode",
    type=click.Choice(["simulate", "draft", "automatic"]),
    default="automatic",
    help="How far to go at most; each stage's own mode may stop earlier.",
)
@now_option
@json_option
def run(public_id: str, mode: str, moment: str, as_json: bool) -> None:
    """Decide for every customer that is due, and send what may leave now."""
    ready()
    facts = chosen(public_id)
    result = _simulate(facts, moment) if mode == "simulate" else _turn(facts, mode, moment)
    show(result, as_json=as_json, lines=lambda: _lines(result))


def _simulate(facts: Any, moment: str) -> dict[str, Any]:
    from conserje.services.outreach import sweep

    now = moment_of(facts, moment, simulating=True)
    found = sweep.foretell(creditor_id=facts.id, now=now)
    contacts = [
        item.decision.contact for item in found if item.decision.kind == "contact" and item.decision.contact
    ]
    kinds: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for item in found:
        kinds[item.decision.kind.value] = kinds.get(item.decision.kind.value, 0) + 1
        for reason in item.decision.reasons:
            reasons[reason.code] = reasons.get(reason.code, 0) + 1
    return {
        "mode": "simulate",
        "now": now.isoformat(),
        "judged": len(found),
        "decisions": kinds,
        "reasons": reasons,
        "contacts": [
            {
                "on": item.on.isoformat(),
                "step": item.step,
                "channel": item.channel.value,
                "invoices": len(item.asked),
            }
            for item in contacts
        ],
    }


def _turn(facts: Any, mode: str, moment: str) -> dict[str, Any]:
    from conserje.domain.outreach.strategy import Mode
    from conserje.services.integrations import turn

    clock = clock_of(facts, moment)
    done = turn.turn(creditor_id=facts.id, clock=clock, furthest=Mode(mode))
    return {
        "mode": mode,
        "now": clock().isoformat(),
        "judged": done.swept.judged,
        "decisions": done.swept.kinds,
        "reasons": done.swept.reasons,
        "touches": done.swept.touches,
        "sent": done.sent.outcomes,
        "hooks": done.hooks,
        "broken_promises": done.broken_promises,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"{result['now']}: {result['judged']} customers judged."]
    lines += [f"  {count} {kind}" for kind, count in sorted(result["decisions"].items())]
    if "contacts" in result:
        lines.append(f"A run would write {len(result['contacts'])} messages. Nothing was written or sent.")
    else:
        for state, count in sorted(result["touches"].items()):
            lines.append(f"  {count} messages {state}")
        for outcome, count in sorted(result["sent"].items()):
            lines.append(f"  {count} {outcome} on leaving")
        if result["touches"].get("proposed"):
            lines.append(
                "Drafts wait for a person: `conserje drafts` lists them, `conserje drafts approve --all` sends them on."
            )
    if result["reasons"]:
        lines.append(
            "Why: " + ", ".join(f"{code} ({count})" for code, count in sorted(result["reasons"].items()))
        )
    return lines
