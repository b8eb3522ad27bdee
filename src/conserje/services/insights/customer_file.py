# SPDX-License-Identifier: Apache-2.0
"""Everything that stands about one customer now: who they are, whom we may write to, what is open, what is agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.services.insights.aged import from_aged
from conserje.services.tenancy.act import step

INVOICES_MAX: Final = 50

_CUSTOMER = """
SELECT name, reference, kind, debtor_type, tax_id, country, subdivision, city, time_zone, locale
  FROM receivables_customer WHERE creditor_id = %(creditor)s AND id = %(customer)s"""

_POINTS = """
SELECT c.id, c.name, c.role, c.locale, c.time_zone, p.kind, p.address, p.unusable_reason,
       array(SELECT s.channel FROM outreach_suppression s
              WHERE s.creditor_id = p.creditor_id AND s.address_hash = p.address_hash AND s.lifted_at IS NULL
              ORDER BY 1)
  FROM receivables_contact c
  LEFT JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s ORDER BY c.is_usual DESC, c.id, p.id"""

_UNALLOCATED = """
SELECT currency, sum(minor)::bigint FROM (
  SELECT currency, unallocated_minor AS minor FROM receivables_payment
   WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND unallocated_minor > 0
  UNION ALL
  SELECT currency, unapplied_minor FROM receivables_creditnote
   WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND unapplied_minor > 0) cash
 GROUP BY currency ORDER BY currency"""

_BALANCES = from_aged("""
SELECT currency, coalesce(sum(open_minor) FILTER (WHERE days <= 0), 0)::bigint,
       coalesce(sum(open_minor) FILTER (WHERE days > 0), 0)::bigint, max(days)
  FROM aged GROUP BY currency ORDER BY currency""")

_INVOICES = """
SELECT i.id, i.number, i.subject, i.purchase_order, i.first_due_on, i.currency, i.open_minor, i.total_minor,
       coalesce((SELECT sum(w.amount_minor) FROM receivables_withholding w
                  WHERE w.creditor_id = i.creditor_id AND w.invoice_id = i.id AND w.rejected_at IS NULL
                    AND w.certified_on IS NULL), 0)::bigint, count(*) OVER ()
  FROM receivables_invoice i
 WHERE i.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND i.open_minor > 0
 ORDER BY i.first_due_on, i.id LIMIT %(limit)s"""

_ARRANGEMENTS = """
SELECT 'hold', h.id, i.number, h.placed_at, h.until, NULL::bigint, i.currency, h.reason, ''
  FROM outreach_hold h LEFT JOIN receivables_invoice i ON i.creditor_id = h.creditor_id AND i.id = h.invoice_id
 WHERE h.creditor_id = %(creditor)s AND h.customer_id = %(customer)s AND h.released_at IS NULL
   AND (h.until IS NULL OR h.until >= %(today)s)
UNION ALL
SELECT 'promise', p.id, i.number, p.made_at, p.promised_on, i.open_minor, i.currency, p.made_through, ''
  FROM arrangements_promisetopay p
  LEFT JOIN receivables_invoice i ON i.creditor_id = p.creditor_id AND i.id = p.invoice_id
 WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s AND p.state = 'open'
UNION ALL
SELECT 'claimed_paid', m.id, i.number, m.made_at, NULL, i.open_minor, i.currency, m.method, m.words
  FROM arrangements_paymentclaim m
  LEFT JOIN receivables_invoice i ON i.creditor_id = m.creditor_id AND i.id = m.invoice_id
 WHERE m.creditor_id = %(creditor)s AND m.customer_id = %(customer)s AND m.answered_at IS NULL
