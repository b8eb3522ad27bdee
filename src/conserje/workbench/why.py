# SPDX-License-Identifier: Apache-2.0
"""Decisions opened up: each reason of ours and each rule of a pack as a line with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from conserje.domain.outreach.decision import Decision
from conserje.domain.rules.verdict import Hit, Verdict
from conserje.services.insights import reasoning
from conserje.workbench.pages import Rule
from conserje.workbench.reasons import sentence

_TEXT = "text_required"


def of_decision(decision: Decision) -> tuple[Rule, ...]:
    """Why a decision is what it is: our own reasons first, then every rule that spoke."""
    own = tuple(
        Rule(id=reason.code, ruling="", text=sentence(reason.code, reason.values), pack=decision.strategy)
        for reason in decision.reasons
    )
    return own if decision.verdict is None else (*own, *of_verdict(decision.verdict))


def of_verdict(verdict: Verdict) -> tuple[Rule, ...]:
    """Every rule that spoke; what a message must say is one line."""
    spoke = tuple(of_hit(hit) for hit in verdict.hits if hit.reason != _TEXT)
    return (*spoke, *_texts([hit for hit in verdict.hits if hit.reason == _TEXT]))


def of_hit(hit: Hit) -> Rule:
    """One rule that spoke."""
    return _rule(hit.rule, hit.ruling.name.lower(), sentence(hit.reason, hit.values))


def _texts(hits: Sequence[Hit]) -> tuple[Rule, ...]:
    """All that a message must say as one line: it is the same kind of rule over and over."""
    if not hits:
        return ()
    slots = ", ".join(dict(hit.values).get("slot", "") for hit in hits)
    first = of_hit(hits[0])
    text = sentence(_TEXT, [("slot", slots)])
    return (replace(first, id=", ".join(hit.rule for hit in hits), text=text, basis="", source="", note=""),)


def of_ids(ids: Iterable[str], reason: str) -> tuple[Rule, ...]:
    """Rules by which something was held back, when only their ids were kept."""
    return tuple(_rule(rule_id, "deny", sentence(reason)) for rule_id in dict.fromkeys(ids))


def _rule(rule_id: str, ruling: str, text: str) -> Rule:
    known = reasoning.rules().get(rule_id)
    if known is None:
        return Rule(id=rule_id, ruling=ruling, text=text)
    return Rule(
        id=rule_id,
        ruling=ruling,
        text=text,
        pack=known.pack,
        basis=known.basis,
        source=known.source,
        note=known.note,
    )
