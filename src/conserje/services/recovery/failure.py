# SPDX-License-Identifier: Apache-2.0
"""A charge that failed enters the books of recovery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import StrategyVersion
from conserje.data.receivables.models import ChargeNotice, Invoice
from conserje.data.recovery.models import FailedPayment
from conserje.domain.outreach.strategy import SHOPPERS
from conserje.domain.receivables.charge import ChargeCause
from conserje.domain.recovery.failure import FailedCharge, FailureState
from conserje.services.outreach import strategy
from conserje.services.recovery import locked, network, plan, tries
from conserje.services.recovery.tries import Made
from conserje.services.tenancy.act import step

_TRIES_TOLD_MAX = 60


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose failed charge it is, of which open invoice, and by which mandate it may be tried again (None: by none)."""

    customer_id: int
    invoice_id: int
    mandate_id: int | None


@step
def record(*, creditor_id: int, charge: FailedCharge, whose: Whose, now: datetime) -> int:
    """The failed payment of `charge`, planned further; its id. The same charge told again changes nothing.

    Another charge for the same invoice (the gateway tried by itself) is one more try of the failed payment it has.
    """
    rows = FailedPayment.objects.filter(creditor_id=creditor_id)
    known = rows.filter(gateway=charge.gateway, external_id=charge.external_id).first()
    if known is not None:
        return known.id
    again = rows.filter(invoice_id=whose.invoice_id).values_list("id", flat=True).first()
    if again is not None:
        return _one_more(creditor_id, again, charge, now)
    _serve(creditor_id, whose.invoice_id, charge, now)
    ChargeNotice.objects.filter(
        creditor_id=creditor_id,
        cause=ChargeCause.INVOICE.value,
        cause_ref=whose.invoice_id,
        stopped_at=None,
        made_at=None,
    ).update(stopped_at=now)
    row = _row(creditor_id, charge, whose, now)
    refused = plan.classed(row=row, refusal=charge.refusal, at=charge.failed_at)
    row.save()
    _keep(creditor_id, row, charge)
    plan.after(creditor_id=creditor_id, row=row, refused=refused, now=now)
    row.save()
    payload = {"class": row.decline, "state": row.state, "invoice": row.invoice_id}
    locked.tell(creditor_id=creditor_id, row=row, what="recorded", by="system", payload=payload, now=now)
    return row.id


@step
def taken_on(*, creditor_id: int, customer_ids: Sequence[int]) -> set[int]:
    """The invoices of these customers whose charges are recovery's: nobody else charges them by themselves."""
    rows = FailedPayment.objects.filter(creditor_id=creditor_id, customer_id__in=customer_ids)
    return set(rows.values_list("invoice_id", flat=True))


def _row(creditor_id: int, charge: FailedCharge, whose: Whose, now: datetime) -> FailedPayment:
    card = charge.card
    return FailedPayment(
        creditor_id=creditor_id,
        customer_id=whose.customer_id,
        invoice_id=whose.invoice_id,
        mandate_id=whose.mandate_id,
        kind=charge.kind.value,
        subscription=charge.subscription[:80],
        gateway=charge.gateway,
        external_id=charge.external_id,
        currency=charge.amount.currency,
        amount_minor=charge.amount.minor,
        failed_at=charge.failed_at,
        recorded_at=now,
        network=network.shipped().known(charge.refusal.network or card.brand),
        fingerprint=card.fingerprint[:64],
        brand=card.brand[:40],
        last4=card.last4[-4:],
        expires_on=card.expires_on,
        card_country=card.country[:2],
        complete=charge.tries_before is not None,
        state=FailureState.RETRYING.value,
    )


def _keep(creditor_id: int, row: FailedPayment, charge: FailedCharge) -> None:
    """The failed charge and the tries it tells of: those are taken to be as late as the charge itself."""
    before = min(charge.tries_before or 0, _TRIES_TOLD_MAX)
    told = [
        Made(f"{charge.external_id}:before:{n}", "elsewhere", charge.failed_at, charge.amount, charge.refusal)
        for n in range(before)
    ]
    first = Made(charge.external_id, "gateway", charge.failed_at, charge.amount, charge.refusal)
    tries.add(creditor_id=creditor_id, row=row, made=[*told, first])


def _one_more(creditor_id: int, failed_payment_id: int, charge: FailedCharge, now: datetime) -> int:
    row = locked.row(creditor_id=creditor_id, failed_payment_id=failed_payment_id)
    made = Made(charge.external_id, "gateway", charge.failed_at, charge.amount, charge.refusal)
    if not tries.add(creditor_id=creditor_id, row=row, made=[made]):
        return row.id
    if row.state == FailureState.RETRYING:
        refused = plan.classed(row=row, refusal=charge.refusal, at=charge.failed_at)
        plan.after(creditor_id=creditor_id, row=row, refused=refused, now=now)
        row.save()
    return row.id


def _serve(creditor_id: int, invoice_id: int, charge: FailedCharge, now: datetime) -> None:
    """The invoice is asked for by the strategy of shoppers, which is adopted with the first of them."""
    Invoice.objects.filter(creditor_id=creditor_id, id=invoice_id, kind="invoice").update(
        kind=charge.kind.value
    )
    held = StrategyVersion.objects.filter(creditor_id=creditor_id, serves=SHOPPERS, in_force=True)
    if not held.exists():
        content = strategy.default(serves=SHOPPERS)
        strategy.adopt(creditor_id=creditor_id, content=content, by="system", now=now)
