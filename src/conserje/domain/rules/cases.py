# SPDX-License-Identifier: Apache-2.0
"""Worked cases: facts written by a person, judged by the gate, compared with what that person expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conserje.domain.kit.days import zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules import content, notices
from conserje.domain.rules.facts import (
    Consent,
    ContactOutcome,
    CreditorRole,
    DebtorType,
    Intent,
    PastContact,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.verdict import Hit, Ruling, Verdict

_CASE = frozenset(
    {"file", "name", "about", "at", "customer", "contact", "history", "readings", "renewed_until"}
)
_KEYS = _CASE | {"expect", "text", "act"}
_CUSTOMER = frozenset(
    {"country", "subdivision", "zones", "debtor_type", "creditor_role", "consent", "other_hours_until"}
    | {"time_barred", "insolvent", "deceased_or_minor"}
)
_CONTACT = frozenset({"channel", "purpose", "recipient", "opened_by_customer"})
_EXPECT = frozenset({"ruling", "rules", "reasons", "next", "texts", "not_texts", "content"})


class CaseError(ValueError):
    """A case cannot be read; the message names it and the key."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case: all ids that spoke, the hits, and in `problems` a sentence for each difference."""

    name: str
    ruling: Ruling
    rules: frozenset[str]
    problems: tuple[str, ...]
    hits: tuple[Hit, ...] = ()


def run(*, case: Mapping[str, Any], stack: RuleStack) -> CaseResult:
    """Judge one case (see `docs/guides/new-country.md`). Raises `CaseError` for keys or values nobody knows."""
    _known(case, _KEYS, case)
    expect = case["expect"]
    _known(expect, _EXPECT, case)
    try:
        packs = _packs(case, stack)
        if "text" in case:
            return _content(case, expect, packs[0])
        if "act" in case:
            return _act(case, expect, packs[0])
        return _contact(case, expect, RuleStack(packs))
    except (KeyError, ValueError, TypeError) as error:
        raise CaseError(f"Case '{case.get('name')}': {error}") from error


def _known(entry: Mapping[str, Any], known: frozenset[str], case: Mapping[str, Any]) -> None:
    for key in entry:
        if key not in known:
            raise CaseError(
                f"Case '{case.get('name')}': unknown key '{key}'. Known: {', '.join(sorted(known))}."
            )


def _packs(case: Mapping[str, Any], stack: RuleStack) -> tuple[Pack, ...]:
    packs = list(stack.packs)
    for name, value in (case.get("readings") or {}).items():
        packs[0] = packs[0].read_as(name=name, value=str(value).lower())
    if "renewed_until" in case:
        packs = [replace(pack, review_by=case["renewed_until"]) for pack in packs]
    return tuple(packs)


def _moment(value: Any, tz: ZoneInfo) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=tz)


def _contact(case: Mapping[str, Any], expect: Mapping[str, Any], stack: RuleStack) -> CaseResult:
    facts = dict(case.get("customer") or {})
    _known(facts, _CUSTOMER, case)
    wanted = dict(case.get("contact") or {})
    _known(wanted, _CONTACT, case)
    zones = tuple(facts.get("zones", stack.packs[0].zones[:1]))
    tz = zone(zones[0] if zones else stack.packs[0].zones[0])
    intent = Intent(
        channel=Channel(wanted.get("channel", "email")),
        purpose=Purpose(wanted.get("purpose", "collection")),
        recipient=RecipientRole(wanted.get("recipient", "debtor")),
        opened_by_customer=bool(wanted.get("opened_by_customer", False)),
    )
    at = _moment(case["at"], tz)
    verdict = stack.judge(intent=intent, subject=_subject(case, facts, zones, intent, stack), at=at)
    return _compared(case, expect, verdict, tz)


