# SPDX-License-Identifier: Apache-2.0
"""Payment plans as both sides see them: what is paid of each instalment, what comes, and who waits for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from conserje.data.arrangements.models import Instalment, PaymentPlan, PlanAgreement, PlanInvoice
from conserje.domain.arrangements import plan as domain
from conserje.domain.arrangements.plan import Part
from conserje.domain.kit.money import Money
from conserje.services.arrangements import agreed_text, plan_book
from conserje.services.arrangements.agreed_text import Signature, SignedText
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.tenancy.act import step

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment: `number` in the order of days, `position` its own for good; `moved_from_on` its earlier day."""

    number: int
    position: int
    due_on: date
    amount: Money
    open: Money
    moved_from_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """One payment plan with its instalments by day. `why`: what policy said, or how it ended."""

    id: int
    customer_id: int
    customer: str
    state: str
    why: str
    amount: Money
    spacing: str
    lines: tuple[Line, ...]
    numbers: tuple[str, ...]
    made_by: str
    made_at: datetime
    agreed_at: datetime | None
    offered_until: date | None
    referred_at: datetime | None
    date_changes_left: int
    move_after_days: int
    by_mandate: bool
    is_signed: bool

    @property
    def open(self) -> Money:
        """What is not paid yet."""
        return Money(self.amount.currency, sum(line.open.minor for line in self.lines))

    @property
    def next(self) -> Line | None:
        """The first instalment that is not paid."""
        return next((line for line in self.lines if line.open.minor), None)


@step
def of_customer(*, creditor_id: int, customer_id: int) -> tuple[Plan, ...]:
    """A customer's plans, the latest first: open ones, then the last of those that are over."""
    rows = PaymentPlan.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    return _read(creditor_id, rows.select_related("customer").order_by("closed_at", "-id")[:SHOWN])


@step
def many(*, creditor_id: int, ids: Collection[int]) -> tuple[Plan, ...]:
    """These plans, by id."""
    rows = PaymentPlan.objects.filter(creditor_id=creditor_id, id__in=ids)
    return _read(creditor_id, rows.select_related("customer").order_by("id"))


@step
def one(*, creditor_id: int, plan_id: int) -> Plan | None:
    """One plan; None when there is none."""
    rows = PaymentPlan.objects.filter(creditor_id=creditor_id, id=plan_id)
    return next(iter(_read(creditor_id, rows.select_related("customer"))), None)


@step
def current(*, creditor_id: int, customer_id: int) -> Plan | None:
    """The plan that stands with a customer now: in force, waiting for an answer, or the last one that was kept."""
    states = ["active", "offered", "proposed", "kept"]
    found = [
        item for item in of_customer(creditor_id=creditor_id, customer_id=customer_id) if item.state in states
    ]
    return min(found, key=lambda item: (states.index(item.state), -item.id), default=None)


@step
def signed(*, creditor_id: int, plan_id: int) -> SignedText | None:
    """The agreement of a plan with who consented to it and when; None while nobody has, or once its words were erased.

    The creditor consents by its offer, by its policy, or by the person who accepted a proposal.
    """
    rows = PlanAgreement.objects.filter(creditor_id=creditor_id, plan_id=plan_id).select_related("plan")
    row = rows.first()
    text = agreed_text.read(row.text) if row is not None else None
    if row is None or text is None:
        return None
    theirs = Signature(CUSTOMER, row.signed_at, row.signed_from, row.signed_by)
    plan = row.plan
    if plan.made_by != CUSTOMER:
        return SignedText(text, (Signature(plan.made_by, plan.made_at), theirs))
    ours = (Signature("rule", plan.agreed_at),) if plan.agreed_at is not None else ()
    return SignedText(text, (theirs, *ours))


@step
def waiting(*, creditor_id: int) -> tuple[Plan, ...]:
    """What waits for a person: proposals, and plans of which a second instalment was missed; the oldest first."""
    rows = _waiting(creditor_id).select_related("customer")
    return _read(creditor_id, rows.order_by("made_at", "id"))


def _waiting(creditor_id: int) -> QuerySet[PaymentPlan]:
    rows = PaymentPlan.objects.filter(creditor_id=creditor_id)
    return rows.filter(state="proposed") | rows.filter(state="active", referred_at__isnull=False)


def _read(creditor_id: int, rows: Iterable[PaymentPlan]) -> tuple[Plan, ...]:
    """Five queries, however many plans."""
    plans = list(rows)
    ids = [row.id for row in plans]
    left = plan_book.open_of(creditor_id=creditor_id, plan_ids=ids)
    items: dict[int, list[Instalment]] = defaultdict(list)
    for item in Instalment.objects.filter(creditor_id=creditor_id, plan_id__in=ids).order_by("due_on"):
        items[item.plan_id].append(item)
    numbers: dict[int, list[str]] = defaultdict(list)
    named = PlanInvoice.objects.filter(creditor_id=creditor_id, plan_id__in=ids)
    for plan_id, number in named.order_by("invoice__first_due_on", "invoice_id").values_list(
        "plan_id", "invoice__number"
    ):
        numbers[plan_id].append(number)
    papers = PlanAgreement.objects.filter(creditor_id=creditor_id, plan_id__in=ids).exclude(text={})
    signed = set(papers.values_list("plan_id", flat=True))
    return tuple(
        _plan(row, items[row.id], left.get(row.id, 0), numbers[row.id], row.id in signed) for row in plans
    )


def _plan(
    row: PaymentPlan, items: Sequence[Instalment], left: int, numbers: Sequence[str], is_signed: bool
) -> Plan:
    parts = [Part(item.position, item.due_on, Money(row.currency, item.amount_minor)) for item in items]
    moved = {item.position: item.moved_from_on for item in items}
    found = domain.standing(parts=parts, open_now=Money(row.currency, left))
    return Plan(
        id=row.id,
        customer_id=row.customer_id,
        customer=row.customer.name,
        state=row.state,
        why=row.why,
        amount=Money(row.currency, row.total_minor),
        spacing=row.spacing,
        lines=tuple(
            Line(index + 1, one.position, one.due_on, one.amount, one.open, moved[one.position])
            for index, one in enumerate(found)
        ),
        numbers=tuple(numbers),
        made_by=row.made_by,
        made_at=row.made_at,
        agreed_at=row.agreed_at,
        offered_until=row.offered_until,
        referred_at=row.referred_at,
        date_changes_left=row.date_changes_left,
        move_after_days=row.move_after_days,
        by_mandate=row.mandate_id is not None,
        is_signed=is_signed,
    )
