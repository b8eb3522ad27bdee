# SPDX-License-Identifier: Apache-2.0
"""Failed payments as they are looked at: by state, one by one with every try, and as a cohort in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from conserje.data.recovery.models import ChargeAttempt, FailedPayment
from conserje.domain.kit.money import Money
from conserje.domain.recovery.failure import FailureState
from conserje.services.tenancy.act import step

OPEN = (FailureState.RETRYING.value, FailureState.CONTACTING.value)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of these states, of this reason; empty asks for all. `limit` and `offset` count rows."""

    states: tuple[str, ...] = ()
    reason: str = ""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One failed payment. `next_try_at` is the next silent try, `not_tried` the code of why there is none."""

    id: int
    customer_id: int
    customer: str
    invoice: str
    subscription: str
    amount: Money
    failed_at: datetime
    state: str
    reason: str
    decline: str
    why: str
    brand: str
    last4: str
    tried: int
    next_try_at: datetime | None
    not_tried: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One try of the card, by whom and with what end."""

    at: datetime
    made_by: str
    approved: bool
    decline: str
    code: str
    plan: str


@dataclass(frozen=True, slots=True)
class CohortLine:
    """How many failed payments of one currency ended so, and their sum. `reason` only where money came."""

    state: str
    reason: str
    currency: str
    count: int
    amount: Money


@step
def rows(*, creditor_id: int, wanted: Wanted) -> list[Row]:
    """Failed payments, the latest first."""
    found = _matching(creditor_id, wanted).select_related("customer", "invoice")
    return [
        _row(one) for one in found.order_by("-failed_at", "-id")[wanted.offset : wanted.offset + wanted.limit]
    ]


@step
def count(*, creditor_id: int, wanted: Wanted) -> int:
    """How many there are of those."""
    return int(_matching(creditor_id, wanted).count())


@step
def one(*, creditor_id: int, failed_payment_id: int) -> tuple[Row, list[Tried]] | None:
    """One failed payment with its tries in order, None when it is not there."""
    found = FailedPayment.objects.filter(creditor_id=creditor_id, id=failed_payment_id)
    row = found.select_related("customer", "invoice").first()
    if row is None:
        return None
    tried = ChargeAttempt.objects.filter(creditor_id=creditor_id, failed_payment_id=row.id)
    return _row(row), [_tried(item) for item in tried.order_by("made_at", "id")]


@step
def of_customer(*, creditor_id: int, customer_id: int) -> list[Row]:
    """The failed payments of one customer, the latest first."""
    found = FailedPayment.objects.filter(creditor_id=creditor_id, customer_id=customer_id)
    return [_row(item) for item in found.select_related("customer", "invoice").order_by("-failed_at", "-id")]


@step
def cohort(*, creditor_id: int, since: datetime, until: datetime) -> list[CohortLine]:
    """What became of all that failed from `since` on and before `until`, what is in progress among them."""
    found = (
        FailedPayment.objects.filter(creditor_id=creditor_id, failed_at__gte=since, failed_at__lt=until)
        .values("currency", "state", "reason")
        .annotate(n=Count("id"), minor=Sum("amount_minor"))
        .order_by("currency", "state", "reason")
    )
    return [_line(item) for item in found]


def recovered_share(*, lines: list[CohortLine], currency: str) -> tuple[int, int]:
    """How many of a currency were recovered, and of how many: whatever is still in progress counts as not yet."""
    same = [line for line in lines if line.currency == currency]
    recovered = [line for line in same if line.state == FailureState.RECOVERED]
    return sum(line.count for line in recovered), sum(line.count for line in same)


def _matching(creditor_id: int, wanted: Wanted) -> Any:
    found = FailedPayment.objects.filter(creditor_id=creditor_id)
    if wanted.states:
        found = found.filter(state__in=wanted.states)
    return found.filter(reason=wanted.reason) if wanted.reason else found


def _row(row: FailedPayment) -> Row:
    return Row(
        id=row.id,
        customer_id=row.customer_id,
        customer=row.customer.name,
        invoice=row.invoice.number,
        subscription=row.subscription,
        amount=Money(row.currency, row.amount_minor),
        failed_at=row.failed_at,
        state=row.state,
        reason=row.reason,
        decline=row.decline,
        why=row.why,
        brand=row.brand,
        last4=row.last4,
        tried=row.tried,
        next_try_at=row.next_try_at,
        not_tried=row.not_tried,
        ended_at=row.ended_at,
    )


def _tried(row: ChargeAttempt) -> Tried:
    code = row.response_code or row.advice or row.decline_code
    return Tried(row.made_at, row.made_by, row.approved, row.decline, code, row.plan)


def _line(item: Mapping[str, Any]) -> CohortLine:
    return CohortLine(
        item["state"],
        item["reason"],
        item["currency"],
        item["n"],
        Money(item["currency"], item["minor"]),
    )
