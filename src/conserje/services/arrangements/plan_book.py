# SPDX-License-Identifier: Apache-2.0
"""Rows of payment plans: written, begun, moved and closed; how much of them is paid, from the Ledger's facts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from conserje.data.arrangements.models import (
    Dispute,
    Enquiry,
    Instalment,
    PaymentPlan,
    PlanInvoice,
    PromiseToPay,
)
from conserje.data.receivables.models import Customer, Invoice
from conserje.domain.arrangements import plan as domain
from conserje.domain.arrangements.plan import Part, Spacing, Standing
from conserje.domain.kit.money import Money
from conserje.services.arrangements import plan_terms
from conserje.services.arrangements.plan_terms import Draft, Refused, Room
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.journal import entry as journal
from conserje.services.outreach import agreed, local_day, review
from conserje.services.tenancy.act import step

# For so long an offer answers what a customer wrote.
ASKED_LATELY = timedelta(days=30)

_OPEN = """
SELECT x.plan_id, sum(i.open_minor)::bigint FROM arrangements_planinvoice x
  JOIN receivables_invoice i ON i.creditor_id = x.creditor_id AND i.id = x.invoice_id
 WHERE x.creditor_id = %s AND x.plan_id = ANY(%s) GROUP BY x.plan_id"""


@dataclass(frozen=True, slots=True)
class End:
    """How a plan closes: its last state, why in one word, and by whom."""

    state: str
    why: str
    by: str


@step
def write_parts(*, creditor_id: int, plan_id: int, room: Room, draft: Draft) -> None:
    """The invoices and instalments of a plan that was just written."""
    closed = plan_terms.closed_in(place=room.place)
    PlanInvoice.objects.bulk_create(
        [
            PlanInvoice(
                creditor_id=creditor_id, plan_id=plan_id, invoice_id=item.id, amount_minor=item.open.minor
            )
            for item in draft.invoices
        ]
    )
    grace = room.policy.grace()
    Instalment.objects.bulk_create(
        [
            Instalment(
                creditor_id=creditor_id,
                plan_id=plan_id,
                position=part.position,
                due_on=part.due_on,
                late_after=domain.late_after(due_on=part.due_on, grace_days=grace, closed=closed),
                amount_minor=part.amount.minor,
            )
            for part in draft.parts
        ]
    )


@step
def parts_of(*, creditor_id: int, plan_id: int) -> tuple[Part, ...]:
    """The instalments of a plan by day."""
    rows = Instalment.objects.filter(creditor_id=creditor_id, plan_id=plan_id).order_by("due_on", "position")
    named = rows.values_list("position", "due_on", "plan__currency", "amount_minor")
    return tuple(Part(position, due_on, Money(code, minor)) for position, due_on, code, minor in named)


@step
def open_of(*, creditor_id: int, plan_ids: Collection[int]) -> dict[int, int]:
    """What is open now of the invoices of each plan, in minor units. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [creditor_id, list(plan_ids)])
        return dict(cursor.fetchall())


@step
def standing_of(*, creditor_id: int, plan: PaymentPlan) -> tuple[Standing, ...]:
    """What is open of each instalment of a plan, by day."""
    left = open_of(creditor_id=creditor_id, plan_ids=[plan.id]).get(plan.id, 0)
    parts = parts_of(creditor_id=creditor_id, plan_id=plan.id)
    return domain.standing(parts=parts, open_now=Money(plan.currency, left))


@step
def late(*, creditor_id: int, plan: PaymentPlan, today: date) -> tuple[int, ...]:
    """Positions of instalments unpaid so long after their day that the plan's rule applies, oldest first."""
    limit = today - timedelta(days=plan.move_after_days)
    found = standing_of(creditor_id=creditor_id, plan=plan)
    return tuple(item.position for item in found if item.open.minor and item.due_on < limit)


@step
def place(*, creditor_id: int, customer_id: int) -> str:
    """Where a customer's holidays are: country and subdivision, "CO/CO-ANT"; the creditor's country if not known."""
    row = Customer.objects.select_related("creditor").get(creditor_id=creditor_id, id=customer_id)
    return f"{row.country or row.creditor.country}/{row.subdivision}"


@step
def activate(*, creditor_id: int, plan: PaymentPlan, by: str, now: datetime) -> None:
    """From here on the plan's days are what is due of its invoices. Raises `Refused` when one is in a plan or paid."""
    rows = PlanInvoice.objects.filter(creditor_id=creditor_id, plan_id=plan.id)
    ids = sorted(rows.values_list("invoice_id", flat=True))
    held = (
        Invoice.objects.select_for_update(no_key=True)
        .filter(creditor_id=creditor_id, id__in=ids)
        .order_by("id")
    )
    if not sum(invoice.open_minor for invoice in held):
        raise Refused("nothing_open")
    taken = PlanInvoice.objects.filter(
        creditor_id=creditor_id, invoice_id__in=ids, bound_at__isnull=False, freed_at=None
    )
    if taken.exists():
        raise Refused("invoices_changed")
    rows.update(bound_at=now)
    plan.state, plan.agreed_at, plan.offered_until = "active", now, None
    plan.save(update_fields=["state", "agreed_at", "offered_until"])
    _release_promises(creditor_id, plan.customer_id, ids, now)
    tell(creditor_id=creditor_id, plan=plan, what="agreed", actor=by, now=now)
    agreed.begin_anew(creditor_id=creditor_id, customer_id=plan.customer_id, why="plan", now=now)


