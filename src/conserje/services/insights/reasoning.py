# SPDX-License-Identifier: Apache-2.0
"""Why something was decided: the stored reasons and rulings of decisions, and what the packs say of their rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from conserje.data.outreach import page
from conserje.domain.kit.canonical import load
from conserje.domain.outreach.decision import Decision
from conserje.domain.ports.registry import countries
from conserje.domain.rules.rule import Rule
from conserje.services.tenancy.act import step

_SUPPRESSED = """
SELECT DISTINCT ON (subject_id) subject_id, payload->'rules' FROM journal_entry
 WHERE creditor_id = %(creditor)s AND subject_kind = 'touch' AND subject_id = ANY(%(ids)s)
   AND kind = 'outreach.touch.suppressed'
 ORDER BY subject_id, id DESC"""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a pack says of one of its rules. `basis` is law, policy or platform; `source` its references."""

    id: str
    pack: str
    basis: str
    confidence: str
    source: str
    note: str


@step
def decisions(*, creditor_id: int, ids: Sequence[int]) -> dict[int, Decision]:
    """The stored decisions, whole, by id."""
    found = page.stored(creditor_id=creditor_id, ids=ids)
    return {decision_id: load(Decision, item.result) for decision_id, item in found.items()}


@step
def rules_against(*, creditor_id: int, touch_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Ids of the rules for which touches were held back at the last judgement, by touch."""
    with connection.cursor() as cursor:
        cursor.execute(_SUPPRESSED, {"creditor": creditor_id, "ids": list(touch_ids)})
        return {touch_id: _ids(rules) for touch_id, rules in cursor.fetchall()}


@lru_cache(maxsize=1)
def rules() -> dict[str, RuleText]:
    """What every installed pack says of its rules, by id."""
    return {
        rule.id: _text(rule, pack.label)
        for country in countries.all()
        for pack in country.packs()
        for rule in pack.judged_rules()
    }


def rule(rule_id: str) -> Rule | None:
    """The latest version of a rule of any installed pack."""
    return _latest().get(rule_id)


@lru_cache(maxsize=1)
def _latest() -> dict[str, Rule]:
    every = (rule for country in countries.all() for pack in country.packs() for rule in pack.rules())
    return {rule.id: rule for rule in sorted(every, key=lambda rule: rule.effective_from)}


def _text(rule: Rule, pack: str) -> RuleText:
    return RuleText(rule.id, pack, rule.basis.value, rule.confidence.value, ", ".join(rule.source), rule.note)


def _ids(value: Any) -> tuple[str, ...]:
    found = json.loads(value) if isinstance(value, str) else value
    return tuple(str(one) for one in found or ())
