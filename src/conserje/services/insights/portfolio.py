# SPDX-License-Identifier: Apache-2.0
"""The figures of a whole book, each made from rows that a list can show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.insights.aged import BANDS, from_aged
from conserje.services.tenancy.act import step

_AGEING = from_aged("""
SELECT currency, band, sum(open_minor)::bigint, count(DISTINCT invoice_id) FROM aged GROUP BY currency, band
 ORDER BY currency, band""")

_WAITING = """
SELECT count(*) FILTER (WHERE state = 'proposed'), count(*) FILTER (WHERE state = 'unsure'),
       count(*) FILTER (WHERE state IN ('planned', 'claimed') AND planned_at < %(day_ends)s),
       count(*) FILTER (WHERE handed_at >= %(day_starts)s AND handed_at < %(day_ends)s),
       (SELECT count(*) FROM arrangements_paymentclaim WHERE creditor_id = %(creditor)s AND answered_at IS NULL),
       (SELECT count(*) FROM receivables_payment
         WHERE creditor_id = %(creditor)s AND second_of_id IS NOT NULL AND unallocated_minor > 0)
     + (SELECT count(*) FROM receivables_checkout WHERE creditor_id = %(creditor)s
          AND (state = 'quarantined' OR contested)),
       EXISTS (SELECT 1 FROM receivables_customer WHERE creditor_id = %(creditor)s)
  FROM outreach_touch WHERE creditor_id = %(creditor)s
   AND (state IN ('proposed', 'unsure', 'planned', 'claimed') OR handed_at >= %(day_starts)s)"""

_RECORDED = """
SELECT min(recorded_through_on), min(limit_business_days) FROM receivables_freshness WHERE creditor_id = %(creditor)s"""


@dataclass(frozen=True, slots=True)
class Band:
    """One column of an ageing: how much, and in how many invoices."""

    band: str
    amount: Money
    invoices: int


@dataclass(frozen=True, slots=True)
class Aged:
    """One currency's open balance by age; all five bands, youngest first."""

    currency: str
    bands: tuple[Band, ...]

    @property
    def total(self) -> Money:
        """All that is open."""
        return Money(self.currency, sum(item.amount.minor for item in self.bands))

    @property
    def overdue(self) -> Money:
        """All that is past due."""
        return Money(self.currency, sum(item.amount.minor for item in self.bands[1:]))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts that ask for a person, and of today's contacts.

    `recorded_through` is the day up to which every source of payments was recorded, None when it was never stated.
    """

    drafts: int
    unsure: int
    planned_today: int
    made_today: int
    claims: int
    in_doubt: int
    has_customers: bool
    recorded_through: date | None
    limit_business_days: int


@step
def ageing(*, creditor_id: int, today: date) -> tuple[Aged, ...]:
    """The open balance of each currency by age as of the local date `today`, sorted by currency."""
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for currency, band, minor, invoices in _rows(
        _AGEING, {"creditor": creditor_id, "today": today, "customers": None}
    ):
        found[currency][band] = (minor, invoices)
    return tuple(
        Aged(
            currency,
            tuple(
                Band(band, Money(currency, by.get(band, (0, 0))[0]), by.get(band, (0, 0))[1])
                for band in BANDS
            ),
        )
        for currency, by in found.items()
    )


@step
def waiting(*, creditor_id: int, day: tuple[datetime, datetime]) -> Waiting:
    """What waits for a person; `day` holds the first instants of the local today and of the day after."""
    asked = {"creditor": creditor_id, "day_starts": day[0], "day_ends": day[1]}
    ((drafted, unsure, planned, made, claims, in_doubt, has_customers),) = _rows(_WAITING, asked)
    ((known, limit),) = _rows(_RECORDED, asked)
    return Waiting(
        drafts=drafted,
        unsure=unsure,
        planned_today=planned,
        made_today=made,
        claims=claims,
        in_doubt=in_doubt,
        has_customers=has_customers,
        recorded_through=known,
        limit_business_days=limit or 0,
    )


@step
def drafts(*, creditor_id: int) -> int:
    """How many messages wait for approval."""
    counting = "SELECT count(*) FROM outreach_touch WHERE creditor_id = %(creditor)s AND state = 'proposed'"
    ((count,),) = _rows(counting, {"creditor": creditor_id})
    return int(count)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
