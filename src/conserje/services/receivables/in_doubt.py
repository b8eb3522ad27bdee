# SPDX-License-Identifier: Apache-2.0
"""Money that came in and waits for a person: second payments, and checkouts whose gateway contradicted itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.tenancy.act import step

# `why` is "second", "contested" or a word of `domain.receivables.checkout.Doubt`.
_LIST = """
SELECT 'second', p.id, p.customer_id, u.name, p.currency, p.unallocated_minor, p.received_at, p.source,
       ARRAY(SELECT i.number FROM receivables_allocation a
               JOIN receivables_invoice i ON i.creditor_id = a.creditor_id AND i.id = a.invoice_id
              WHERE a.creditor_id = p.creditor_id AND a.payment_id = p.second_of_id
              GROUP BY i.id HAVING sum(a.amount_minor) > 0 ORDER BY i.id)
  FROM receivables_payment p
  JOIN receivables_customer u ON u.creditor_id = p.creditor_id AND u.id = p.customer_id
 WHERE p.creditor_id = %(creditor)s AND p.second_of_id IS NOT NULL AND p.unallocated_minor > 0
 UNION ALL
SELECT c.detail, c.id, c.customer_id, u.name, c.currency, c.amount_minor, coalesce(c.checked_at, c.created_at),
       c.gateway,
       ARRAY(SELECT i.number FROM receivables_checkoutline l
               JOIN receivables_invoice i ON i.creditor_id = l.creditor_id AND i.id = l.invoice_id
              WHERE l.creditor_id = c.creditor_id AND l.checkout_id = c.id ORDER BY i.id)
  FROM receivables_checkout c
  JOIN receivables_customer u ON u.creditor_id = c.creditor_id AND u.id = c.customer_id
 WHERE c.creditor_id = %(creditor)s AND c.state = 'quarantined' AND c.doubt_decided_at IS NULL
 UNION ALL
SELECT 'contested', c.id, c.customer_id, u.name, c.currency, c.amount_minor, coalesce(c.checked_at, c.created_at),
       c.gateway,
       ARRAY(SELECT i.number FROM receivables_checkoutline l
               JOIN receivables_invoice i ON i.creditor_id = l.creditor_id AND i.id = l.invoice_id
              WHERE l.creditor_id = c.creditor_id AND l.checkout_id = c.id ORDER BY i.id)
  FROM receivables_checkout c
  JOIN receivables_customer u ON u.creditor_id = c.creditor_id AND u.id = c.customer_id
 WHERE c.creditor_id = %(creditor)s AND c.contested
 ORDER BY 7, 2 LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class InDoubt:
    """`amount` of a customer that waits. `invoices` are the numbers it was meant for; `number` is of its own kind.

    `why` is "second" (what it names was paid already), "contested" (it went back or is asked back) or a `Doubt`: then
    no money has moved in the books.
    """

    why: str
    number: int
    customer_id: int
    customer: str
    amount: Money
    at: datetime
    source: str
    invoices: tuple[str, ...]


@step
def waiting(*, creditor_id: int, limit: int = 200) -> tuple[InDoubt, ...]:
    """What waits, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"creditor": creditor_id, "limit": limit})
        rows = cursor.fetchall()
    return tuple(
        InDoubt(why, number, customer_id, name, Money(currency, minor), at, source, tuple(numbers))
        for why, number, customer_id, name, currency, minor, at, source, numbers in rows
    )
