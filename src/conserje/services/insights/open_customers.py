# SPDX-License-Identifier: Apache-2.0
"""The list of customers who owe: found, filtered, sorted and cut into pages, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import terms
from conserje.domain.receivables.keys import match_key
from conserje.services.insights.aged import from_aged
from conserje.services.outreach.decided import Judged
from conserje.services.outreach.sweep import judge_many
from conserje.services.tenancy.act import step

PAGE: Final = 50
_AFTER_ALL = "\U0010ffff"


class Filter(StrEnum):
    """Which customers. All but `ALL` are also counted, so that their links can say how many."""

    ALL = "all"
    OVERDUE = "overdue"
    PAUSED = "paused"
    DRAFTED = "drafted"
    UNPERMITTED = "unpermitted"
    UNREACHABLE = "unreachable"


class Sort(StrEnum):
    """In which order: the oldest first, the largest open amount in one currency first, or by name."""

    AGE = "age"
    AMOUNT = "amount"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list. `band` ("0".."4") with `currency` narrows to customers with something in it.

    `weigh` is the currency that `Sort.AMOUNT` compares; `query` are words people type, or an invoice number: with
    one, customers who owe nothing are found too. `page` counts from 1.
    """

    query: str = ""
    only: Filter = Filter.ALL
    sort: Sort = Sort.AGE
    band: str = ""
    currency: str = ""
    weigh: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Sums:
    """One currency: what is open, what of it is past due, what of it lies in the wanted band."""

    open: Money
    overdue: Money
    band: Money


@dataclass(frozen=True, slots=True)
class Row:
    """One customer. `days` is of the oldest open part, None when nothing is open; `judged` their case, decided now."""

    id: int
    name: str
    invoices: int
    days: int | None
    sums: tuple[Sums, ...]
    judged: Judged


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. `sums` and `total` are of everything the filter lets through, not of this page alone."""

    rows: tuple[Row, ...]
    total: int
    sums: tuple[Sums, ...]
    first: int


_CHOSEN: Final = from_aged("""
, by_currency AS (
  SELECT customer_id, currency, max(days) AS days, count(DISTINCT invoice_id) AS invoices,
         sum(open_minor)::bigint AS open, coalesce(sum(open_minor) FILTER (WHERE days > 0), 0)::bigint AS overdue,
         coalesce(sum(open_minor) FILTER (WHERE band = %(band)s AND currency = %(currency)s), 0)::bigint AS banded
    FROM aged GROUP BY customer_id, currency),
owing AS (
  SELECT customer_id, max(days) AS days, sum(invoices)::bigint AS invoices, sum(overdue) > 0 AS overdue,
         sum(banded) > 0 AS in_band, coalesce(sum(open) FILTER (WHERE currency = %(weigh)s), 0) AS weight,
         array_agg(currency ORDER BY currency) AS currencies, array_agg(open ORDER BY currency) AS opens,
         array_agg(overdue ORDER BY currency) AS overdues, array_agg(banded ORDER BY currency) AS bandeds
    FROM by_currency GROUP BY customer_id),
flagged AS (
  SELECT c.id, c.name, c.sort_key, o.days, coalesce(o.invoices, 0) AS invoices, coalesce(o.weight, 0) AS weight,
         coalesce(o.overdue, false) AS overdue, coalesce(o.in_band, false) AS in_band,
         o.currencies, o.opens, o.overdues, o.bandeds,
         EXISTS (SELECT 1 FROM outreach_hold h
                  WHERE h.creditor_id = c.creditor_id AND h.customer_id = c.id AND h.released_at IS NULL
                    AND (h.until IS NULL OR h.until >= %(today)s))
         OR EXISTS (SELECT 1 FROM arrangements_promisetopay p
                     WHERE p.creditor_id = c.creditor_id AND p.customer_id = c.id AND p.state = 'open')
         OR EXISTS (SELECT 1 FROM arrangements_paymentclaim m
                     WHERE m.creditor_id = c.creditor_id AND m.customer_id = c.id AND m.answered_at IS NULL)
         OR EXISTS (SELECT 1 FROM arrangements_dispute d
                      JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
                     WHERE d.creditor_id = c.creditor_id AND i.customer_id = c.id AND d.closed_at IS NULL) AS paused,
         EXISTS (SELECT 1 FROM outreach_touch t
                  WHERE t.creditor_id = c.creditor_id AND t.customer_id = c.id AND t.state = 'proposed') AS drafted,
         NOT EXISTS (SELECT 1 FROM (
                       SELECT DISTINCT ON (s.channel) s.consent FROM outreach_permission s
                        WHERE s.creditor_id = c.creditor_id AND s.customer_id = c.id
                        ORDER BY s.channel, s.stated_at DESC, s.id DESC) latest
                      WHERE latest.consent = 'granted') AS unpermitted,
         NOT EXISTS (SELECT 1 FROM receivables_contact k
                       JOIN receivables_contactpoint p ON p.creditor_id = k.creditor_id AND p.contact_id = k.id
                      WHERE k.creditor_id = c.creditor_id AND k.customer_id = c.id
                        AND p.unusable_since IS NULL) AS unreachable
    FROM receivables_customer c LEFT JOIN owing o ON o.customer_id = c.id
   WHERE c.creditor_id = %(creditor)s AND (o.customer_id IS NOT NULL OR c.id = ANY(%(customers)s::bigint[]))),
