# SPDX-License-Identifier: Apache-2.0
"""`conserje parked`: contacts and jobs that were given up after failing again and again, and trying them once more."""

from __future__ import annotations

from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready

_LEFT = {
    "overtaken": "something newer was planned for that step",
    "case_closed": "its case is closed",
    "unknown": "there is no such contact",
}


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def parked(context: click.Context, public_id: str, as_json: bool) -> None:
    """List what was given up: contacts of one creditor, and jobs of all."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from conserje.services.outreach import parked as contacts
    from conserje.services.tenancy import queue
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        found = contacts.waiting(creditor_id=facts.id)
    result = {
        "contacts": [
            {"number": item.touch_id, "customer": item.customer, "reason": item.reason, "cause": item.cause}
            for item in found
        ],
        "jobs": [
            {"number": job.id, "job": job.name, "creditor": job.creditor_id, "tries": job.tries}
            for job in queue.parked()
        ],
    }
    show(result, as_json=as_json, lines=lambda: _lines(result))


@parked.command("again")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--job", "jobs", multiple=True, type=int, help="Number of a parked job; may be repeated.")
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who says so.")
@creditor_option
@json_option
def again(
    numbers: tuple[int, ...], jobs: tuple[int, ...], user_id: int, public_id: str, as_json: bool
) -> None:
    """Try these contacts and jobs once more; contacts are judged afresh."""
    ready()
    from conserje.services.outreach import parked as contacts
    from conserje.services.tenancy import queue

    facts = chosen(public_id)
    now, by = moment_of(facts, ""), f"person:{user_id}"
    tried = contacts.again(creditor_id=facts.id, touch_ids=numbers, by=by, now=now)
    queued = []
    for number in jobs:
        of = queue.again(job_id=number)
        if of is not None:
            contacts.tell_job_again(creditor_id=of, job_id=number, by=by, now=now)
            queued.append(number)
    show(
        {
            "contacts": list(tried.made.values()),
            "jobs": queued,
            "left": {str(number): why for number, why in tried.left.items()},
        },
        as_json=as_json,
        lines=lambda: [
            f"{len(tried.made)} contacts are planned and {len(queued)} jobs queued once more.",
            *(f"{number} was left: {_LEFT.get(why, f'it is {why}')}." for number, why in tried.left.items()),
        ],
    )


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [
        f"{row['number']:>7}  {row['customer']}: {row['reason']} {row['cause']}" for row in result["contacts"]
    ]
    lines += [
        f"{row['number']:>7}  job {row['job']} of creditor {row['creditor']}: given up after {row['tries']} tries"
        for row in result["jobs"]
    ]
    return lines or ["Nothing is parked."]
