# SPDX-License-Identifier: Apache-2.0
"""`conserje contacts`: does every contact of a day have an end, or a reason to wait? What is missing is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, now_option, show
from conserje.cli.main import ready

_SAYS = {
    "not_sent": "{count} messages should have left more than 15 minutes ago: touches {about}.",
    "claim_abandoned": "{count} messages are held by a worker that is no more: touches {about}.",
    "not_watched": "{count} customers owe something and no date brings them back: customers {about}.",
    "review_late": "{count} customers should have been looked at more than 15 minutes ago: customers {about}.",
    "turn_missing": "Work is due and no turn of work stands in the queue. Does `conserje worker` run?",
    "ledger_disagrees": "{count} contacts disagree with the organisation's ledger of contacts: touches {about}.",
}


@click.command()
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day; today when not given.")
@creditor_option
@now_option
@json_option
def contacts(on: datetime | None, public_id: str, moment: str, as_json: bool) -> None:
    """Count the contacts of a day and name what is missing; changes nothing, exits 1 when something is."""
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
