# SPDX-License-Identifier: Apache-2.0
""" "Cancel my subscription": done at once. Charges stop, the mandate ends, nothing more is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import Hold
from conserje.data.receivables.models import Customer, Invoice, Mandate
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


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What ended: mandates by which nothing is charged any more, and invoices that nobody asks for any more."""

    mandate_ids: tuple[int, ...]
    invoice_ids: tuple[int, ...]


@step
def subscribed(*, creditor_id: int, customer_id: int) -> bool:
    """Whether there is a subscription that the customer can cancel: one that is charged, or asked for."""
    mine = Invoice.objects.filter(creditor_id=creditor_id, customer_id=customer_id, kind="subscription")
    if not mine.exists():
        return False
    given = Mandate.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="active")
    asked = FailedPayment.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, state__in=[*IN_PROGRESS, FailureState.PAUSED]
    )
    held = Hold.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, reason=CANCELLED, released_at=None
    )
    left = mine.filter(open_minor__gt=0).exclude(id__in=held.values("invoice_id"))
    return given.exists() or asked.exists() or left.exists()


@keyed
@act
def execute(*, creditor_id: int, customer_id: int, by: str, now: datetime) -> Cancelled:
    """End every mandate of the customer, every silent try and everything asked for their subscriptions, and say so.

    What an invoice of the subscription has open stays in the Ledger for the creditor to credit or write off; nobody
    asks the customer for it. `by` is "customer" or "person:<id>". The same again changes nothing.
    """
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    mandates = _end_mandates(creditor_id, customer_id, by, now)
    for row in locked.of_customer(creditor_id=creditor_id, customer_id=customer_id):
        if row.state in IN_PROGRESS or row.state == FailureState.PAUSED:
            plan.release(creditor_id=creditor_id, row=row, now=now)
            row.state, row.next_try_at = FailureState.CANCELLED.value, None
            row.ended_at, row.ended_by = now, by[:40]
            row.save()
            locked.tell(creditor_id=creditor_id, row=row, what="cancelled", by=by, payload={}, now=now)
    invoices = _leave_alone(creditor_id, customer_id, by, now)
    _say(creditor_id, customer_id, mandates, now)
    if mandates or invoices:
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


def _say(creditor_id: int, customer_id: int, mandates: tuple[int, ...], now: datetime) -> None:
    """One kind confirmation, and nothing that was planned before it."""
    service_letter.take_back(
        creditor_id=creditor_id, customer_id=customer_id, prefix="card_expiring:", now=now
    )
    step_name = f"cancelled:{max(mandates, default=0)}"
    wanted = ServiceLetter(CANCELLED, step_name, Purpose.REQUESTED_INFO)
    service_letter.plan(creditor_id=creditor_id, customer_id=customer_id, wanted=wanted, now=now)
