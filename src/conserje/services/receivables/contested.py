# SPDX-License-Identifier: Apache-2.0
"""Payments that the payer's bank asked back, or that went back unasked: their invoices rest until a person decides."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import Checkout
from conserje.services.receivables import checkout_fact, locked
from conserje.services.tenancy.act import act, keyed


@keyed
@act
def decide(*, creditor_id: int, checkout_id: int, by: str, now: datetime) -> None:
    """A person has looked at it: what is open of its invoices is asked for again as any other debt.

    Once decided it stays so, whatever is told again of the same payment. Who owes nothing any more gets a credit note
    or a hold instead, from the customer's page. Raises `UnknownRow`.
    """
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if not row.contested:
        return
    row.contested, row.contest_decided_at, row.contest_decided_by = False, now, by
    row.save(update_fields=["contested", "contest_decided_at", "contest_decided_by"])
    payload = {"returned": row.returned_minor}
    checkout_fact.tell_and_wake(
        creditor_id=creditor_id, row=row, what="contest_decided", payload=payload, by=by, now=now
    )
