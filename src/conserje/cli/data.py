# SPDX-License-Identifier: Apache-2.0
"""`conserje data`: what people ask about their data, and one customer's complete record, for them or a regulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conserje.cli.book import chosen, creditor_option, json_option, moment_of, show
from conserje.cli.main import ready

if TYPE_CHECKING:
    from conserje.services.receivables.data_request import Standing
    from conserje.services.tenancy.creditor import Facts

RIGHTS = ("access", "rectification", "erasure", "objection", "portability", "blocking")
_customer_option = click.option(
    "--customer", "text", required=True, help="Number, or the beginning of the name or code."
)
_by_option = click.option("--by", "user_id", type=int, default=0, help="Number of the person who says so.")


@click.group(invoke_without_command=True)
@creditor_option
@json_option
@click.pass_context
def data(context: click.Context, public_id: str, as_json: bool) -> None:
    """List the requests that wait for an answer, the one that is due first at the top."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from conserje.services.receivables import data_request
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        rows = [_plain(item) for item in data_request.waiting(creditor_id=facts.id)]
    show(
        {"requests": rows},
        as_json=as_json,
        lines=lambda: (
            [
                f"{row['id']}: {row['right']} of customer {row['customer_id']}, answer by {row['answer_by']}"
                f" ({row['rule']}{', ' + row['authority'] if row['authority'] else ''})"
                for row in rows
            ]
            or ["Nobody waits for an answer about their data."]
        ),
    )


@data.command("export")
@_customer_option
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@creditor_option
@json_option
def export(text: str, folder: Path, public_id: str, as_json: bool) -> None:
    """Write one customer's complete record, refusals with rule ids included, as record-N.json and record-N.html."""
    ready()
    from django.utils import translation

    from conserje.services.insights import person_record
    from conserje.services.tenancy.act import reading
    from conserje.ui.record import as_html

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        customer_id = _customer(facts, text)
        found = person_record.read(creditor_id=facts.id, customer_id=customer_id, now=moment_of(facts, ""))
    if found is None:
        raise click.ClickException("There is no such customer.")
    language = facts.locale.replace("_", "-").lower()
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"record-{customer_id}.json", folder / f"record-{customer_id}.html"
    with translation.override(language):
        page = as_html(found, creditor=facts.legal_name or facts.name, language=language)
    for path, content in zip(paths, (json.dumps(found, ensure_ascii=False, indent=2), page), strict=True):
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
    counts = {key: len(rows) for key, rows in found.items() if isinstance(rows, list)}
    told = {"files": [str(path) for path in paths], "counts": counts}
    show(told, as_json=as_json, lines=lambda: [f"Written: {paths[0]} and {paths[1]}."])


@data.command("ask")
@_customer_option
@click.argument("right", type=click.Choice(RIGHTS))
@click.option("--words", default="", help="What they ask, in their words.")
@_by_option
@creditor_option
@json_option
def ask(text: str, right: str, words: str, user_id: int, public_id: str, as_json: bool) -> None:
    """Write down what a customer asks about their data; says by when it is answered."""
    ready()
    from conserje.domain.rules.duties import DataRight
    from conserje.services.receivables import data_request
    from conserje.services.receivables.data_request import Asked
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        customer_id = _customer(facts, text)
    asked = Asked(DataRight(right), "command", f"person:{user_id}", words)
    made = data_request.ask(
        creditor_id=facts.id, customer_id=customer_id, asked=asked, now=moment_of(facts, "")
    )
    with reading(creditor_id=facts.id):
        row = _plain(data_request.one(creditor_id=facts.id, request_id=made))
    show(
        row, as_json=as_json, lines=lambda: [f"Request {made}: answer by {row['answer_by']} ({row['rule']})."]
    )


@data.command("extend")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What the person is told.")
@_by_option
@creditor_option
@json_option
def extend(number: int, reason: str, user_id: int, public_id: str, as_json: bool) -> None:
    """Take the longer term that the law gives, once."""
    ready()
    from conserje.services.outreach.content import Unlawful
    from conserje.services.receivables import data_request
    from conserje.services.receivables.refusals import UnknownRow

    facts = chosen(public_id)
    try:
        until = data_request.extend(
            creditor_id=facts.id,
            request_id=number,
            reason=reason,
            by=f"person:{user_id}",
            now=moment_of(facts, ""),
        )
    except (data_request.Refused, Unlawful, UnknownRow) as refused:
        raise click.ClickException(_because(str(refused))) from refused
    show({"answer_by": until}, as_json=as_json, lines=lambda: [f"Extended: answer by {until}."])


@data.command("answer")
@click.argument("number", type=int)
@click.argument("outcome", type=click.Choice(("granted", "partly", "refused")))
@click.option("--reason", default="", help="What the person is told; needed unless all is granted.")
@_by_option
@creditor_option
@json_option
def answer(number: int, outcome: str, reason: str, user_id: int, public_id: str, as_json: bool) -> None:
    """Answer a request, and do what the answer says: an erasure that is granted erases."""
    ready()
    from conserje.services.outreach.content import Unlawful
    from conserje.services.receivables import data_request
    from conserje.services.receivables.refusals import UnknownRow

    facts = chosen(public_id)
    try:
        data_request.answer(
            creditor_id=facts.id,
            request_id=number,
            answer=data_request.Answer(outcome, reason),
            by=f"person:{user_id}",
            now=moment_of(facts, ""),
        )
    except (data_request.Refused, Unlawful, UnknownRow) as refused:
        raise click.ClickException(_because(str(refused))) from refused
    show({"answered": True}, as_json=as_json, lines=lambda: ["Answered."])


def _because(code: str) -> str:
    return {
        "debt_alive": "Something is still open with this customer. Refuse it, and contacts stop instead.",
        "kept_by_law": "What was written must still be kept. Refuse it, and contacts stop instead.",
        "no_part": "A person is erased whole or not at all.",
        "no_reason": "Give the reason with --reason: the person will read it.",
        "no_extension": "No longer term is left for this request.",
        "extended_too_late": "The first term has passed: the extension had to be told before it ended.",
        "answered_before": "It was answered before.",
    }.get(code, code)


def _customer(facts: Facts, text: str) -> int:
    from conserje.services.receivables import lookup

    found = lookup.customer(creditor_id=facts.id, text=text)
    if found is None:
        raise click.ClickException(f"There is no customer '{text}'.")
    return found.id


def _plain(item: Standing) -> dict[str, Any]:
    return {
        "id": item.id,
        "customer_id": item.customer_id,
        "right": item.right.value,
        "asked_at": item.asked_at.isoformat(),
        "through": item.through,
        "answer_by": item.answer_by.isoformat(),
        "latest_by": item.latest_by.isoformat(),
        "rule": item.rule,
        "authority": item.authority,
    }
