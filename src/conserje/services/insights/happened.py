# SPDX-License-Identifier: Apache-2.0
"""One thing that happened with a customer, as timelines tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.kit.money import Money


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. `kind`: touch, decision, payment, reversal, invoice, credit_note, write_off, promise,
    promise_closed, claim, claim_closed, hold, hold_closed, permission, elsewhere, elsewhere_undone; and those of
    `arranged`: plan_proposed, plan_offered, plan_agreed, plan_moved, plan_closed, dispute, dispute_message,
    dispute_closed, proposal, proposal_closed, agreement, agreement_closed, proof, enquiry, enquiry_closed, mandate,
    mandate_closed, charge, refund.

    `actor` is "person:<id>", "rule", "customer" or "system"; `told` holds what the kind needs to be told in words.
    """

    kind: str
    id: int
    at: datetime
    actor: str
    amount: Money | None
    told: Mapping[str, Any]


def read(sql: str, *, asked: Mapping[str, Any]) -> list[Happened]:
    """The rows of a query that selects kind, id, at, actor, currency, minor and told."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(asked))
        return [_row(row) for row in cursor.fetchall()]


def _row(row: Any) -> Happened:
    kind, row_id, at, actor, currency, minor, told = row
    amount = Money(currency, minor) if currency and minor is not None else None
    return Happened(kind, row_id, at, actor, amount, json.loads(told) if isinstance(told, str) else told)