UNION ALL
SELECT 'dispute', d.id, i.number, d.opened_at, NULL, coalesce(d.amount_minor, i.open_minor), i.currency, d.kind, d.words
  FROM arrangements_dispute d JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND d.closed_at IS NULL
 ORDER BY 4 DESC"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The customer's own facts, as last stated."""

    name: str
    reference: str
    kind: str
    debtor_type: str
    tax_id: str
    country: str
    subdivision: str
    city: str
    time_zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Point:
    """One address of a person, or (with no address) a person of whom none is known.

    `unusable` says why an address does not work; `stopped` are channels that the address asked to be spared.
    """

    contact_id: int
    name: str
    role: str
    locale: str
    time_zone: str
    kind: str
    address: str
    unusable: str
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency: not due yet, past due, and money or credit that is not applied to any invoice. `days` of the
    oldest open part, None when nothing is open."""

    due: Money
    overdue: Money
    unallocated: Money
    days: int | None


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """One open invoice; `withheld` awaits its certificate and is not part of what is open."""

    id: int
    number: str
    subject: str
    purchase_order: str
    due_on: date
    open: Money
    total: Money
    withheld: Money


@dataclass(frozen=True, slots=True)
class InForce:
    """A hold, promise, claimed_paid or dispute in force. `number` is the invoice's, empty for the whole customer.

    `about` is the hold's reason, the dispute's kind, or how a promise or claim was made; `words` the customer's own.
    """

    kind: str
    id: int
    number: str
    at: datetime
    until: date | None
    amount: Money | None
    about: str
    words: str


@dataclass(frozen=True, slots=True)
class File:
    """All of it. `invoices_total` counts open invoices, of which `invoices` are the oldest `INVOICES_MAX`."""

    standing: Standing
    points: tuple[Point, ...]
    balances: tuple[Balance, ...]
    invoices: tuple[OpenInvoice, ...]
    invoices_total: int
    in_force: tuple[InForce, ...]


@step
def read(*, creditor_id: int, customer_id: int, today: date, limit: int = INVOICES_MAX) -> File | None:
    """The file of one customer as of the local date `today`; None when there is no such customer. Six queries."""
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "customer": customer_id,
        "customers": [customer_id],
        "today": today,
        "limit": limit,
    }
    found = _rows(_CUSTOMER, asked)
    if not found:
        return None
    invoices = _rows(_INVOICES, asked)
    return File(
        standing=Standing(*found[0]),
        points=tuple(_point(row) for row in _rows(_POINTS, asked)),
        balances=_balances(_rows(_BALANCES, asked), _rows(_UNALLOCATED, asked)),
        invoices=tuple(_invoice(row) for row in invoices),
        invoices_total=invoices[0][-1] if invoices else 0,
        in_force=tuple(_in_force(row) for row in _rows(_ARRANGEMENTS, asked)),
    )


def _point(row: Any) -> Point:
    contact_id, name, role, locale, time_zone, kind, address, unusable, stopped = row
    return Point(
        contact_id, name, role, locale, time_zone, kind or "", address or "", unusable or "", tuple(stopped)
    )


def _balances(open_rows: list[Any], cash_rows: list[Any]) -> tuple[Balance, ...]:
    aged = {currency: (due, overdue, days) for currency, due, overdue, days in open_rows}
    cash = dict(cash_rows)
    return tuple(
        Balance(
            due=Money(currency, aged.get(currency, (0, 0, None))[0]),
            overdue=Money(currency, aged.get(currency, (0, 0, None))[1]),
            unallocated=Money(currency, cash.get(currency, 0)),
            days=aged.get(currency, (0, 0, None))[2],
        )
        for currency in sorted({*aged, *cash})
    )


def _invoice(row: Any) -> OpenInvoice:
    row_id, number, subject, order, due_on, currency, open_minor, total, withheld, _ = row
    return OpenInvoice(
        row_id,
        number,
        subject,
        order,
        due_on,
        Money(currency, open_minor),
        Money(currency, total),
        Money(currency, withheld),
    )


def _in_force(row: Any) -> InForce:
    kind, row_id, number, at, until, minor, currency, about, words = row
    amount = Money(currency, minor) if currency and minor is not None else None
    return InForce(kind, row_id, number or "", at, until, amount, about, words)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
