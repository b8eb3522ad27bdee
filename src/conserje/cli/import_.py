# SPDX-License-Identifier: Apache-2.0
"""`conserje import`: a spreadsheet becomes customers and receivables, once its columns were confirmed."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, now_option
from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.domain.ports.connector import FilePlan
    from conserje.services.integrations.intake_answers import Answers
    from conserje.services.tenancy.creditor import Facts

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
BASES = ["contract", "order", "form", "own_email", "other", "not_stated"]
ROLES = ["first_party", "agency", "assignee", "law_firm"]
CHANNELS = ["email", "whatsapp", "sms", "call", "letter"]


@click.command("import")
@click.argument("file", type=FILE)
@creditor_option
@click.option("--contacts", type=FILE, help="A file of contacts, brought in first.")
@click.option(
    "--documents", type=click.Path(exists=True, path_type=Path), help="A folder or zip of PDFs and XMLs."
)
@click.option("--country", help="Where the customers are, unless a column says so: two letters.")
@click.option("--time-zone", help="Their zone, for countries with several.")
@click.option(
    "--kind", type=click.Choice(["company", "person"]), help="What they are, unless a column says so."
)
@click.option("--role", type=click.Choice(ROLES), help="In whose right you write.")
@click.option("--permission", type=click.Choice(BASES), help="How these addresses were given to you.")
@click.option("--permission-channels", help="For which channels, with commas: email,whatsapp.")
@click.option("--permission-source", help="The evidence in your words: which contract, which form.")
@click.option("--currency", help="Of amounts that name none.")
@click.option(
    "--payments-through", type=click.DateTime(["%Y-%m-%d"]), help="The last day whose payments are in it."
)
@click.option("--yes", is_flag=True, help="Take the columns as understood and ask nothing.")
@now_option
@json_option
def import_(
    file: Path,
    public_id: str,
    contacts: Path | None,
    documents: Path | None,
    yes: bool,
    moment: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Bring FILE in: a CSV or XLSX of invoices as you keep it. The same file again changes nothing."""
    ready()
    from django.utils import translation

    from conserje.domain.ports.connector import FileRefused
    from conserje.services.integrations.intake_answers import AnswerRefused

    # Commands speak English; the same sentences are translated on screens.
    translation.activate("en")
    facts = chosen(public_id)
    now = moment_of(facts, moment)
    asking = sys.stdin.isatty() and not yes and not as_json
    try:
        plans = _understood(facts, [path for path in (contacts, file) if path], now, quiet=as_json)
        if asking and not click.confirm("Are the columns understood rightly?", default=True):
            raise click.ClickException(
                "Nothing was written. Rename the headers that were taken wrongly and try again."
            )
        answers = _answers(_asked(facts, given) if asking else given)
        done = [
            _bring_in(facts, path, plan, answers, now, documents if path == file else None)
            for path, plan in plans.items()
        ]
    except (FileRefused, AnswerRefused) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    _tell(done, as_json=as_json)


def _understood(facts: Facts, paths: list[Path], now: datetime, *, quiet: bool) -> dict[Path, FilePlan]:
    from conserje.cli.import_report import columns
    from conserje.services.integrations import intake

    plans: dict[Path, FilePlan] = {}
    for path in paths:
        plans[path] = intake.understand(creditor_id=facts.id, path=path, now=now)
        if not quiet:
            columns(path, plans[path])
    return plans


def _asked(facts: Facts, given: dict[str, Any]) -> dict[str, Any]:
    """`given`, with what is missing asked for. An empty answer leaves it unstated."""
    asked = dict(given)
    click.echo(
        "A few answers for the whole file; a column that says otherwise wins. Leave empty what you do not know."
    )
    if not asked["country"]:
        asked["country"] = click.prompt("Country of the customers (two letters)", default=facts.country)
    if not asked["kind"]:
        kinds = click.Choice(["company", "person", ""])
        asked["kind"] = click.prompt(
            "Are they companies or persons", default="", type=kinds, show_choices=True
        )
    if not asked["permission"]:
        click.echo(
            "How did these customers give you their addresses? Without an answer nobody is written to."
        )
        asked["permission"] = click.prompt("Permission", default="not_stated", type=click.Choice(BASES))
    if asked["permission"] != "not_stated" and not asked["permission_channels"]:
        asked["permission_channels"] = click.prompt("For which channels (with commas)", default="email")
    if asked["permission"] != "not_stated" and not asked["permission_source"]:
        asked["permission_source"] = click.prompt("Which contract, order, form or e-mail", default="")
    if not asked["payments_through"]:
        day = click.prompt(
            "Payments are recorded in it through (year-month-day)", default="", show_default=False
        )
        asked["payments_through"] = click.DateTime(["%Y-%m-%d"]).convert(day, None, None) if day else None
    return asked


def _answers(given: dict[str, Any]) -> Answers:
    from conserje.domain.ports.channel import Channel
    from conserje.services.integrations.intake_answers import Answers
    from conserje.services.outreach.permission import Basis

    names = [name.strip() for name in (given["permission_channels"] or "").split(",") if name.strip()]
    wrong = [name for name in names if name not in CHANNELS]
    if wrong:
        raise click.ClickException(f"'{wrong[0]}' is not a channel. Choose from {', '.join(CHANNELS)}.")
    basis = Basis(given["permission"] or "not_stated")
    return Answers(
        country=(given["country"] or "").upper(),
        time_zone=given["time_zone"] or "",
        kind=given["kind"] or "",
        role=given["role"] or "",
        permission=basis,
        channels=tuple(Channel(name) for name in names or ["email"]) if basis is not Basis.NOT_STATED else (),
        permission_source=given["permission_source"] or "",
        currency=(given["currency"] or "").upper(),
        payments_through=given["payments_through"].date() if given["payments_through"] else None,
        stated_by="command line",
    )


def _bring_in(
    facts: Facts, path: Path, plan: FilePlan, answers: Answers, now: datetime, documents: Path | None
) -> dict[str, Any]:
    from conserje.cli.import_report import plain
    from conserje.services.integrations import intake

    outcome = intake.bring_in(
        creditor_id=facts.id, path=path, plan=plan, answers=answers, now=now, documents=documents
    )
    return plain(path, outcome, intake.write_corrections(path=path, plan=plan, outcome=outcome))


def _tell(done: list[dict[str, Any]], *, as_json: bool) -> None:
    from conserje.cli.book import show
    from conserje.cli.import_report import blocked, sentences

    def lines() -> list[str]:
        return [line for item in done for line in sentences(item)] + blocked(done[-1])

    show({"files": done}, as_json=as_json, lines=lines)
