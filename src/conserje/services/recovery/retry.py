# SPDX-License-Identifier: Apache-2.0
"""Which charges are due to be tried again, judged once more at the moment at which they would be made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from conserje.data.arrangements.models import (
    AgreementInvoice,
    Dispute,
    PaymentClaim,
    PlanInvoice,
    PromiseToPay,
)
from conserje.data.outreach.models import Hold
from conserje.data.receivables.models import Checkout, Invoice
from conserje.data.recovery.models import ChargeAttempt, FailedPayment
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.domain.recovery.failure import IN_PROGRESS
from conserje.domain.recovery.governor import Denied, History, earliest
from conserje.services.outreach import local_day
from conserje.services.recovery import locked, network, plan, tries
from conserje.services.tenancy.act import act, keyed, step

BATCH = 200
# A try of another charge is known within hours; what is told later still is seen when the try is due.
_LATELY = timedelta(days=2)
_UNDER_WAY = ("open", "processing", "unknown")


@step
def orders_due(*, creditor_id: int, now: datetime) -> list[ChargeOrder]:
    """The charges to be made now, one at most for each card; only reads. What the governor denies is not among them."""
    due = _due(creditor_id, now)
    if not due:
        return []
    open_ = dict(
        Invoice.objects.filter(
            creditor_id=creditor_id, id__in=[row.invoice_id for row in due], open_minor__gt=0
        ).values_list("id", "open_minor")
    )
    busy, left = _busy(creditor_id, due), _left_alone(creditor_id, due, now)
    seen = tries.histories(creditor_id=creditor_id, rows=due)
    orders: list[ChargeOrder] = []
    for row in due:
        if row.invoice_id not in open_ or row.id in left or busy.get(_card(row), row.id) != row.id:
            continue
        if _earliest(row, seen[row.id], now) == now:
            busy[_card(row)] = row.id
            orders.append(_order(row, min(row.amount_minor, open_[row.invoice_id])))
    return orders


@act
def move_on(*, creditor_id: int, now: datetime) -> int:
    """What tries of others deny meanwhile, due now or later, is planned anew or written about; answers how many.

    Whoever waits for a try is told of another moment as soon as it is known, not on the day of the try.
    """
    moved, waiting = 0, _waiting(creditor_id, now)
    seen = tries.histories(creditor_id=creditor_id, rows=waiting)
    for found in waiting:
        assert found.next_try_at is not None
        at = max(found.next_try_at, now)
        if _earliest(found, seen[found.id], at) == at:
            continue
        row = locked.row(creditor_id=creditor_id, failed_payment_id=found.id)
        if row.next_try_at is None or not plan.anew(
            creditor_id=creditor_id, row=row, wanted=max(row.next_try_at, now), now=now
        ):
            continue
        row.save()
        payload = {"why": row.not_tried or "later"}
        locked.tell(creditor_id=creditor_id, row=row, what="held_back", by="rule", payload=payload, now=now)
        moved += 1
    return moved


def _planned(creditor_id: int) -> QuerySet[FailedPayment]:
    rows = FailedPayment.objects.filter(creditor_id=creditor_id, next_try_at__isnull=False)
    rows = rows.filter(mandate__creditor_id=creditor_id, mandate__state="active")
    return rows.order_by("next_try_at", "id")


def _due(creditor_id: int, now: datetime) -> list[FailedPayment]:
    return list(_planned(creditor_id).filter(next_try_at__lte=now)[:BATCH])


def _waiting(creditor_id: int, now: datetime) -> list[FailedPayment]:
    """Those that are due, and those whose card was tried lately for something else."""
    others = ChargeAttempt.objects.filter(
        creditor_id=creditor_id,
        gateway=OuterRef("gateway"),
        fingerprint=OuterRef("fingerprint"),
        made_at__gt=now - _LATELY,
    ).exclude(failed_payment_id=OuterRef("id"))
    return list(_planned(creditor_id).filter(Q(next_try_at__lte=now) | Exists(others))[:BATCH])


@keyed
@act
def again(*, creditor_id: int, failed_payment_id: int, by: str, now: datetime) -> str:
    """A person wants the card tried now. The governor decides: the code of why it cannot be, empty when it will be.

    Raises `UnknownFailure`.
    """
    row = locked.row(creditor_id=creditor_id, failed_payment_id=failed_payment_id)
    if row.state not in IN_PROGRESS or row.mandate_id is None:
        return "ended" if row.state not in IN_PROGRESS else "no_mandate"
    found = _earliest(row, tries.history(creditor_id=creditor_id, row=row), now)
    if isinstance(found, Denied) or found > now:
        return found.rule if isinstance(found, Denied) else "later"
    plan.wait_until(creditor_id=creditor_id, row=row, at=now, now=now)
    row.draw, row.plan = None, "by_hand"
    row.save()
    locked.tell(creditor_id=creditor_id, row=row, what="asked_again", by=by, payload={}, now=now)
    return ""


def key_of(*, row: FailedPayment) -> str:
    """The identity of the next try of `row`: by which mandate, and the how manieth."""
    return f"recovery-{row.id}-{row.tried}-{row.mandate_id}"


def _order(row: FailedPayment, minor: int) -> ChargeOrder:
    share = Share(row.invoice_id, Money(row.currency, minor))
    assert row.mandate_id is not None
    return ChargeOrder(
        mandate_id=row.mandate_id,
        customer_id=row.customer_id,
        key=key_of(row=row),
        cause=ChargeCause.RETRY,
        ref=row.id,
        shares=(share,),
        description=row.subscription,
    )


def _card(row: FailedPayment) -> tuple[str, str]:
    return row.gateway, row.fingerprint


def _earliest(row: FailedPayment, history: History, now: datetime) -> datetime | Denied:
    return earliest(
        card=tries.card(row=row),
        amount=Money(row.currency, row.amount_minor),
        history=history,
        at=now,
        networks=network.shipped(),
    )


def _busy(creditor_id: int, rows: Sequence[FailedPayment]) -> dict[tuple[str, str], int]:
    """Cards on which a charge is under way, with the failed payment that it is for (0: something else)."""
    prints = {row.fingerprint for row in rows}
    found = Checkout.objects.filter(
        creditor_id=creditor_id,
        mandate__creditor_id=creditor_id,
        mandate__fingerprint__in=prints,
        state__in=_UNDER_WAY,
    )
    named = found.values_list("gateway", "mandate__fingerprint", "cause", "cause_ref")
    return {
        (gateway, fingerprint): ref if cause == ChargeCause.RETRY and ref else 0
        for gateway, fingerprint, cause, ref in named
    }


def _left_alone(creditor_id: int, rows: Sequence[FailedPayment], now: datetime) -> set[int]:
    """Those whose invoice or customer is left alone for another reason than our own waiting."""
    customers = {row.customer_id for row in rows}
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted(customers))
    first = min((local_date(now, zone) for zone in zones.values()), default=now.date())
    blocked: set[tuple[int, int | None]] = set()
    held = Hold.objects.filter(creditor_id=creditor_id, customer_id__in=customers, released_at=None)
    held = held.filter(Q(until=None) | Q(until__gte=first)).exclude(reason=plan.WAITING)
    blocked.update(held.values_list("customer_id", "invoice_id"))
    promised = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id__in=customers, state="open")
    blocked.update(promised.values_list("customer_id", "invoice_id"))
    claimed = PaymentClaim.objects.filter(
        creditor_id=creditor_id, customer_id__in=customers, answered_at=None
    )
    blocked.update(claimed.values_list("customer_id", "invoice_id"))
    disputed = Dispute.objects.filter(
        creditor_id=creditor_id, invoice_id__in=[row.invoice_id for row in rows], closed_at=None
    ).annotate(owner=F("invoice__customer_id"))
    blocked.update(disputed.values_list("owner", "invoice_id"))
    # What was arranged about an invoice takes the place of its charge.
    ids = [row.invoice_id for row in rows]
    planned = PlanInvoice.objects.filter(
        creditor_id=creditor_id,
        invoice_id__in=ids,
        freed_at=None,
        plan__state__in=["proposed", "offered", "active"],
    )
    blocked.update(planned.values_list("plan__customer_id", "invoice_id"))
    agreed = AgreementInvoice.objects.filter(
        creditor_id=creditor_id, invoice_id__in=ids, agreement__state="accepted"
    )
    blocked.update(agreed.values_list("agreement__customer_id", "invoice_id"))
    return {
        row.id
        for row in rows
        if (row.customer_id, None) in blocked or (row.customer_id, row.invoice_id) in blocked
    }