def _release_promises(
    creditor_id: int, customer_id: int, invoice_ids: Collection[int], now: datetime
) -> None:
    """Promises about these give way to the plan; one about everything too, when nothing else may be asked for."""
    own = PromiseToPay.objects.filter(creditor_id=creditor_id, customer_id=customer_id, state="open")
    others = Invoice.objects.filter(creditor_id=creditor_id, customer_id=customer_id, open_minor__gt=0)
    disputed = Dispute.objects.filter(creditor_id=creditor_id, closed_at=None).values("invoice_id")
    about = Q(invoice_id__in=invoice_ids)
    if not others.exclude(id__in=invoice_ids).exclude(id__in=disputed).exists():
        about |= Q(invoice_id=None)
    own.filter(about).update(state="withdrawn", closed_at=now)


@step
def close(*, creditor_id: int, plan: PaymentPlan, end: End, now: datetime) -> None:
    """The plan is over: its invoices are due as they say themselves."""
    plan.state, plan.why, plan.closed_at, plan.closed_by = end.state, end.why, now, end.by
    plan.offered_until, plan.referred_at = None, None
    plan.save(update_fields=["state", "why", "closed_at", "closed_by", "offered_until", "referred_at"])
    bound = PlanInvoice.objects.filter(creditor_id=creditor_id, plan_id=plan.id, bound_at__isnull=False)
    bound.filter(freed_at=None).update(freed_at=now)
    tell(creditor_id=creditor_id, plan=plan, what=end.state, actor=end.by, now=now, facts={"why": end.why})


@step
def asked(*, creditor_id: int, customer_id: int, now: datetime) -> bool:
    """Whether a customer waits for an answer to a plan of their own, or wrote to us lately."""
    known = {"creditor_id": creditor_id, "customer_id": customer_id}
    proposed = PaymentPlan.objects.filter(**known, state="proposed", made_by=CUSTOMER)
    written = Enquiry.objects.filter(**known, kind="message", asked_at__gt=now - ASKED_LATELY)
    return proposed.exists() or written.exists()


@step
def withdraw_open(*, creditor_id: int, customer_id: int, but: int, now: datetime) -> None:
    """What was proposed or offered before gives way to the plan `but`."""
    rows = PaymentPlan.objects.select_for_update(no_key=True).filter(
        creditor_id=creditor_id, customer_id=customer_id, state__in=["proposed", "offered"]
    )
    for row in rows.exclude(id=but).order_by("id"):
        close(creditor_id=creditor_id, plan=row, end=End("refused", "replaced", "rule"), now=now)


@step
def move(
    *,
    creditor_id: int,
    item: Instalment,
    on: date,
    closed: Callable[[date], bool],
    because: str,
    now: datetime,
) -> None:
    """Give an instalment another day; the business days of grace it had go with it. `closed` as in `domain`."""
    grace = domain.grace_days(due_on=item.due_on, late_after=item.late_after, closed=closed)
    item.moved_from_on, item.moved_at, item.moved_because = item.due_on, now, because
    item.due_on, item.late_after = on, domain.late_after(due_on=on, grace_days=grace, closed=closed)
    item.save(update_fields=["due_on", "late_after", "moved_from_on", "moved_at", "moved_because"])


@step
def move_to_end(*, creditor_id: int, plan: PaymentPlan, position: int, actor: str, now: datetime) -> date:
    """An instalment that was missed becomes the last one; answers its new day."""
    rows = list(Instalment.objects.filter(creditor_id=creditor_id, plan_id=plan.id))
    mine = next(item for item in rows if item.position == position)
    today = local_day.today(creditor_id=creditor_id, customer_id=plan.customer_id, now=now)
    closed = plan_terms.closed_in(place=place(creditor_id=creditor_id, customer_id=plan.customer_id))
    days = [*(item.due_on for item in rows), today]
    day = domain.later(after=days, spacing=Spacing(plan.spacing), closed=closed)
    move(creditor_id=creditor_id, item=mine, on=day, closed=closed, because="missed", now=now)
    facts = {"position": position, "on": day.isoformat()}
    tell(creditor_id=creditor_id, plan=plan, what="instalment_moved", actor=actor, now=now, facts=facts)
    return day


@step
def tell(
    *,
    creditor_id: int,
    plan: PaymentPlan,
    what: str,
    actor: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Journal what happened to a plan, and look at its customer again."""
    payload = {"currency": plan.currency, "minor": plan.total_minor, "number": plan.number, **(facts or {})}
    entry = journal.NewEntry(
        at=now,
        kind=f"arrangements.plan.{what}",
        actor=actor,
        customer_id=plan.customer_id,
        subject_kind="plan",
        subject_id=plan.id,
        payload=payload,
    )
    journal.write(creditor_id=creditor_id, entries=[entry])
    review.wake_many(creditor_id=creditor_id, customer_ids=[plan.customer_id], now=now, reason=f"plan.{what}")
