# SPDX-License-Identifier: Apache-2.0
"""Worked cases: facts written by a person, judged by the gate, compared with what that person expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.rules import case_facts, case_terms, content, notices
from conserje.domain.rules.case_facts import CaseError, known, moment
from conserje.domain.rules.facts import CreditorRole, DebtorType
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import HolidayCalendar, Pack
from conserje.domain.rules.rule import AppliesTo
from conserje.domain.rules.verdict import Hit, Ruling, Verdict

__all__ = ["CaseError", "CaseResult", "run", "stack_of", "uncovered"]

_CASE = frozenset(
    {"file", "line", "country", "name", "about", "at", "customer", "contact", "history", "readings"}
    | {"renewed_until", "given"}
)
_ABOUT = ("text", "act", *case_terms.KINDS)
_KEYS = _CASE | {"expect", *_ABOUT}
_EXPECT = frozenset({"ruling", "rules", "not_rules", "reasons", "next", "texts", "not_texts", "content"})
_ANYWHERE = Pack(
    id="ANYWHERE",
    version="1",
    country="ZZ",
    review_by=date.max.replace(year=9000),
    applies_to=AppliesTo(),
    zones=("UTC",),
    holidays=HolidayCalendar(frozenset(), frozenset()),
)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case: all ids that spoke, the hits, and in `problems` a sentence for each difference."""

    name: str
    ruling: Ruling
    rules: frozenset[str]
    problems: tuple[str, ...]
    hits: tuple[Hit, ...] = ()
    expected: str = ""
    got: str = ""


def stack_of(packs: tuple[Pack, ...]) -> RuleStack:
    """The packs of one folder, ready for cases: a platform's judge in a country that has no rules of its own."""
    return RuleStack(packs if any(pack.country for pack in packs) else (*packs, _ANYWHERE))


def run(*, case: Mapping[str, Any], stack: RuleStack) -> CaseResult:
    """Judge one case (see `docs/guides/new-country.md`). Raises `CaseError` for keys or values nobody knows."""
    known(case, allowed=_KEYS, case=case)
    expect = case["expect"]
    try:
        packs = _packs(case, stack)
        for kind in case_terms.KINDS:
            if kind in case:
                return _term(case, kind, expect, packs)
        known(expect, allowed=_EXPECT, case=case)
        if "text" in case:
            return _content(case, expect, packs)
        if "act" in case:
            return _act(case, expect, packs)
        return _contact(case, expect, RuleStack(packs))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError(f"Case '{case.get('name')}': {error}") from error


def uncovered(*, packs: Iterable[Pack], worked: Iterable[tuple[Mapping[str, Any], CaseResult]]) -> list[str]:
    """Sentences about rules that no case shows, or none shows refusing."""
    shown: set[str] = set()
    refused: set[str] = set()
    for case, result in worked:
        ids = result.rules | set(case.get("about", []))
        shown |= ids
        if result.ruling >= Ruling.DEFER_UNTIL:
            refused |= ids
    missing = []
    rules = {rule.id: rule for pack in packs for rule in pack.judged_rules()}
    for rule in rules.values():
        if rule.id not in shown:
            missing.append(f"{rule.id} is in no case")
        elif rule.id not in refused and not isinstance(rule, case_terms.UNREFUSING):
            missing.append(f"{rule.id} is in no case that refuses")
    return missing


def _packs(case: Mapping[str, Any], stack: RuleStack) -> tuple[Pack, ...]:
    packs = list(stack.packs)
    for name, value in (case.get("readings") or {}).items():
        asked = [place for place, pack in enumerate(packs) if pack.reading(name)]
        for place in asked or [0]:
            packs[place] = packs[place].read_as(name=name, value=str(value).lower())
    if "renewed_until" in case:
        packs = [replace(pack, review_by=case["renewed_until"]) for pack in packs]
    if "given" in case:
        packs = [case_terms.with_given(pack, given=case["given"]) for pack in packs]
    return tuple(packs)


def _contact(case: Mapping[str, Any], expect: Mapping[str, Any], stack: RuleStack) -> CaseResult:
    intent, subject, tz = case_facts.facts_of(case, packs=stack.packs)
    verdict = stack.judge(intent=intent, subject=subject, at=moment(case["at"], tz=tz))
    return _compared(case, expect, verdict, tz)


def _day(case: Mapping[str, Any], pack: Pack) -> date:
    at = case["at"]
    return at if type(at) is date else moment(at, tz=zone(pack.zones[0] if pack.zones else "UTC")).date()


