# SPDX-License-Identifier: Apache-2.0
"""Whether a letter may name a settlement: only what the customer's page honours now, and once in a stage."""

from __future__ import annotations

from datetime import datetime

from conserje.data.outreach.letters import Dossier, TouchFacts
from conserje.domain.arrangements.settlement import Owed, offer
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Asked
from conserje.domain.outreach.strategy import Strategy


def honoured(
    *,
    dossier: Dossier,
    touch: TouchFacts,
    case: Case,
    asked: tuple[Asked, ...],
    rules: Strategy,
    now: datetime,
) -> bool:
    """Whether the letter of `touch` about `asked` names it: the policy offers it at its stage, for the first time.

    The page offers it for invoices that are asked for whole, and from the stage of this very contact on.
    """
    policy = dossier.creditor.settlement
    if policy is None or touch.episode_id is None:
        return False
    steps = [rules.find(made.step) for made in case.made if made.counted]
    if any(step is not None and step.stage.value == touch.stage for step in steps):
        return False
    owed = [
        Owed(item.invoice_id, item.minor, item.due_on)
        for item in asked
        if item.currency == policy.currency and dossier.invoices[item.invoice_id].open_minor == item.minor
    ]
    return bool(offer(owed, policy=policy, stage=touch.stage, today=local_date(now, case.zone)))
