# SPDX-License-Identifier: Apache-2.0
"""Replaying a decision: the stored case through the stored versions must give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.data.outreach import page
from conserje.data.outreach.models import Decision
from conserje.domain.kit.canonical import dump, load
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.services.outreach import strategy
from conserje.services.outreach.sweep import stack_of
from conserje.services.tenancy.act import step


class UnknownDecision(LookupError):
    """There is no decision with that number."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """`same` is byte for byte. When the packs installed now are not the stored ones, `packs_now` tells."""

    same: bool
    stored: bytes
    again: bytes
    case: bytes
    strategy: str
    packs: str
    packs_now: str


@step
def replay(*, creditor_id: int, decision_id: int) -> Replayed:
    """Decide the stored case again, as of the stored instant. Raises `UnknownDecision`."""
    row = Decision.objects.filter(creditor_id=creditor_id, id=decision_id).first()
    if row is None:
        raise UnknownDecision(
            f"There is no decision {decision_id}. The timeline of a customer shows their numbers."
        )
    known = page.stored(creditor_id=creditor_id, ids=[decision_id])[decision_id]
    case = load(Case, known.case)
    law = stack_of(case)
    rules = strategy.by_label(creditor_id=creditor_id, label=row.strategy)
    again = dump(decide(case, strategy=rules, law=law, now=row.decided_at))
    packs_now = ", ".join(law.versions)
    same = again == known.result
    return Replayed(same, known.result, again, known.case, row.strategy, row.packs, packs_now)
