# SPDX-License-Identifier: Apache-2.0
"""The figures of a whole book, each made from rows that a list can show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.insights.aged import BANDS, from_aged
from conserje.services.tenancy.act import step

_AGEING = from_aged("""
SELECT currency, band, sum(open_minor)::bigint, count(DISTINCT invoice_id) FROM aged GROUP BY currency, band
 ORDER BY currency, band""")


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
def drafts(*, creditor_id: int) -> int:
    """How many messages wait for approval."""
    counting = "SELECT count(*) FROM outreach_touch WHERE creditor_id = %(creditor)s AND state = 'proposed'"
    ((count,),) = _rows(counting, {"creditor": creditor_id})
    return int(count)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
