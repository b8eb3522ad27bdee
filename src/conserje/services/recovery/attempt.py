# SPDX-License-Identifier: Apache-2.0
"""The end of a charge by mandate: kept as a try of the card, and what follows when it was refused."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import Invoice, Mandate
from conserje.domain.kit.days import zone
from conserje.domain.ports.gateway import ChargeState
from conserje.domain.receivables.charge import ChargeCause
from conserje.domain.recovery.failure import (
    CardFacts,
    ChargeEnd,
    FailedCharge,
    FailureKind,
    FailureState,
    Refusal,
)
from conserje.services.outreach import local_day
from conserje.services.recovery import failure, locked, plan, tries
from conserje.services.recovery.failure import Whose
from conserje.services.recovery.tries import Made
from conserje.services.tenancy.act import step

_ENDED = frozenset({ChargeState.PAID, ChargeState.DECLINED, ChargeState.EXPIRED})


@step
def ended(*, creditor_id: int, end: ChargeEnd, now: datetime) -> None:
    """Keep the try and plan what follows; told again, nothing changes. A charge that has no end yet is not told.

    A refused charge of a subscription's or order's invoice becomes a failed payment. What was paid is known from the
    payment: `money.moved`.
    """
    if end.state not in _ENDED:
        return
    if end.cause is ChargeCause.RETRY:
        _tried(creditor_id, end, now)
    elif end.state is not ChargeState.PAID and end.cause is ChargeCause.INVOICE:
        _first(creditor_id, end, now)


@step
def never_made(*, creditor_id: int, failed_payment_id: int, by: str, now: datetime) -> None:
    """A silent try that no gateway answered was not made, as a person found: the letters begin."""
    row = locked.row(creditor_id=creditor_id, failed_payment_id=failed_payment_id)
    if row.state != FailureState.RETRYING:
        return
    plan.write_instead(creditor_id=creditor_id, row=row, why="never_answered", now=now)
    row.save()
    payload = {"why": row.not_tried}
    locked.tell(creditor_id=creditor_id, row=row, what="held_back", by=by, payload=payload, now=now)


def _tried(creditor_id: int, end: ChargeEnd, now: datetime) -> None:
    row = locked.row(creditor_id=creditor_id, failed_payment_id=end.ref)
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=[row.customer_id])
    hour = now.astimezone(zone(zones[row.customer_id])).hour
    refusal = None if end.state is ChargeState.PAID else _refusal(row.network, end)
    made = Made(end.key, "us", now, end.amount, refusal, hour)
    if not tries.add(creditor_id=creditor_id, row=row, made=[made], planned=True):
        return
    row.tried += 1
    row.next_try_at = None
    if refusal is not None and row.state == FailureState.RETRYING:
        refused = plan.classed(row=row, refusal=refusal, at=now)
        plan.after(creditor_id=creditor_id, row=row, refused=refused, now=now)
    row.save()
    payload = {"state": row.state, "class": row.decline if refusal is not None else "approved"}
    locked.tell(creditor_id=creditor_id, row=row, what="tried", by="rule", payload=payload, now=now)


def _first(creditor_id: int, end: ChargeEnd, now: datetime) -> None:
    """A first charge refused: a failed payment of the invoice of a subscription or an order that it was for."""
    mandate = Mandate.objects.get(creditor_id=creditor_id, id=end.mandate_id)
    invoices = Invoice.objects.filter(creditor_id=creditor_id, id__in=end.invoice_ids).exclude(kind="invoice")
    invoice = invoices.order_by("id").first()
    if invoice is not None:
        charge = FailedCharge(
            gateway=mandate.gateway,
            external_id=end.external_id or end.key,
            kind=FailureKind(invoice.kind),
            amount=end.amount,
            failed_at=now,
            refusal=_refusal(mandate.brand, end),
            card=CardFacts(mandate.fingerprint, mandate.brand, mandate.last4, mandate.expires_on),
            subscription=invoice.subject,
            tries_before=0,
        )
        whose = Whose(invoice.customer_id, invoice.id, mandate.id)
        failure.record(creditor_id=creditor_id, charge=charge, whose=whose, now=now)


def _refusal(network: str, end: ChargeEnd) -> Refusal:
    return Refusal(network=network, said=end.decline, said_code=end.decline_code, not_before=end.not_before)
