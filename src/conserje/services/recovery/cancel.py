# SPDX-License-Identifier: Apache-2.0
""" "Cancel my subscription": done at once. Charges stop, the mandate ends, nothing more is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import Hold
from conserje.data.receivables.models import ChargeNotice, Customer, Invoice, Mandate
from conserje.data.recovery.models import FailedPayment
from conserje.domain.recovery.failure import IN_PROGRESS, FailureState
from conserje.domain.rules.facts import Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import hold, service_letter
from conserje.services.outreach.hold import Pause
from conserje.services.outreach.service_letter import ServiceLetter
from conserje.services.recovery import locked, plan
from conserje.services.tenancy.act import act, keyed, step

CANCELLED = "subscription_cancelled"
# What a mandate says that ended here and whose gateway is to be told yet.
NOT_TOLD = "gateway_not_told"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What ended: mandates by which nothing is charged any more, and invoices that nobody asks for any more."""

    mandate_ids: tuple[int, ...]
    invoice_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer can cancel: names of subscriptions, whether one still runs, and since when none does."""

    names: tuple[str, ...]
    open: bool
    cancelled_at: datetime | None


@step
def standing(*, creditor_id: int, customer_id: int) -> Standing:
    """What there is to cancel: something runs while it is charged, tried again, paused or asked for."""
    mine = Invoice.objects.filter(creditor_id=creditor_id, customer_id=customer_id, kind="subscription")
    given = Mandate.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="active")
    rows = FailedPayment.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    held = Hold.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, reason=CANCELLED, released_at=None
    )
    asked = mine.filter(open_minor__gt=0).exclude(id__in=held.values("invoice_id"))
    names = mine.exclude(subject="").order_by("subject").values_list("subject", flat=True).distinct()
    runs = mine.exists() and (
        given.exists()
        or rows.filter(state__in=[*IN_PROGRESS, FailureState.PAUSED]).exists()
        or asked.exists()
    )
    last = held.order_by("-placed_at").values_list("placed_at", flat=True).first()
    ended = rows.filter(state=FailureState.CANCELLED).order_by("-ended_at").values_list("ended_at", flat=True)
    return Standing(tuple(names[:5]), runs, last or ended.first())


@keyed
@act
def execute(*, creditor_id: int, customer_id: int, by: str, now: datetime) -> Cancelled:
    """End every mandate of the customer, every silent try and everything asked for their subscriptions, and say so.

    What an invoice of the subscription has open stays in the Ledger for the creditor to credit or write off; nobody
    asks the customer for it. `by` is "customer" or "person:<id>". The same again changes nothing.
    """
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    mandates = _end_mandates(creditor_id, customer_id, by, now)
    ended = 0
    for row in locked.of_customer(creditor_id=creditor_id, customer_id=customer_id):
        if row.state in IN_PROGRESS or row.state == FailureState.PAUSED:
            plan.release(creditor_id=creditor_id, row=row, now=now)
            row.state, row.next_try_at = FailureState.CANCELLED.value, None
            row.ended_at, row.ended_by = now, by[:40]
            row.save()
            ended += 1
            locked.tell(creditor_id=creditor_id, row=row, what="cancelled", by=by, payload={}, now=now)
    invoices = _leave_alone(creditor_id, customer_id, by, now)
    service_letter.take_back(
        creditor_id=creditor_id, customer_id=customer_id, prefix="card_expiring:", now=now
    )
    if mandates or invoices or ended:
        wanted = ServiceLetter(CANCELLED, f"cancelled:{int(now.timestamp())}", Purpose.REQUESTED_INFO)
        service_letter.plan(creditor_id=creditor_id, customer_id=customer_id, wanted=wanted, now=now)
        payload = {"mandates": list(mandates), "invoices": list(invoices)}
        new = journal.NewEntry(
            at=now,
            kind="recovery.subscription.cancelled",
            actor=by,
            customer_id=customer_id,
            subject_kind="customer",
            subject_id=customer_id,
            payload=payload,
        )
        journal.write(creditor_id=creditor_id, entries=[new])
    return Cancelled(mandates, invoices)


def _end_mandates(creditor_id: int, customer_id: int, by: str, now: datetime) -> tuple[int, ...]:
    rows = Mandate.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, state__in=["open", "active", "unknown"]
    )
    ids = tuple(rows.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    rows.filter(id__in=ids).update(state="ended", ended_at=now, ended_by=by[:40])
    Mandate.objects.filter(creditor_id=creditor_id, id__in=ids).exclude(sealed=b"").update(detail=NOT_TOLD)
    ChargeNotice.objects.filter(creditor_id=creditor_id, mandate_id__in=ids, stopped_at=None).update(
        stopped_at=now
    )
    return ids


def _leave_alone(creditor_id: int, customer_id: int, by: str, now: datetime) -> tuple[int, ...]:
    left = []
    open_ = Invoice.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, kind="subscription", open_minor__gt=0
    )
    for invoice_id in open_.order_by("id").values_list("id", flat=True):
        held = Hold.objects.filter(
            creditor_id=creditor_id, invoice_id=invoice_id, reason=CANCELLED, released_at=None
        )
        if not held.exists():
            pause = Pause(invoice_id, CANCELLED, None)
            hold.put(creditor_id=creditor_id, customer_id=customer_id, pause=pause, by=by, now=now)
            left.append(invoice_id)
    return tuple(left)
