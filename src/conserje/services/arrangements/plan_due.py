# SPDX-License-Identifier: Apache-2.0
"""What becomes of plans as money moves and days pass: kept, an instalment moved to the end, a person asked, charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from conserje.data.arrangements.models import Instalment, PaymentPlan, PlanInvoice
from conserje.data.outreach import dues
from conserje.domain.arrangements import plan as domain
from conserje.domain.arrangements.plan import Part
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.outreach.case import Due
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.services.arrangements import plan_book
from conserje.services.arrangements.plan_book import End
from conserje.services.outreach import local_day
from conserje.services.tenancy.act import act, step


@step
def judge_paid(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> None:
    """After money moved: plans of which nothing is open are kept; a kept one whose money went back goes on.

    How much of each instalment is paid is written nowhere: it follows from what is open of the invoices.
    """
    rows = PaymentPlan.objects.select_for_update(no_key=True).filter(
        creditor_id=creditor_id, customer_id__in=customer_ids, state__in=["active", "kept"]
    )
    plans = list(rows.order_by("id"))
    left = plan_book.open_of(creditor_id=creditor_id, plan_ids=[row.id for row in plans])
    for row in plans:
        if row.state == "active" and not left.get(row.id):
            plan_book.close(creditor_id=creditor_id, plan=row, end=End("kept", "paid", "rule"), now=now)
        elif row.state == "kept" and left.get(row.id):
            _reopen(creditor_id, row, now)


def _reopen(creditor_id: int, row: PaymentPlan, now: datetime) -> None:
    own = PlanInvoice.objects.filter(creditor_id=creditor_id, plan_id=row.id)
    ids = own.values_list("invoice_id", flat=True)
    bound = PlanInvoice.objects.filter(creditor_id=creditor_id, bound_at__isnull=False, freed_at=None)
    if bound.filter(invoice_id__in=ids).exists():
        return
    own.update(freed_at=None)
    row.state, row.why, row.closed_at, row.closed_by = "active", "", None, ""
    row.save(update_fields=["state", "why", "closed_at", "closed_by"])
    plan_book.tell(creditor_id=creditor_id, plan=row, what="reopened", actor="rule", now=now)


@act
def judge_due(*, creditor_id: int, now: datetime) -> int:
    """What days bring: offers end; an instalment missed the first time moves to the end, then a person is asked.

    Answers how many plans changed.
    """
    rows = PaymentPlan.objects.select_for_update(no_key=True).filter(
        creditor_id=creditor_id, state__in=["active", "offered"]
    )
    plans = list(rows.order_by("id"))
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=sorted({row.customer_id for row in plans}))
    standing = _standing(creditor_id, [row for row in plans if row.state == "active"])
    changed = 0
    for row in plans:
        today = local_date(now, zones[row.customer_id])
        if row.state == "offered":
            over = row.offered_until is not None and today > row.offered_until
            if over:
                end = End("refused", "offer_over", "rule")
                plan_book.close(creditor_id=creditor_id, plan=row, end=end, now=now)
            changed += over
        else:
            changed += _missed(creditor_id, row, standing[row.id], today, now)
    return changed


def _standing(creditor_id: int, plans: Sequence[PaymentPlan]) -> dict[int, tuple[domain.Standing, ...]]:
    """What is open of each instalment of these plans. Two queries."""
    ids = [row.id for row in plans]
    left = plan_book.open_of(creditor_id=creditor_id, plan_ids=ids)
    parts: dict[int, list[Part]] = defaultdict(list)
    found = Instalment.objects.filter(creditor_id=creditor_id, plan_id__in=ids).order_by("due_on", "position")
    codes = {row.id: row.currency for row in plans}
    for item in found:
        amount = Money(codes[item.plan_id], item.amount_minor)
        parts[item.plan_id].append(Part(item.position, item.due_on, amount))
    return {
        key: domain.standing(parts=parts[key], open_now=Money(codes[key], left.get(key, 0))) for key in ids
    }


def _missed(
    creditor_id: int, row: PaymentPlan, standing: Sequence[domain.Standing], today: date, now: datetime
) -> bool:
    limit = today - timedelta(days=row.move_after_days)
    late = [item.position for item in standing if item.open.minor and item.due_on < limit]
    if not late or row.referred_at is not None:
        return False
    moved_before = Instalment.objects.filter(
        creditor_id=creditor_id, plan_id=row.id, moved_because="missed"
    ).exists()
    if moved_before or len(standing) == 1:
        row.referred_at = now
        row.save(update_fields=["referred_at"])
        facts = {"position": late[0]}
        plan_book.tell(creditor_id=creditor_id, plan=row, what="referred", actor="rule", now=now, facts=facts)
    else:
        plan_book.move_to_end(creditor_id=creditor_id, plan=row, position=late[0], actor="rule", now=now)
    return True


@step
def orders_due(*, creditor_id: int, now: datetime) -> list[ChargeOrder]:
    """What is to be charged by mandate now: of each active plan that has one, the instalments whose day has come.

    The key names the instalment and its day: asked again it is the same charge, on another day it is another one.
    """
    plans = list(
        PaymentPlan.objects.filter(
            creditor_id=creditor_id, state="active", mandate__state="active", referred_at=None
        ).order_by("id")
    )
    if not plans:
        return []
    customers = sorted({row.customer_id for row in plans})
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=customers)
    open_dues = dues.of_customers(creditor_id=creditor_id, customer_ids=customers)
    bound = dict(
        PlanInvoice.objects.filter(
            creditor_id=creditor_id, plan_id__in=[row.id for row in plans]
        ).values_list("invoice_id", "plan_id")
    )
    ids = {
        (plan_id, position): row_id
        for row_id, plan_id, position in Instalment.objects.filter(
            creditor_id=creditor_id, plan_id__in=[row.id for row in plans]
        ).values_list("id", "plan_id", "position")
    }
    orders = []
    for row in plans:
        today = local_date(now, zones[row.customer_id])
        mine: dict[int, list[Due]] = defaultdict(list)
        for due in open_dues.get(row.customer_id, ()):
            if due.late_after is not None and bound.get(due.invoice_id) == row.id and due.due_on <= today:
                mine[due.position].append(due)
        orders += [_order(row, ids[row.id, position], parts) for position, parts in mine.items()]
    return orders


def _order(row: PaymentPlan, instalment_id: int, parts: Sequence[Due]) -> ChargeOrder:
    first = parts[0]
    return ChargeOrder(
        mandate_id=row.mandate_id or 0,
        customer_id=row.customer_id,
        key=f"instalment:{instalment_id}:{first.due_on.isoformat()}",
        cause=ChargeCause.INSTALMENT,
        ref=instalment_id,
        shares=tuple(Share(due.invoice_id, Money(due.currency, due.open_minor)) for due in parts),
        description=f"{first.position}/{row.number + (1 if row.down_minor else 0)}",
    )