def _content(case: Mapping[str, Any], expect: Mapping[str, Any], packs: tuple[Pack, ...]) -> CaseResult:
    written = case["text"]
    known(written, allowed=frozenset({"language", "words"}), case=case)
    rules = {
        rule.category: rule.id
        for pack in reversed(case_facts.concerned(case, packs=packs))
        for rule in pack.forbidden_content
        if rule.in_force(_day(case, packs[0]))
    }
    findings = content.check(text=written["words"], language=written["language"], pack_forbidden=rules)
    seen = {finding.category for finding in findings}
    meant = {word: set(content.covered(word)) for word in expect.get("content", [])}
    problems = []
    if not (seen <= set().union(*meant.values()) and all(own & seen for own in meant.values())):
        problems.append(f"content: expected {sorted(meant)}, found {sorted(seen)}")
    ruling = Ruling.DENY if seen else Ruling.ALLOW
    spoke = frozenset(
        rule for category, rule in rules.items() if seen.intersection(content.covered(category))
    )
    problems += [f"rule {rule} did not speak" for rule in expect.get("rules", []) if rule not in spoke]
    expected = ", ".join(sorted(expect.get("content", [])))
    return CaseResult(case["name"], ruling, spoke, tuple(problems), (), expected, ", ".join(seen))


def _act(case: Mapping[str, Any], expect: Mapping[str, Any], packs: tuple[Pack, ...]) -> CaseResult:
    facts = case_facts.act_of(case)
    found = [
        notices.judge_act(pack=pack, act=str(case["act"]["kind"]), facts=facts, on=_day(case, packs[0]))
        for pack in case_facts.concerned(case, packs=packs)
    ]
    named = [verdict for verdict in found if verdict.ruling is not Ruling.NEEDS_HUMAN] or found
    hits = tuple(hit for verdict in named for hit in verdict.hits)
    ruling = max((verdict.ruling for verdict in named), default=Ruling.NEEDS_HUMAN)
    verdict = Verdict(ruling, hits, tuple(pack.label for pack in packs))
    return _compared(case, expect, verdict, zone(packs[0].zones[0] if packs[0].zones else "UTC"))


def _term(
    case: Mapping[str, Any], kind: str, expect: Mapping[str, Any], packs: tuple[Pack, ...]
) -> CaseResult:
    known(expect, allowed=case_terms.EXPECT[kind], case=case)
    customer = case.get("customer") or {}
    answers = case_terms.answers(
        kind=kind,
        asked=case_terms.Asked(
            dict(case[kind] or {}),
            _day(case, packs[0]),
            CreditorRole(customer.get("creditor_role", "first_party")),
            DebtorType(customer.get("debtor_type", "natural_consumer")),
        ),
        packs=case_facts.concerned(case, packs=packs),
    )
    spoke = frozenset(answer["rule"] for answer in answers)
    problems = _absent("rule", expect.get("rules", []), spoke)
    problems += [f"rule {rule} spoke" for rule in expect.get("not_rules", []) if rule in spoke]
    for key, wanted in expect.items():
        if key in ("rules", "not_rules"):
            continue
        asked_of = [answer for answer in answers if answer["rule"] in expect.get("rules", spoke)]
        got = sorted({str(answer.get(key)) for answer in asked_of})
        if got != [str(wanted)]:
            problems.append(f"{key}: expected {wanted}, got {', '.join(got) or 'nothing'}")
    told = "; ".join(", ".join(f"{key} {value}" for key, value in answer.items()) for answer in answers)
    expected = ", ".join(f"{key} {value}" for key, value in expect.items())
    return CaseResult(case["name"], Ruling.ALLOW, spoke, tuple(problems), (), expected, told)


def _compared(
    case: Mapping[str, Any], expect: Mapping[str, Any], verdict: Verdict, tz: ZoneInfo
) -> CaseResult:
    spoke = frozenset(hit.rule for hit in verdict.hits)
    reasons = {hit.reason for hit in verdict.hits}
    problems = []
    got = verdict.ruling.name.lower()
    if got != expect["ruling"]:
        told = ", ".join(f"{hit.rule} {hit.reason}" for hit in verdict.hits)
        problems.append(f"ruling: expected {expect['ruling']}, got {got} ({told})")
    problems += _absent("rule", expect.get("rules", []), spoke)
    problems += [f"rule {rule} spoke" for rule in expect.get("not_rules", []) if rule in spoke]
    problems += _absent("reason", expect.get("reasons", []), reasons)
    problems += _absent("text", expect.get("texts", []), verdict.texts)
    problems += [
        f"text {slot} is not needed" for slot in expect.get("not_texts", []) if slot in verdict.texts
    ]
    if "next" in expect:
        wanted = moment(expect["next"], tz=tz)
        if verdict.until != wanted:
            told = verdict.until.astimezone(tz).isoformat() if verdict.until else "none"
            problems.append(f"next instant: expected {wanted.astimezone(tz).isoformat()}, got {told}")
    return CaseResult(
        case["name"], verdict.ruling, spoke, tuple(problems), verdict.hits, str(expect["ruling"]), got
    )


def _absent(kind: str, wanted: Sequence[str], found: Iterable[str]) -> list[str]:
    spoken = set(found)
    return [f"{kind} {item} did not speak" for item in wanted if item not in spoken]
