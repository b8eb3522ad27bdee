# SPDX-License-Identifier: Apache-2.0
"""One contact put to the gate to see what it says: of a customer of the book, or of made-up facts. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conserje.domain.kit.days import is_zone, zone
from conserje.domain.rules.case_facts import facts_of, moment
from conserje.domain.rules.facts import Intent, Subject
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.rule import Rule
from conserje.domain.rules.verdict import Verdict
from conserje.services.outreach import telling
from conserje.services.outreach.sweep import stack_of
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said of `intent` for `subject` at `at`. `zone` is the one its moments are told in."""

    verdict: Verdict
    intent: Intent
    subject: Subject
    at: datetime
    zone: str
    packs: tuple[Pack, ...]

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id in force on the judged day, None for the house's own."""
        day = self.at.astimezone(zone(self.zone)).date()
        return next(
            (
                rule
                for pack in self.packs
                for rule in pack.rules()
                if rule.id == rule_id and rule.in_force(day)
            ),
            None,
        )


def of_facts(*, case: Mapping[str, Any], stack: RuleStack, now: datetime) -> Answer:
    """Judge a contact of made-up facts, written as a worked case. Without a moment (`at`) it is `now`.

    Raises `ValueError` for facts that cannot be read.
    """
    intent, subject, local = facts_of(case, packs=stack.packs)
    at = moment(case["at"], tz=local) if case.get("at") else now.astimezone(UTC)
    return _answer(stack, intent, subject, at)


@step
def of_customer(*, creditor_id: int, customer_id: int, case: Mapping[str, Any], now: datetime) -> Answer:
    """Judge a contact with a customer of the book as it stands `now`; `case` has the contact and perhaps a moment.

    Raises `LookupError` for a customer that is not there and `ValueError` for a contact that cannot be read.
    """
    known = telling.case(creditor_id=creditor_id, customer_id=customer_id, now=now)
    stack = stack_of(known)
    intent, _subject, _zone = facts_of({"contact": case.get("contact")}, packs=stack.packs)
    at = moment(case["at"], tz=zone(known.zone)) if case.get("at") else now.astimezone(UTC)
    return _answer(stack, intent, known.subject, at)


def _answer(stack: RuleStack, intent: Intent, subject: Subject, at: datetime) -> Answer:
    shown = next((name for name in subject.zones if is_zone(name)), "UTC")
    return Answer(stack.judge(intent=intent, subject=subject, at=at), intent, subject, at, shown, stack.packs)
