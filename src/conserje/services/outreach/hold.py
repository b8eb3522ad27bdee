# SPDX-License-Identifier: Apache-2.0
"""Holds: a pause with its reason and its end, for an invoice or for the whole customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.data.outreach.models import Hold
from conserje.data.receivables.models import Customer
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, keyed, step


@dataclass(frozen=True, slots=True)
class Pause:
    """For which invoice (None: the whole customer), why, and through which day (None: until released)."""

    invoice_id: int | None
    reason: str
    until: date | None


@keyed
@act
def place(*, creditor_id: int, customer_id: int, pause: Pause, by: str, now: datetime) -> int:
    """Leave a customer or one invoice alone; returns the hold's id.

    The same pause again, while it is in force, is the same hold.
    """
    return put(creditor_id=creditor_id, customer_id=customer_id, pause=pause, by=by, now=now)


@step
def put(*, creditor_id: int, customer_id: int, pause: Pause, by: str, now: datetime) -> int:
    """The same as part of another act."""
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    same = {
        "creditor_id": creditor_id,
        "customer_id": customer_id,
        "invoice_id": pause.invoice_id,
        "reason": pause.reason,
        "until": pause.until,
        "placed_by": by,
    }
    known = Hold.objects.filter(**same, released_at=None).first()
    if known is not None:
        return known.id
    row = Hold.objects.create(**same, placed_at=now)
    _tell(creditor_id, customer_id, row.id, "placed", by, now)
    return row.id


@step
def lift(*, creditor_id: int, hold_id: int, by: str, now: datetime) -> None:
    """End a hold as part of another act; one that is not in force any more is left as it is."""
    row = Hold.objects.filter(creditor_id=creditor_id, id=hold_id, released_at=None).first()
    if row is not None:
        _end(creditor_id, row, by, now)


@act
def release(*, creditor_id: int, hold_id: int, by: str, now: datetime) -> None:
    """End a hold at once. Raises `Hold.DoesNotExist` when it is not in force."""
    _end(creditor_id, Hold.objects.get(creditor_id=creditor_id, id=hold_id, released_at=None), by, now)


def _end(creditor_id: int, row: Hold, by: str, now: datetime) -> None:
    row.released_at, row.released_by = now, by
    row.save(update_fields=["released_at", "released_by"])
    _tell(creditor_id, row.customer_id, row.id, "released", by, now)


def _tell(creditor_id: int, customer_id: int, hold_id: int, what: str, by: str, now: datetime) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.hold.{what}",
                actor=by,
                customer_id=customer_id,
                subject_kind="hold",
                subject_id=hold_id,
                payload={},
            )
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"hold.{what}")