chosen AS (
  SELECT * FROM flagged
   WHERE (%(band)s = '' OR in_band)
     AND CASE %(only)s WHEN 'overdue' THEN overdue WHEN 'paused' THEN paused WHEN 'drafted' THEN drafted
                       WHEN 'unpermitted' THEN unpermitted WHEN 'unreachable' THEN unreachable ELSE true END)
""")


def _from_chosen(rest: str) -> str:
    return _CHOSEN + rest


_TOTAL: Final = _from_chosen("SELECT count(*) FROM chosen")

_COUNTS: Final = _from_chosen("""
SELECT count(*), count(*) FILTER (WHERE overdue), count(*) FILTER (WHERE paused), count(*) FILTER (WHERE drafted),
       count(*) FILTER (WHERE unpermitted), count(*) FILTER (WHERE unreachable) FROM flagged""")

_LISTED: Final = _from_chosen("""
SELECT id, name, invoices, days, currencies, opens, overdues, bandeds FROM chosen
 ORDER BY CASE WHEN %(sort)s = 'amount' THEN weight END DESC, CASE WHEN %(sort)s = 'age' THEN days END DESC NULLS LAST,
          sort_key, id
 LIMIT %(limit)s OFFSET %(offset)s""")

_TOGETHER: Final = _from_chosen("""
SELECT u.currency, sum(u.open)::bigint, sum(u.overdue)::bigint, sum(u.banded)::bigint
  FROM chosen, unnest(currencies, opens, overdues, bandeds) AS u(currency, open, overdue, banded)
 GROUP BY u.currency ORDER BY u.currency""")

_FOUND: Final = """
SELECT t.customer_id FROM unnest(%(from)s::text[], %(to)s::text[]) WITH ORDINALITY AS w(low, high, at)
  JOIN receivables_searchterm t ON t.creditor_id = %(creditor)s AND t.term ~>=~ w.low AND t.term ~<~ w.high
 GROUP BY t.customer_id HAVING count(DISTINCT w.at) = cardinality(%(from)s::text[])
UNION
SELECT customer_id FROM receivables_invoice
 WHERE creditor_id = %(creditor)s AND number_key >= %(number)s AND number_key < %(number_end)s AND %(number)s <> ''"""


@step
def counts(*, creditor_id: int, today: date) -> dict[Filter, int]:
    """How many customers who owe each filter lets through."""
    (found,) = _rows(_COUNTS, _asked(creditor_id, Wanted(), today))
    return dict(zip(Filter, found, strict=True))


@step
def page(*, creditor_id: int, wanted: Wanted, today: date, now: datetime) -> Listed:
    """One page of at most `PAGE` customers. A page past the end is the last one."""
    asked = _asked(creditor_id, wanted, today)
    ((total,),) = _rows(_TOTAL, asked)
    first = min(max(wanted.page - 1, 0), max(0, total - 1) // PAGE) * PAGE
    listed = _rows(_LISTED, {**asked, "limit": PAGE, "offset": first})
    ids = [row[0] for row in listed]
    judged = {
        item.case.customer_id: item for item in judge_many(creditor_id=creditor_id, customer_ids=ids, now=now)
    }
    return Listed(
        rows=tuple(
            Row(row_id, name, invoices, days, _sums(arrays), judged[row_id])
            for row_id, name, invoices, days, *arrays in listed
        ),
        total=total,
        sums=tuple(_sum(*row) for row in _rows(_TOGETHER, asked)),
        first=first,
    )


def _sums(arrays: Sequence[Sequence[Any] | None]) -> tuple[Sums, ...]:
    """One customer's currencies beside their amounts; nothing when nothing is open."""
    return tuple(_sum(*row) for row in zip(*(array or () for array in arrays), strict=True))


def _sum(currency: str, open_minor: int, overdue: int, band: int) -> Sums:
    return Sums(Money(currency, open_minor), Money(currency, overdue), Money(currency, band))


def _asked(creditor_id: int, wanted: Wanted, today: date) -> dict[str, Any]:
    asked = {
        "creditor": creditor_id,
        "today": today,
        "customers": None,
        "band": wanted.band,
        "currency": wanted.currency,
        "weigh": wanted.weigh,
        "only": wanted.only.value,
        "sort": wanted.sort.value,
    }
    words = terms(wanted.query)
    if wanted.query.strip():
        number = match_key(text=wanted.query)
        looked = {"from": list(words), "to": [word + _AFTER_ALL for word in words]}
        found = _rows(_FOUND, {**asked, **looked, "number": number, "number_end": number + _AFTER_ALL})
        asked["customers"] = [customer_id for (customer_id,) in found]
    return asked


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
