# SPDX-License-Identifier: Apache-2.0
"""`conserje law`: the rules of every country, what they say of one contact and why, and their worked cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from django.utils import translation
from django.utils.translation import gettext as _

from conserje.cli.book import chosen, creditor_option, json_option, language_option, moment_of, show
from conserje.cli.law_overrides import overrides, relax, tighten
from conserje.cli.law_safety import safety
from conserje.cli.law_text import text
from conserje.cli.main import ready
from conserje.config import clock
from conserje.domain.kit.days import zone
from conserje.domain.ports.registry import countries
from conserje.domain.rules.case_facts import CaseError
from conserje.domain.rules.cases import CaseResult, run, stack_of, uncovered
from conserje.domain.rules.gate import DEFER_DAYS, RuleStack
from conserje.domain.rules.own import OwnRule, bound
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.telling import SECTIONS, told_of

if TYPE_CHECKING:
    from conserje.services.outreach.law_why import Answer


@click.group()
def law() -> None:
    """The rules of each country: what there is, what they say, why a contact may or may not be made."""
    ready()


law.add_command(relax)
law.add_command(tighten)
law.add_command(overrides)
law.add_command(text)
law.add_command(safety)


@law.command("list")
@json_option
@language_option
def list_(as_json: bool, language: str) -> None:
    """Every pack: its version, its rules, whether a lawyer signed it and when it is to be reviewed."""
    packs = [pack for item in countries.all() for pack in item.packs()]
    result = [_head(pack) for pack in packs]
    with translation.override(language):
        show(result, as_json=as_json, lines=lambda: [_head_line(item) for item in result])


@law.command("show")
@click.argument("code")
@creditor_option
@json_option
@language_option
def show_(code: str, public_id: str, as_json: bool, language: str) -> None:
    """Every rule of CODE (a country or a folder), with its basis, its dates and its source.

    With --creditor, as that creditor relaxed and tightened them.
    """
    from conserje.ui import rule_words

    packs = bound(packs=_packs(code), own=_own_rules(public_id)) if public_id else _packs(code)
    with translation.override(language):
        result = [{**_head(pack), **told_of(pack, says=rule_words.sentence)} for pack in packs]
        show(result, as_json=as_json, lines=lambda: [line for item in result for line in _pack_lines(item)])


@law.command()
@click.argument("code", required=False, default="")
@json_option
@language_option
def check(code: str, as_json: bool, language: str) -> None:
    """Read every file strictly and run the worked cases of CODE, or of all; exits 1 when something is wrong."""
    result = []
    for item in _folders(code):
        stack = stack_of(item.packs())
        worked = [(case, _run(case, stack)) for case in item.cases()]
        result.append(
            {
                "code": item.code,
                "cases": len(worked),
                "wrong": [_case_told(case, found) for case, found in worked if found.problems],
                "uncovered": uncovered(packs=item.packs(), worked=worked),
                "doubts": [
                    f"{pack.label}: {doubt}" for pack in item.packs() for doubt in pack.holidays.doubts
                ],
                "review_by": [f"{pack.label}: {pack.review_by}" for pack in item.packs()],
            }
        )
    with translation.override(language):
        show(result, as_json=as_json, lines=lambda: [line for item in result for line in _check_lines(item)])
    if any(item["wrong"] or item["uncovered"] or item["doubts"] for item in result):
        raise SystemExit(1)


@law.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--country", "code", default="", help="Whose packs judge; else the file's or the case's own.")
@json_option
@language_option
def cases(files: tuple[Path, ...], code: str, as_json: bool, language: str) -> None:
    """Run the worked cases of FILES, wherever they are; exits 1 on a mismatch, 2 when one cannot be read."""
    result = []
    stacks: dict[str, RuleStack] = {}
    for path in files:
        try:
            for case in countries.all()[0].cases_in(path):
                wanted = code or str(case.get("country") or (case.get("customer") or {}).get("country") or "")
                if wanted not in stacks:
                    stacks[wanted] = stack_of(_packs(wanted))
                result.append(_case_told(case, _run(case, stacks[wanted])))
        except (ValueError, click.ClickException) as error:
            told = error.message if isinstance(error, click.ClickException) else str(error)
            click.echo(f"{path}: {told}", err=True)
            raise SystemExit(2) from None
    with translation.override(language):
        show(result, as_json=as_json, lines=lambda: _cases_lines(result))
    if any(item["problems"] for item in result):
        raise SystemExit(1)


@law.command()
@click.argument("code", required=False, default="")
@click.option(
    "--at", "at_text", default="", help="The moment, local to the first zone unless it has an offset."
)
@click.option("--channel", default="email", help="email, sms, whatsapp, call, letter, ...")
@click.option("--purpose", default="collection", help="collection, pre_due_reminder, requested_info, ...")
@click.option("--recipient", default="debtor", help="debtor, guarantor, family, ...")
@click.option(
    "--fact", "facts", multiple=True, help="A fact as a case has it: zones=America/Lima, states=disputed."
)
@click.option("--past", multiple=True, help='A contact made: "2026-11-18T10:00 call answered".')
@click.option("--opened", is_flag=True, help="The customer began the conversation.")
@click.option(
    "--customer", default="", help="A customer of the book instead of facts: number or start of its name."
)
@creditor_option
@json_option
@language_option
def why(code: str, at_text: str, language: str, as_json: bool, public_id: str, **asked: Any) -> None:
    """Judge one contact: the verdict, every reason in words, and the next lawful moment."""
    from conserje.services.outreach import law_why

    case = _case_of(at_text, asked)
    try:
        if asked["customer"]:
            answer = _real(asked["customer"], public_id, case)
        else:
            country = code or str(case["customer"].get("country", ""))
            stack = _stack(country, _own_rules(public_id) if public_id else ())
            answer = law_why.of_facts(case=case, stack=stack, now=clock.now().replace(microsecond=0))
    except (ValueError, KeyError) as error:
        raise click.ClickException(f"{error}") from error
    with translation.override(language):
        result = _verdict_told(answer)
        show(result, as_json=as_json, lines=lambda: _why_lines(result))


def _folders(code: str) -> list[Any]:
    wanted = code.upper()
    found = [
        item
        for item in countries.all()
        if not wanted or item.code == wanted or any(pack.country == wanted for pack in item.packs())
    ]
    if not found:
        known = ", ".join(item.code for item in countries.all())
        raise click.ClickException(f"There are no rules for '{code}'. There are: {known}.")
    exact = [item for item in found if item.code == wanted]
    return exact or found


def _packs(code: str) -> tuple[Pack, ...]:
    """The packs of one folder, or of the country it stands in for."""
    if not code:
        raise click.ClickException("Say whose rules judge: --country, or 'country' in the file or the case.")
    (item, *_rest) = _folders(code)
    found = tuple(pack for pack in item.packs() if item.code == code.upper() or pack.country == code.upper())
    return found or item.packs()


def _stack(code: str, own: tuple[OwnRule, ...]) -> RuleStack:
    from conserje.services.outreach.law import stack_for

    found = stack_for(country=code, own=own) if code else RuleStack(())
    return found if found.packs else stack_of(bound(packs=_packs(code), own=own))


def _own_rules(public_id: str) -> tuple[OwnRule, ...]:
    from conserje.services.outreach import override
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    with reading(creditor_id=facts.id):
        return override.in_force(creditor_id=facts.id, on=moment_of(facts, "").date())


def _run(case: Mapping[str, Any], stack: RuleStack) -> CaseResult:
    try:
        return run(case=case, stack=stack)
    except CaseError as error:
        raise CaseError(f"{case['file']}, line {case['line']}: {error}") from None


def _case_of(at_text: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `why` as a worked case has them."""
    facts: dict[str, Any] = {}
    for fact in asked["facts"]:
        key, sign, value = fact.partition("=")
        if not sign:
            raise click.ClickException(f"'{fact}' is not a fact. Write it like debtor_type=sole_trader.")
        facts[key] = _value(key, value)
    history = []
    for made in asked["past"]:
        at, _space, rest = made.partition(" ")
        channel, _space, outcome = rest.strip().partition(" ")
        history.append({"at": at, "channel": channel, "outcome": outcome.strip() or "delivered"})
    contact = {key: asked[key] for key in ("channel", "purpose", "recipient")}
    contact["opened_by_customer"] = asked["opened"]
    return {"at": at_text, "customer": facts, "contact": contact, "history": history}


