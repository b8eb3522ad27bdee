# SPDX-License-Identifier: Apache-2.0
"""`conserje law text`: what a text may not say to a customer of a country, and what to say instead."""

from __future__ import annotations

from typing import Any, TextIO

import click

from conserje.cli.book import json_option, show
from conserje.cli.main import ready

_PLACES = ("body", "preview", "label")


@click.command()
@click.argument("source", type=click.File(encoding="utf-8"))
@click.option(
    "--country", help="Whose law it is read under, such as CO; not given, under every law that is installed."
)
@click.option(
    "--language", default="es", show_default=True, help="The language it is written in: es, es_CO, en, pt_BR."
)
@click.option(
    "--place",
    type=click.Choice(_PLACES),
    default="body",
    show_default=True,
    help="Where it stands: a preview is a subject, a first line or an envelope; a label names a field of a form.",
)
@json_option
def text(source: TextIO, country: str | None, language: str, place: str, as_json: bool) -> None:
    """Look at FILE (or - for standard input); ends with status 1 when anything stands against it."""
    ready()
    from conserje.config import clock
    from conserje.domain.rules.phrases import Place
    from conserje.services.outreach import content
    from conserje.services.outreach import law as laws

    stack = laws.every_stack() if country is None else laws.stack_for(country=country)
    if not stack.packs:
        raise click.ClickException(f"No law of {country} is installed: see `conserje law list`.")
    try:
        written = source.read()
    except UnicodeDecodeError as error:
        raise click.ClickException("That is not text in UTF-8: save it so, and try again.") from error
    reader = content.Reader(language, stack, clock.now().date())
    found = content.look(text=written, reader=reader, place=Place(place))
    result = {"packs": list(stack.versions), "findings": [_told(written, item) for item in found]}
    show(result, as_json=as_json, lines=lambda: _lines(result))
    if found:
        raise SystemExit(1)


def _told(written: str, item: Any) -> dict[str, Any]:
    finding = item.finding
    line = written.count("\n", 0, finding.start) + 1
    return {
        "line": line,
        "column": finding.start - (written.rfind("\n", 0, finding.start) + 1) + 1,
        "words": finding.matched,
        "category": finding.category,
        "rule": finding.rule,
        "basis": item.basis,
        "source": item.source,
        "may_stand": finding.may_stand,
        "instead": item.instead,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    if not result["findings"]:
        return [f"Nothing stands against it ({', '.join(result['packs'])})."]
    lines = []
    for item in result["findings"]:
        words = " ".join(str(item["words"]).split())
        source = f", {item['source']}" if item["source"] else ""
        lines.append(
            f"{item['line']}:{item['column']} “{words}”: {item['category']} ({item['rule']}{source})"
        )
        lines.append(f"    instead: {item['instead'] or 'leave it out'}")
    return lines
