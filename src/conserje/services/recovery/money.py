# SPDX-License-Identifier: Apache-2.0
"""What follows for failed payments when money moves; then for arrangements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conserje.data.outreach.models import Touch
from conserje.data.receivables.models import Checkout, Payment
from conserje.data.recovery.models import FailedPayment
from conserje.domain.receivables.charge import ChargeCause
from conserje.domain.recovery.failure import FailureState, RecoveryReason
from conserje.services.arrangements import money
from conserje.services.recovery import locked, plan
from conserje.services.tenancy.act import step

_REACHED = ("accepted", "delivered", "unsure")


@step
def moved(
    *,
    creditor_id: int,
    customer_ids: Sequence[int],
    closed_invoice_ids: Sequence[int],
    payment_id: int | None,
    now: datetime,
) -> None:
    """A failed payment whose invoice is closed has ended, with the one reason for which the money came."""
    rows = FailedPayment.objects.filter(
        creditor_id=creditor_id, invoice_id__in=list(closed_invoice_ids)
    ).exclude(state__in=[FailureState.RECOVERED.value, FailureState.CANCELLED.value])
    for row in rows.select_for_update(no_key=True).order_by("id"):
        _end(creditor_id, row, payment_id, now)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=customer_ids,
        closed_invoice_ids=closed_invoice_ids,
        payment_id=payment_id,
        now=now,
    )


def _end(creditor_id: int, row: FailedPayment, payment_id: int | None, now: datetime) -> None:
    plan.release(creditor_id=creditor_id, row=row, now=now)
    row.next_try_at, row.ended_at, row.ended_by = None, now, "system"
    if payment_id is None:
        row.state, row.reason = FailureState.GIVEN_UP.value, ""
    else:
        row.state = FailureState.RECOVERED.value
        row.reason = _reason(creditor_id, row, payment_id).value
        row.payment_id = payment_id
    row.save()
    payload = {"reason": row.reason} if row.reason else {}
    locked.tell(creditor_id=creditor_id, row=row, what=row.state, by="system", payload=payload, now=now)


def _reason(creditor_id: int, row: FailedPayment, payment_id: int) -> RecoveryReason:
    """By what the payment came: a charge of ours, a page of ours, or neither; and whether we had written."""
    payment = Payment.objects.get(creditor_id=creditor_id, id=payment_id)
    checkout = (
        Checkout.objects.filter(
            creditor_id=creditor_id, gateway=payment.source, reference=payment.reference
        ).first()
        if payment.reference
        else None
    )
    if checkout is not None and checkout.cause == ChargeCause.RETRY:
        return RecoveryReason.CARD_UPDATED if row.card_updated_at else RecoveryReason.SILENT_RETRY
    if checkout is not None and payment.method and payment.method != "card":
        return RecoveryReason.OTHER_METHOD
    return RecoveryReason.CONTACT if _written_to(creditor_id, row) else RecoveryReason.CUSTOMER_PAID


def _written_to(creditor_id: int, row: FailedPayment) -> bool:
    if row.contacting_at is None:
        return False
    touches = Touch.objects.filter(creditor_id=creditor_id, customer_id=row.customer_id, state__in=_REACHED)
    return touches.filter(episode__isnull=False, handed_at__gte=row.contacting_at).exists()
