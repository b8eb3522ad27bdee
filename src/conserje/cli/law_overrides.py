# SPDX-License-Identifier: Apache-2.0
"""`conserje law relax`, `tighten`, `overrides`: what a creditor changes in the rules it works under."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.domain.rules.overrides import OverrideRefused
from conserje.domain.rules.own import OwnRule

_REFUSED = {
    "no_such_rule": "no installed pack has such a rule or reading. `conserje law show` names them",
    "not_policy": "it is law, or a platform's rule, and only they can change it",
    "not_relaxable": "its pack lets nobody choose another reading",
    "no_reason": "a reason must be given",
    "no_person": "somebody must answer for it: --by",
    "no_end": "it needs an end within 366 days of its beginning",
    "other_kind": "that is not something this rule can be changed to",
}
_DAY = click.DateTime(["%Y-%m-%d"])
_reason = click.option("--reason", required=True, help="Why, in your words; kept with it.")
_by = click.option(
    "--by", "user_id", type=int, required=True, help="Number of the person who answers for it."
)
_since = click.option("--from", "since", type=_DAY, default=None, help="First day; today when not given.")


@click.command()
@click.argument("rule")
@click.option("--as", "value", default="", help="RULE is a reading, and this is how it is read meanwhile.")
@_reason
@_by
@_since
@click.option("--until", type=_DAY, required=True, help="Last day, at most 366 days after the first.")
@creditor_option
@json_option
def relax(
    rule: str, value: str, since: datetime | None, until: datetime, public_id: str, **told: Any
) -> None:
    """Let RULE, one of our own policies, not hold for a while. What is law is refused."""
    _place(public_id, {"relaxes": rule, "value": value}, (since, until), told)


@click.command()
@click.option(
    "--channel", "channels", multiple=True, help="Only this channel; with nothing else it is not used."
)
@click.option("--no-day", "shut", multiple=True, help="A day on which nothing is sent: mon ... sun, holiday.")
@click.option("--at-most", type=click.IntRange(1, 100), default=None, help="So many contacts per --per.")
@click.option("--per", type=click.Choice(["day", "week"]), default="week")
@click.option("--gap-days", type=click.IntRange(1, 365), default=None, help="Full days between two contacts.")
@_reason
@_by
@_since
@click.option("--until", type=_DAY, default=None, help="Last day; without it until it is ended.")
@creditor_option
@json_option
def tighten(since: datetime | None, until: datetime | None, public_id: str, per: str, **told: Any) -> None:
    """Forbid yourself more than the law does: a channel, a day, a number of contacts, a gap."""
    content: dict[str, Any] = {key: told.pop(key) for key in ("channels", "shut", "at_most", "gap_days")}
    _place(public_id, {**content, "per": per if content["at_most"] else ""}, (since, until), told)


@click.command()
@click.option("--end", "ended", type=int, default=None, help="End this one at once.")
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who ends it.")
@click.option("--reason", default="", help="Why it is ended; needed with --end.")
@creditor_option
@json_option
def overrides(ended: int | None, user_id: int, reason: str, public_id: str, as_json: bool) -> None:
    """List what was relaxed and tightened, with reason, person and dates; --end NUMBER ends one."""
    from conserje.services.outreach import override
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, "")
    if ended is not None:
        try:
            override.end(
                creditor_id=facts.id, override_id=ended, by=f"person:{user_id}", reason=reason, now=now
            )
        except override.UnknownOverride as error:
            raise click.ClickException(str(error)) from error
        except OverrideRefused as error:
            raise click.ClickException(f"{_REFUSED[error.why]}.") from error
    with reading(creditor_id=facts.id):
        rows = [_plain(item, now.date()) for item in override.every(creditor_id=facts.id)]
    show({"overrides": rows}, as_json=as_json, lines=lambda: _lines(rows))


def _place(
    public_id: str,
    content: dict[str, Any],
    dates: tuple[datetime | None, datetime | None],
    told: dict[str, Any],
) -> None:
    from conserje.services.outreach import override

    facts = chosen(public_id)
    now = moment_of(facts, "")
    since, until = dates
    rule = OwnRule(
        id=0,
        by=f"person:{told['user_id']}",
        since=since.date() if since else now.date(),
        until=until.date() if until else None,
        **content,
    )
    try:
        number = override.place(creditor_id=facts.id, rule=rule, reason=told["reason"], now=now)
    except OverrideRefused as error:
        name = f"{rule.relaxes}: " if rule.relaxes else ""
        raise click.ClickException(f"{name}{_REFUSED[error.why]}.") from error
    show(
        {"override": number},
        as_json=told["as_json"],
        lines=lambda: [f"Override {number} holds from {rule.since}. Every customer is looked at again."],
    )


def _plain(item: Any, today: date) -> dict[str, Any]:
    rule = item.rule
    return {
        "override": rule.id,
        "rule": rule.name,
        "relaxes": bool(rule.relaxes),
        "value": rule.value,
        "channels": list(rule.channels),
        "shut": list(rule.shut),
        "at_most": rule.at_most,
        "per": rule.per,
        "gap_days": rule.gap_days,
        "since": rule.since.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "reason": item.reason,
        "by": rule.by,
        "ended_at": item.ended_at.isoformat() if item.ended_at else None,
        "end_reason": item.end_reason,
        "holds": item.holds(today),
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["Nothing was relaxed or tightened."]
    return [
        f"{row['override']:>5}  {'holds' if row['holds'] else 'does not hold'}  {row['rule']}"
        f"{' as ' + row['value'] if row['value'] else ''}  {row['since']}..{row['until'] or ''}"
        f"  {row['by']}: {row['reason']}"
        for row in rows
    ]
