# SPDX-License-Identifier: Apache-2.0
"""What follows for arrangements when money moves; then for outreach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conserje.services.arrangements import claim, plan_due, promise
from conserje.services.outreach import money
from conserje.services.tenancy.act import step


@step
def moved(
    *,
    creditor_id: int,
    customer_ids: Sequence[int],
    closed_invoice_ids: Sequence[int],
    payment_id: int | None,
    now: datetime,
) -> None:
    """Plans and promises kept, claims found true; then touches suppressed, cases closed, thanks planned."""
    plan_due.judge_paid(creditor_id=creditor_id, customer_ids=customer_ids, now=now)
    promise.judge_paid(creditor_id=creditor_id, customer_ids=customer_ids, now=now)
    claim.answer_paid(creditor_id=creditor_id, customer_ids=customer_ids, now=now)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=customer_ids,
        closed_invoice_ids=closed_invoice_ids,
        payment_id=payment_id,
        now=now,
    )