def _value(key: str, value: str) -> Any:
    if key in ("zones", "states", "debts"):
        return [one for one in value.split(",") if one]
    if key == "consent":
        return dict(one.split(":", 1) for one in value.split(",") if one)
    return {"true": True, "false": False}.get(value, value)


def _real(customer: str, public_id: str, case: Mapping[str, Any]) -> Answer:
    from conserje.services.outreach import law_why
    from conserje.services.receivables import lookup
    from conserje.services.tenancy.act import reading

    facts = chosen(public_id)
    now = moment_of(facts, "")
    with reading(creditor_id=facts.id):
        found = lookup.customer(creditor_id=facts.id, text=customer)
        if found is None:
            raise click.ClickException(f"No customer '{customer}'. Give its number or the start of its name.")
        return law_why.of_customer(creditor_id=facts.id, customer_id=found.id, case=case, now=now)


def _head(pack: Pack) -> dict[str, Any]:
    return {
        "pack": pack.id,
        "label": pack.label,
        "chosen": [list(pair) for pair in pack.chosen],
        "version": pack.version,
        "country": pack.country,
        "subdivision": pack.subdivision,
        "signed_off": pack.signed_off,
        "review_by": pack.review_by.isoformat(),
        "rules": len({rule.id for rule in pack.rules()}),
        "certified": sorted(pack.holidays.certified),
        "doubts": list(pack.holidays.doubts),
    }


