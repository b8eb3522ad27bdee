# SPDX-License-Identifier: Apache-2.0
"""`conserje replay`: a stored decision, decided again from its stored facts."""

from __future__ import annotations

import json

import click

from conserje.cli.book import chosen, creditor_option, json_option, show
from conserje.cli.main import ready


@click.command()
@click.argument("decision", type=int)
@creditor_option
@json_option
def replay(decision: int, public_id: str, as_json: bool) -> None:
    """Decide DECISION again; exits 1 when the bytes differ."""
    ready()
    from conserje.services.outreach import replay as replays
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        try:
            found = replays.replay(creditor_id=facts.id, decision_id=decision)
        except replays.UnknownDecision as error:
            raise click.ClickException(str(error)) from error
    result = {
        "decision": decision,
        "same": found.same,
        "strategy": found.strategy,
        "packs": found.packs,
        "packs_now": found.packs_now,
        "case": json.loads(found.case),
        "stored": json.loads(found.stored),
        "again": json.loads(found.again),
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))
    if not found.same:
        raise SystemExit(1)


def _lines(result: dict[str, object]) -> list[str]:
    number, packs = result["decision"], result["packs"]
    if result["same"]:
        return [f"Decision {number} comes out the same, byte for byte ({result['strategy']}; {packs})."]
    return [
        f"Decision {number} comes out differently: stored under {packs}, decided now under {result['packs_now']}.",
        "See both with --json.",
    ]
