# SPDX-License-Identifier: Apache-2.0
"""`conserje bank taxes`, `state-tax`: what customers may keep back from what they pay, and the creditor's own rates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, show
from conserje.cli.main import ready
from conserje.domain.receivables.withheld import Kind, counted
from conserje.domain.rules.case_terms import percent_text
from conserje.domain.rules.taxes import TaxBase

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("taxes")
@click.option(
    "--country", default="", help="Two letters of the customers' country; the creditor's own if not given."
)
@click.option("--end", "ended", type=int, default=None, help="End the stated rates of this number at once.")
@click.option("--by", "user_id", type=int, default=0, help="Number of the person who ends them.")
@creditor_option
@json_option
def taxes(country: str, ended: int | None, user_id: int, public_id: str, as_json: bool) -> None:
    """List the taxes with which payments are compared, and what was stated; --end NUMBER ends what was."""
    ready()
    from conserje.config import clock
    from conserje.services.receivables import withheld_rate
    from conserje.services.receivables.refusals import UnknownRow
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = clock.now_for(facts).astimezone(UTC)
    if ended is not None:
        try:
            withheld_rate.end(creditor_id=facts.id, rate_id=ended, by=f"person:{user_id}", now=now)
        except UnknownRow as error:
            raise click.ClickException(str(error)) from error
    code = (country or facts.country).upper()
    with reading(creditor_id=facts.id):
        known = withheld_rate.of_countries(creditor_id=facts.id, countries=[code])[code]
        stated = withheld_rate.every(creditor_id=facts.id)
    told = {
        "country": code,
        "taxes": [_plain(kind) for kind in counted(known, on=now.date())],
        "stated": [_own(item) for item in stated],
    }
    show(told, as_json=as_json, lines=lambda: _lines(told))


@click.command("state-tax")
@click.argument("country")
@click.argument("tax")
@click.option("--base", type=click.Choice([base.value for base in TaxBase]), required=True)
@click.option("--percent", "percents", multiple=True, required=True, help="A rate, as in 2.5; once for each.")
@click.option("--from", "since", type=_DAY, default=None, help="First day; today when not given.")
@click.option("--until", type=_DAY, default=None, help="Last day; without it until they are ended.")
@click.option("--reason", required=True, help="Where the rates are read; kept with them.")
@click.option("--by", "user_id", type=int, required=True, help="Number of the person who answers for them.")
@creditor_option
@json_option
def state_tax(
    country: str,
    tax: str,
    percents: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    public_id: str,
    as_json: bool,
    **told: Any,
) -> None:
    """State at what rates customers of COUNTRY keep TAX back, instead of what its pack says."""
    ready()
    from conserje.config import clock
    from conserje.services.receivables import withheld_rate

    facts = chosen(public_id)
    now = clock.now_for(facts).astimezone(UTC)
    first: date = since.date() if since else now.date()
    rates = withheld_rate.Stated(
        country=country,
        tax=tax,
        base=TaxBase(told["base"]),
        percents=percents,
        since=first,
        until=until.date() if until else None,
        reason=told["reason"],
        by=f"person:{told['user_id']}",
    )
    try:
        number = withheld_rate.state(creditor_id=facts.id, rates=rates, now=now)
    except withheld_rate.RateRefused as error:
        raise click.ClickException(str(error)) from error
    show({"stated": number}, as_json=as_json, lines=lambda: [f"Stated as {number}; it counts from {first}."])


def _plain(kind: Kind) -> dict[str, Any]:
    return {
        "tax": kind.name,
        "base": kind.base.value,
        "percents": [percent_text(rate) for rate in kind.rates],
        "since": kind.since.isoformat() if kind.since else None,
        "until": kind.until.isoformat() if kind.until else None,
    }


def _own(item: Any) -> dict[str, Any]:
    return {
        "number": item.id,
        "country": item.country,
        **_plain(item.kind),
        "reason": item.reason,
        "by": item.by,
        "ended_at": item.ended_at.isoformat() if item.ended_at else None,
    }


def _lines(told: dict[str, Any]) -> list[str]:
    found = [
        f"{item['tax']}  {', '.join(item['percents'])} % of the {item['base']}  {item['since']}..{item['until'] or ''}"
        for item in told["taxes"]
    ]
    stated = [
        f"{item['number']:>5}  {'ended' if item['ended_at'] else 'stated'}  {item['country']} {item['tax']}"
        f"  {', '.join(item['percents'])} %  {item['by']}: {item['reason']}"
        for item in told["stated"]
    ]
    return [f"Payments from {told['country']} are compared with:", *(found or ["nothing"]), *stated]