def _subject(
    case: Mapping[str, Any],
    facts: Mapping[str, Any],
    zones: tuple[str, ...],
    intent: Intent,
    stack: RuleStack,
) -> Subject:
    tz = zone(zones[0] if zones else stack.packs[0].zones[0])
    consent = facts.get("consent", {intent.channel.value: "granted"})
    asked = facts.get("other_hours_until")
    past = sorted((_past(entry, tz, case) for entry in case.get("history") or []), key=lambda item: item.at)
    return Subject(
        country=facts.get("country", stack.packs[0].country),
        subdivision=facts.get("subdivision", ""),
        zones=zones,
        debtor_type=DebtorType(facts.get("debtor_type", "natural_consumer")),
        creditor_role=CreditorRole(facts.get("creditor_role", "first_party")),
        permissions=tuple(Permission(Channel(name), Consent(value)) for name, value in consent.items()),
        past=tuple(past),
        time_barred=facts.get("time_barred", False),
        insolvent=facts.get("insolvent", False),
        deceased_or_minor=facts.get("deceased_or_minor", False),
        other_hours_until=None if asked is None else _moment(asked, tz),
    )


def _past(entry: Mapping[str, Any], tz: ZoneInfo, case: Mapping[str, Any]) -> PastContact:
    _known(entry, frozenset({"at", "channel", "purpose", "outcome"}), case)
    return PastContact(
        at=_moment(entry["at"], tz).astimezone(UTC),
        channel=Channel(entry["channel"]),
        purpose=Purpose(entry.get("purpose", "collection")),
        outcome=ContactOutcome(entry.get("outcome", "delivered")),
    )


def _content(case: Mapping[str, Any], expect: Mapping[str, Any], pack: Pack) -> CaseResult:
    on = case["at"] if type(case["at"]) is date else _moment(case["at"], zone(pack.zones[0])).date()
    rules = {rule.category: rule.id for rule in pack.forbidden_content if rule.in_force(on)}
    written = case["text"]
    findings = content.check(
        text=written["words"], language=written["language"], pack_forbidden=frozenset(rules)
    )
    seen = sorted({finding.category for finding in findings})
    problems = []
    if seen != sorted(expect.get("content", [])):
        problems.append(f"content: expected {sorted(expect.get('content', []))}, found {seen}")
    ruling = Ruling.DENY if seen else Ruling.ALLOW
    spoke = frozenset(rules[category] for category in seen if category in rules)
    problems += [f"rule {rule} did not speak" for rule in expect.get("rules", []) if rule not in spoke]
    return CaseResult(case["name"], ruling, spoke, tuple(problems))


def _act(case: Mapping[str, Any], expect: Mapping[str, Any], pack: Pack) -> CaseResult:
    act = case["act"]
    _known(act, frozenset({"kind", "noticed_on", "defaulted_on", "small_debt"}), case)
    facts = notices.ActFacts(act["noticed_on"], act["defaulted_on"], act.get("small_debt", True))
    verdict = notices.judge_act(pack=pack, act=act["kind"], facts=facts, on=case["at"])
    return _compared(case, expect, verdict, zone(pack.zones[0]))


def _compared(
    case: Mapping[str, Any], expect: Mapping[str, Any], verdict: Verdict, tz: ZoneInfo
) -> CaseResult:
    spoke = frozenset(hit.rule for hit in verdict.hits)
    reasons = {hit.reason for hit in verdict.hits}
    problems = []
    if verdict.ruling.name.lower() != expect["ruling"]:
        told = ", ".join(f"{hit.rule} {hit.reason}" for hit in verdict.hits)
        problems.append(f"ruling: expected {expect['ruling']}, got {verdict.ruling.name.lower()} ({told})")
    problems += _absent("rule", expect.get("rules", []), spoke)
    problems += _absent("reason", expect.get("reasons", []), reasons)
    problems += _absent("text", expect.get("texts", []), verdict.texts)
    problems += [
        f"text {slot} is not needed" for slot in expect.get("not_texts", []) if slot in verdict.texts
    ]
    if "next" in expect:
        wanted = _moment(expect["next"], tz).astimezone(UTC)
        if verdict.until != wanted:
            got = verdict.until.astimezone(tz).isoformat() if verdict.until else "none"
            problems.append(f"next instant: expected {wanted.astimezone(tz).isoformat()}, got {got}")
    return CaseResult(case["name"], verdict.ruling, spoke, tuple(problems), verdict.hits)


def _absent(kind: str, wanted: Sequence[str], found: Sequence[str] | frozenset[str] | set[str]) -> list[str]:
    return [f"{kind} {item} did not speak" for item in wanted if item not in found]