def _head_line(item: Mapping[str, Any]) -> str:
    signed = _("signed by a lawyer") if item["signed_off"] else _("read by no lawyer yet")
    told = _("%(count)s rules, %(signed)s, to be reviewed by %(date)s")
    place = "-".join(part for part in (item["country"], item["subdivision"]) if part) or "*"
    return f"{item['pack']:<14} {item['version']:<10} {place:<10} " + told % {
        "count": item["rules"],
        "signed": signed,
        "date": item["review_by"],
    }


def _pack_lines(item: Mapping[str, Any]) -> list[str]:
    lines = [_head_line(item), *(f"  +{name}={value}" for name, value in item["chosen"])]
    for section in SECTIONS:
        for rule in item["sections"].get(section, []):
            until = f"–{rule['effective_to']}" if rule["effective_to"] else ""
            dates = f"{rule['effective_from']}{until}"
            source = ", ".join(rule["source"])
            lines.append(f"  {rule['id']:<12} {rule['basis']} {rule['confidence']}  {dates}  {source}")
            lines.append(f"  {'':<12} {section}: {rule['says']}")
            if rule["note"]:
                lines.append(f"  {'':<12} {rule['note']}")
    read, watch = _("Reading"), _("To watch")
    for reading in item["readings"]:
        options = "; ".join(f"{name} ({', '.join(source)})" for name, source in reading["options"].items())
        lines.append(f"  {read} {reading['name']} = {reading['value']}: {options}. {reading['note']}")
    lines += [f"  {watch}: {pending['what']} {pending['note']}".rstrip() for pending in item["pending"]]
    return lines


def _check_lines(item: Mapping[str, Any]) -> list[str]:
    wrong = [*item["uncovered"], *item["doubts"]]
    told = [line for case in item["wrong"] for line in _case_lines(case)]
    head = _("%(code)s: %(cases)s cases, %(wrong)s problems") % {
        "code": item["code"],
        "cases": item["cases"],
        "wrong": len(wrong) + len(item["wrong"]),
    }
    return [head, *told, *(f"  {line}" for line in wrong)]


def _case_told(case: Mapping[str, Any], found: CaseResult) -> dict[str, Any]:
    return {
        "file": case["file"],
        "line": case["line"],
        "name": found.name,
        "expected": found.expected,
        "got": found.got,
        "rules": sorted(found.rules),
        "problems": list(found.problems),
    }


def _case_lines(case: Mapping[str, Any]) -> list[str]:
    mark = "NOT" if case["problems"] else "ok "
    head = f"{mark} {case['file']}:{case['line']}  {case['name']}"
    told = _("expected %(expected)s, got %(got)s; rules: %(rules)s") % {
        "expected": case["expected"] or "–",
        "got": case["got"] or "–",
        "rules": ", ".join(case["rules"]) or "–",
    }
    return [head, f"      {told}", *(f"      {problem}" for problem in case["problems"])]


def _cases_lines(result: list[dict[str, Any]]) -> list[str]:
    wrong = sum(1 for case in result if case["problems"])
    end = _("%(cases)s cases, %(wrong)s with differences") % {"cases": len(result), "wrong": wrong}
    return [line for case in result for line in _case_lines(case)] + [end]


def _verdict_told(answer: Answer) -> dict[str, Any]:
    from conserje.ui import law_words

    verdict = answer.verdict
    return {
        "at": _local(answer.at, answer.zone),
        "ruling": verdict.ruling.name.lower(),
        "says": str(law_words.RULINGS[verdict.ruling.name.lower()]),
        "reasons": [
            {
                "rule": hit.rule,
                "ruling": hit.ruling.name.lower(),
                "reason": hit.reason,
                "says": law_words.sentence(hit.reason, dict(hit.values)),
            }
            for hit in verdict.hits
        ],
        "texts": list(verdict.texts),
        "next": None if verdict.until is None else _local(verdict.until, answer.zone),
        "packs": list(verdict.packs),
        "horizon_days": DEFER_DAYS,
    }


def _local(at: datetime, zone_name: str) -> str:
    return at.astimezone(zone(zone_name)).isoformat()


def _why_lines(result: Mapping[str, Any]) -> list[str]:
    lines = [f"{result['at']}  {result['says']}"]
    lines += [f"  {item['rule']:<12} {item['says']}" for item in result["reasons"]]
    if result["next"]:
        lines.append(_("Next lawful moment: %(next)s") % {"next": result["next"]})
    lines.append(_("Judged by %(packs)s.") % {"packs": ", ".join(result["packs"]) or "–"})
    return lines
