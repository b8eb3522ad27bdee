# SPDX-License-Identifier: Apache-2.0
"""The same invoices paid twice: the second payment waits, whole, for a person to keep it or to send it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.receivables.models import Invoice, Payment
from conserje.domain.kit.money import Money
from conserje.domain.receivables.payment import Received
from conserje.services.tenancy.act import step

# An earlier payment of as much, by the same customer, that stands on invoices which are closed now.
_FIRST = """
SELECT p.id FROM receivables_payment p
 WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s AND p.currency = %(currency)s
   AND p.amount_minor = %(minor)s AND p.id <> %(payment)s AND p.second_of_id IS NULL
   AND EXISTS (SELECT 1 FROM receivables_allocation a
                WHERE a.creditor_id = p.creditor_id AND a.payment_id = p.id AND a.invoice_id = ANY(%(invoices)s)
                GROUP BY a.payment_id HAVING sum(a.amount_minor) > 0)
 ORDER BY p.id LIMIT 1
"""
# The same for payments brought in together: each names one invoice at most.
_MANY = """
UPDATE receivables_payment p SET second_of_id = first.id
  FROM given_payment g JOIN fresh_payment f USING (source, external_id)
  JOIN receivables_invoice i ON i.creditor_id = %(creditor)s AND i.id = g.invoice_id AND i.open_minor = 0
 CROSS JOIN LATERAL (
       SELECT e.id FROM receivables_payment e
         JOIN receivables_allocation a ON a.creditor_id = e.creditor_id AND a.payment_id = e.id
        WHERE e.creditor_id = %(creditor)s AND a.invoice_id = i.id AND e.customer_id = g.customer_id
          AND e.currency = g.currency AND e.amount_minor = g.amount_minor AND e.second_of_id IS NULL
        GROUP BY e.id HAVING sum(a.amount_minor) > 0 ORDER BY e.id LIMIT 1) AS first
 WHERE p.creditor_id = %(creditor)s AND p.id = f.id
   AND p.unallocated_minor = p.amount_minor AND first.id <> p.id
"""


@dataclass(frozen=True, slots=True)
class PaidTwice:
    """A second payment that waits: `left` of it is neither applied nor gone back. `first_id` was first."""

    payment_id: int
    first_id: int
    customer_id: int
    left: Money
    received_at: datetime


@step
def waiting(*, creditor_id: int) -> tuple[PaidTwice, ...]:
    """Second payments that nobody has applied or sent back yet, oldest first."""
    rows = Payment.objects.filter(
        creditor_id=creditor_id, second_of__isnull=False, unallocated_minor__gt=0
    ).order_by("id")
    told = rows.values_list(
        "id", "second_of_id", "customer_id", "currency", "unallocated_minor", "received_at"
    )
    return tuple(
        PaidTwice(payment_id, first_id, customer_id, Money(currency, minor), at)
        for payment_id, first_id, customer_id, currency, minor, at in told
        if first_id is not None
    )


@step
def of(*, creditor_id: int, payment_id: int, received: Received, open_ids: Collection[int]) -> int | None:
    """The payment that `received`, just written as `payment_id`, repeats; it is marked as its second.

    `open_ids` are the customer's open invoices, locked. None when it names none, or one that is still open.
    """
    named = [name.invoice_id for name in received.named]
    if not named or not set(named).isdisjoint(open_ids):
        return None
    if Invoice.objects.filter(creditor_id=creditor_id, id__in=named, open_minor__gt=0).exists():
        return None
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "customer": received.customer_id,
        "currency": received.amount.currency,
        "minor": received.amount.minor,
        "payment": payment_id,
        "invoices": named,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, asked)
        found = cursor.fetchone()
    if found is None:
        return None
    Payment.objects.filter(creditor_id=creditor_id, id=payment_id).update(second_of_id=found[0])
    return int(found[0])


@step
def mark_many(*, creditor_id: int) -> int:
    """Mark those of the staged fresh payments whose invoice an earlier one closed; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_MANY, {"creditor": creditor_id})
        return int(cursor.rowcount)
