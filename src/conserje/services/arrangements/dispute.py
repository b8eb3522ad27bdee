# SPDX-License-Identifier: Apache-2.0
"""Disputes: opened for a part or the whole of an invoice, closed with an outcome. Only that part stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.arrangements.models import Dispute
from conserje.data.receivables.models import Invoice
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, keyed


class Refused(ValueError):
    """The dispute does not fit the invoice; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class About:
    """What is disputed: an amount in minor units (None: the whole invoice), of which kind, in whose words."""

    amount_minor: int | None
    kind: str
    words: str = ""


@keyed
@act
def open_(*, creditor_id: int, invoice_id: int, about: About, by: str, now: datetime) -> int:
    """Leave the disputed amount of an invoice alone until the dispute is closed; returns the dispute's id.

    The same objection again, while it is open, is the same dispute. Raises `Refused`.
    """
    amount_minor = about.amount_minor
    invoice = Invoice.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=invoice_id)
    if amount_minor is not None and not 0 < amount_minor <= invoice.open_minor:
        raise Refused("dispute_over_open_amount")
    known = Dispute.objects.filter(
        creditor_id=creditor_id,
        invoice_id=invoice_id,
        amount_minor=amount_minor,
        kind=about.kind,
        words=about.words[:4000],
        opened_by=by,
        closed_at=None,
    ).first()
    if known is not None:
        return known.id
    row = Dispute.objects.create(
        creditor_id=creditor_id,
        invoice_id=invoice_id,
        amount_minor=amount_minor,
        kind=about.kind,
        words=about.words[:4000],
        opened_by=by,
        opened_at=now,
    )
    _tell(creditor_id, invoice.customer_id, row.id, "opened", by, now, {"amount_minor": amount_minor})
    return row.id


@act
def close(*, creditor_id: int, dispute_id: int, outcome: str, by: str, now: datetime) -> None:
    """End a dispute; what is still open of its amount may be asked for again."""
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("invoice")
    row = rows.get(creditor_id=creditor_id, id=dispute_id, closed_at=None)
    row.closed_at, row.outcome = now, outcome
    row.save(update_fields=["closed_at", "outcome"])
    _tell(creditor_id, row.invoice.customer_id, row.id, "closed", by, now, {"outcome": outcome})


def _tell(
    creditor_id: int,
    customer_id: int,
    dispute_id: int,
    what: str,
    by: str,
    now: datetime,
    payload: dict[str, object],
) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"arrangements.dispute.{what}",
                actor=by if by.startswith("person:") else "customer",
                customer_id=customer_id,
                subject_kind="dispute",
                subject_id=dispute_id,
                payload=payload,
            )
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"dispute.{what}")
