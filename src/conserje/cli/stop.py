# SPDX-License-Identifier: Apache-2.0
"""`conserje stop`: the stop button of a creditor or of one channel, pressed by a person or by the fuse, and lifted."""

from __future__ import annotations

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready

_channel_option = click.option(
    "--channel", default="", help="One channel, such as email; all when not given."
)
_by_option = click.option("--by", "user_id", type=int, default=0, help="Number of the person who says so.")


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def stop(context: click.Context, public_id: str, as_json: bool) -> None:
    """List what is stopped, since when, by whom and why."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from conserje.services.outreach import stop as stops
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        found = stops.in_force(creditor_id=facts.id)
    rows = [
        {"channel": item.channel, "since": item.since.isoformat(), "by": item.by, "reason": item.reason}
        for item in found
    ]
    show(
        {"stopped": rows},
        as_json=as_json,
        lines=lambda: (
            [f"{row['channel'] or 'everything'} since {row['since']}: {row['reason']}" for row in rows]
            or ["Nothing is stopped."]
        ),
    )


@stop.command("place")
@click.argument("reason")
@_channel_option
@_by_option
@creditor_option
@json_option
def place(reason: str, channel: str, user_id: int, public_id: str, as_json: bool) -> None:
    """Stop: nothing more is handed over, not even from a batch that is under way."""
    ready()
    from conserje.services.outreach import stop as stops

    facts = chosen(public_id)
    by, now = f"person:{user_id}", moment_of(facts, "")
    made = stops.place(creditor_id=facts.id, channel=channel, reason=reason, by=by, now=now)
    show({"stopped": made}, as_json=as_json, lines=lambda: ["Stopped." if made else "It was stopped before."])


@stop.command("lift")
@_channel_option
@_by_option
@creditor_option
@json_option
def lift(channel: str, user_id: int, public_id: str, as_json: bool) -> None:
    """Let it go again; everybody is looked at afresh."""
    ready()
    from conserje.services.outreach import stop as stops

    facts = chosen(public_id)
    by, now = f"person:{user_id}", moment_of(facts, "")
    lifted = stops.lift(creditor_id=facts.id, channel=channel, by=by, now=now)
    told = "Lifted: messages leave again with a coming turn." if lifted else "That was not stopped."
    show({"lifted": lifted}, as_json=as_json, lines=lambda: [told])
