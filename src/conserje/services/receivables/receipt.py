# SPDX-License-Identifier: Apache-2.0
"""What became of one attempt to pay, as the customer who made it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.tenancy.act import step

_ATTEMPT = """
SELECT k.gateway, k.state, k.detail, k.reference, k.currency, k.amount_minor, y.value_on, coalesce(y.method, ''),
       k.until_on,
       array(SELECT i.number FROM receivables_checkoutline l
               JOIN receivables_invoice i ON i.creditor_id = l.creditor_id AND i.id = l.invoice_id
              WHERE l.creditor_id = k.creditor_id AND l.checkout_id = k.id ORDER BY i.first_due_on, i.id),
       (SELECT coalesce(json_agg(json_build_array(o.currency, o.minor) ORDER BY o.currency), '[]'::json) FROM (
          SELECT currency, sum(open_minor)::bigint AS minor FROM receivables_invoice
           WHERE creditor_id = k.creditor_id AND customer_id = k.customer_id AND open_minor > 0
           GROUP BY currency) o)
  FROM receivables_checkout k
  LEFT JOIN receivables_payment y ON y.creditor_id = k.creditor_id AND y.id = k.payment_id
 WHERE k.creditor_id = %(creditor)s AND k.customer_id = %(customer)s AND k.public_id = %(public_id)s"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One checkout of a customer. `value_on` and `method` are known once it is paid, `until_on` when it waits.

    `remaining` is all that stays open, by currency.
    """

    gateway: str
    state: str
    detail: str
    reference: str
    amount: Money
    value_on: date | None
    method: str
    until_on: date | None
    numbers: tuple[str, ...]
    remaining: tuple[Money, ...]


@step
def attempt(*, creditor_id: int, customer_id: int, public_id: str) -> Attempt | None:
    """A checkout of this customer by its public id; None for anybody else's."""
    asked: dict[str, Any] = {"creditor": creditor_id, "customer": customer_id, "public_id": public_id}
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPT, asked)
        row = cursor.fetchone()
    if row is None:
        return None
    gateway, state, detail, reference, currency, minor, value_on, method, until_on, numbers, remaining = row
    return Attempt(
        gateway=gateway,
        state=state,
        detail=detail,
        reference=reference,
        amount=Money(currency, minor),
        value_on=value_on,
        method=method,
        until_on=until_on,
        numbers=tuple(numbers),
        remaining=tuple(Money(code, left) for code, left in remaining),
    )
