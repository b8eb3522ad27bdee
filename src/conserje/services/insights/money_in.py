# SPDX-License-Identifier: Apache-2.0
"""Money that came in over a stretch of days, and money that went back in it: what "collected" is made of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.tenancy.act import step

_MONEY = """
SELECT p.customer_id, c.name, p.value_on, p.currency, p.amount_minor, p.method, p.unallocated_minor, '', p.id, p.source
  FROM receivables_payment p
  JOIN receivables_customer c ON c.creditor_id = p.creditor_id AND c.id = p.customer_id
 WHERE p.creditor_id = %(creditor)s AND p.value_on BETWEEN %(since)s AND %(until)s
UNION ALL
SELECT p.customer_id, c.name, (r.reversed_at AT TIME ZONE k.time_zone)::date, p.currency, -r.amount_minor, p.method, 0,
       r.kind, p.id, p.source
  FROM receivables_paymentreversal r
  JOIN receivables_payment p ON p.creditor_id = r.creditor_id AND p.id = r.payment_id
  JOIN receivables_customer c ON c.creditor_id = p.creditor_id AND c.id = p.customer_id
  JOIN tenancy_creditor k ON k.id = r.creditor_id
 WHERE r.creditor_id = %(creditor)s AND (r.reversed_at AT TIME ZONE k.time_zone)::date BETWEEN %(since)s AND %(until)s
 ORDER BY 3 DESC, 2, 5 DESC"""

_RECORDED = """
SELECT source, recorded_through_on FROM receivables_freshness WHERE creditor_id = %(creditor)s ORDER BY source"""


@dataclass(frozen=True, slots=True)
class MoneyIn:
    """One payment, or (negative, with `reversal` refund, chargeback, bounce or mistake) one that went back."""

    customer_id: int
    customer: str
    on: date
    amount: Money
    method: str
    unallocated: Money
    reversal: str
    payment_id: int
    source: str


@dataclass(frozen=True, slots=True)
class Collected:
    """Every row of the stretch, newest first; `sums` are theirs, one for each currency."""

    rows: tuple[MoneyIn, ...]

    @property
    def payments(self) -> tuple[MoneyIn, ...]:
        """Those that came in."""
        return tuple(row for row in self.rows if not row.reversal)

    @property
    def sums(self) -> tuple[Money, ...]:
        """What came in less what went back, by currency."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows:
            found[row.amount.currency] += row.amount.minor
        return tuple(Money(currency, found[currency]) for currency in sorted(found))


@step
def collected(*, creditor_id: int, since: date, until: date) -> Collected:
    """Money with a value date from `since` through `until`, and what went back on a local day between them."""
    asked = {"creditor": creditor_id, "since": since, "until": until}
    return Collected(
        tuple(
            MoneyIn(
                customer_id,
                customer,
                on,
                Money(currency, minor),
                method,
                Money(currency, unallocated),
                reversal,
                payment_id,
                source,
            )
            for customer_id, customer, on, currency, minor, method, unallocated, reversal, payment_id, source in _rows(
                _MONEY, asked
            )
        )
    )


@step
def recorded_through(*, creditor_id: int) -> list[tuple[str, date]]:
    """Each source of payments with the day up to which it was recorded."""
    return [(source, on) for source, on in _rows(_RECORDED, {"creditor": creditor_id})]


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
