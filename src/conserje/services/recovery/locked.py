# SPDX-License-Identifier: Apache-2.0
"""Failed payments held until the act ends, and how they are told to the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conserje.data.receivables.models import Customer
from conserje.data.recovery.models import FailedPayment
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import step


class UnknownFailure(LookupError):
    """There is no such failed payment."""


@step
def row(*, creditor_id: int, failed_payment_id: int) -> FailedPayment:
    """One failed payment, locked after its customer. Raises `UnknownFailure`."""
    rows = FailedPayment.objects.filter(creditor_id=creditor_id, id=failed_payment_id)
    owner = rows.values_list("customer_id", flat=True).first()
    if owner is None:
        raise UnknownFailure(f"There is no failed payment {failed_payment_id} in this creditor's books.")
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=owner)
    return rows.select_for_update(no_key=True).get()


@step
def of_customer(*, creditor_id: int, customer_id: int) -> list[FailedPayment]:
    """Every failed payment of a customer, locked after the customer, in the order of ids."""
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    rows = FailedPayment.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    return list(rows.select_for_update(no_key=True).order_by("id"))


@step
def tell(
    *, creditor_id: int, row: FailedPayment, what: str, by: str, payload: Mapping[str, Any], now: datetime
) -> None:
    """One journal entry on `row`: `what` is the last word of its kind."""
    new = journal.NewEntry(
        at=now,
        kind=f"recovery.failed_payment.{what}",
        actor=by,
        customer_id=row.customer_id,
        subject_kind="failed_payment",
        subject_id=row.id,
        payload={**payload, "currency": row.currency, "minor": row.amount_minor},
    )
    journal.write(creditor_id=creditor_id, entries=[new])
