# SPDX-License-Identifier: Apache-2.0
"""What a letter may offer besides paying: only what the customer's page honours now."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.domain.arrangements import policy
from conserje.domain.arrangements.settlement import Owed, offer
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import BlockKind, Case
from conserje.domain.outreach.decision import Asked
from conserje.domain.outreach.strategy import Strategy

# What the page leaves out of a plan: it is talked about, or being paid.
_NOT_IN_A_PLAN: Final = frozenset({BlockKind.DISPUTE, BlockKind.PAYING, BlockKind.DOUBTED})


def settlement(
    *,
    dossier: Dossier,
    touch: TouchFacts,
    case: Case,
    asked: tuple[Asked, ...],
    rules: Strategy,
    now: datetime,
) -> bool:
    """Whether the letter of `touch` about `asked` names one: the policy offers it at its stage, for the first time.

    The page offers it for invoices that are asked for whole, and from the stage of this very contact on.
    """
    settles = dossier.creditor.settlement
    if settles is None or touch.episode_id is None:
        return False
    steps = [rules.find(made.step) for made in case.made if made.counted]
    if any(step is not None and step.stage.value == touch.stage for step in steps):
        return False
    owed = [
        Owed(item.invoice_id, item.minor, item.due_on)
        for item in asked
        if item.currency == settles.currency and dossier.invoices[item.invoice_id].open_minor == item.minor
    ]
    return bool(offer(owed, policy=settles, stage=touch.stage, today=local_date(now, case.zone)))


def plan(*, dossier: Dossier, touch: TouchFacts, case: Case) -> bool:
    """Whether the letter of `touch` names paying in parts: the policy agrees to it for what may be in a plan."""
    if touch.episode_id is None:
        return False
    planned = {invoice_id for invoice_id, _day in dossier.instalments}
    talked = {block.invoice_id for block in case.blocks if block.kind in _NOT_IN_A_PLAN}
    free: dict[str, int] = defaultdict(int)
    for item in dossier.invoices.values():
        if item.customer_id == touch.customer_id and item.id not in planned | talked:
            free[item.currency] += item.open_minor
    plans = dossier.creditor.plans
    return any(
        policy.offered(policy=plans, kind=touch.customer_kind, amount=Money(currency, minor))
        for currency, minor in free.items()
    )
