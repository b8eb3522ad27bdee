# SPDX-License-Identifier: Apache-2.0
"""Lines of the bank as they are shown: by state, with what was decided, for whom, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.matching import MatchKind
from conserje.services.tenancy.act import step

_COUNTS: Final = """
SELECT state, count(*), coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0), currency
  FROM receivables_bankline WHERE creditor_id = %(creditor)s GROUP BY state, currency ORDER BY state, currency"""

_FROM: Final = """
  FROM receivables_bankline l
  JOIN receivables_bankstatement s ON s.creditor_id = l.creditor_id AND s.id = l.statement_id
  LEFT JOIN LATERAL (SELECT * FROM receivables_bankdecision d
                      WHERE d.creditor_id = l.creditor_id AND d.line_id = l.id ORDER BY d.id DESC LIMIT 1) d ON true
  LEFT JOIN receivables_customer u ON u.creditor_id = l.creditor_id AND u.id = d.customer_id"""

_COLUMNS: Final = """
SELECT l.id, l.state, l.booked_on, l.value_on, l.currency, l.amount_minor, l.text, l.payer_name, l.bank_reference,
       s.bank_account, d.id, d.kind, d.score, d.reasons::json, d.customer_id, u.name, d.payment_id, d.made_payment,
       d.shares::json, d.withheld::json, d.payments::json, d.note, d.decided_by, d.decided_at"""

_PAGE: Final = (
    _COLUMNS
    + _FROM
    + """
 WHERE l.creditor_id = %(creditor)s AND l.state = %(state)s
 ORDER BY l.value_on DESC, l.id DESC LIMIT %(limit)s OFFSET %(offset)s"""
)
_ONE: Final = _COLUMNS + _FROM + " WHERE l.creditor_id = %(creditor)s AND l.id = %(line)s"

_INVOICES: Final = """
SELECT id, number, customer_id, currency, open_minor, first_due_on FROM receivables_invoice
 WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)"""

_PAYMENTS: Final = """
SELECT p.id, p.customer_id, u.name, p.currency, p.amount_minor, p.value_on, p.source FROM receivables_payment p
  JOIN receivables_customer u ON u.creditor_id = p.creditor_id AND u.id = p.customer_id
 WHERE p.creditor_id = %(creditor)s AND p.id = ANY(%(ids)s) ORDER BY p.value_on, p.id"""

_FOUND: Final = """
SELECT DISTINCT u.id, u.name, u.sort_key FROM receivables_customer u
 WHERE u.creditor_id = %(creditor)s
   AND (EXISTS (SELECT 1 FROM receivables_searchterm t WHERE t.creditor_id = u.creditor_id AND t.customer_id = u.id
                   AND t.term ~>=~ %(term)s AND t.term ~<~ %(after)s)
        OR EXISTS (SELECT 1 FROM receivables_invoice i WHERE i.creditor_id = u.creditor_id AND i.customer_id = u.id
                      AND i.number_key = %(number)s))
 ORDER BY u.sort_key, u.id LIMIT 12"""

_OPEN: Final = """
SELECT id, number, customer_id, currency, open_minor, first_due_on FROM receivables_invoice
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND currency = %(currency)s AND open_minor > 0
 ORDER BY first_due_on, id LIMIT 200"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many lines stand in a state, and how much came in with them, in one currency."""

    state: str
    count: int
    came_in: Money


@dataclass(frozen=True, slots=True)
class InvoiceShare:
    """A part of a line for one invoice: what it pays, and what was kept back from it as which tax."""

    invoice_id: int
    number: str
    paid: Money
    open: Money
    withheld: Money | None = None
    tax: str = ""


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A booked payment that a line confirms."""

    payment_id: int
    customer_id: int
    customer: str
    amount: Money
    value_on: date
    source: str


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An open invoice that a line may be applied to."""

    invoice_id: int
    number: str
    open: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the decision that holds. `decision_id` is what a person saw; it is None before any."""

    id: int
    state: str
    booked_on: date
    value_on: date
    amount: Money
    text: str
    payer_name: str
    bank_reference: str
    bank_account: str
    decision_id: int | None
    kind: MatchKind
    score: int
    reasons: tuple[Reason, ...]
    customer_id: int | None
    customer: str
    payment_id: int | None
    made_payment: bool
    shares: tuple[InvoiceShare, ...]
    payments: tuple[PaidOut, ...]
    note: str
    decided_by: str
    decided_at: datetime | None

    @property
    def left(self) -> Money:
        """What its invoices do not take."""
        return Money(self.amount.currency, self.amount.minor - sum(part.paid.minor for part in self.shares))


@step
def standings(*, creditor_id: int) -> tuple[Standing, ...]:
    """How the lines stand, by state and currency."""
    rows = _rows(_COUNTS, {"creditor": creditor_id})
    return tuple(
        Standing(state, count, Money(currency, int(minor))) for state, count, minor, currency in rows
    )


@step
def page(*, creditor_id: int, state: str, limit: int, offset: int) -> list[Line]:
    """Lines in a state, the latest first. Three queries."""
    asked = {"creditor": creditor_id, "state": state, "limit": limit, "offset": offset}
    return _lines(creditor_id, _rows(_PAGE, asked))


@step
def one(*, creditor_id: int, line_id: int) -> Line | None:
    """One line; None for anybody else's."""
    found = _lines(creditor_id, _rows(_ONE, {"creditor": creditor_id, "line": line_id}))
    return found[0] if found else None


@step
def customers_found(*, creditor_id: int, term: str, number: str) -> list[tuple[int, str]]:
    """(id, name) of customers with a word that begins with `term` or an invoice `number`, both folded; at most 12."""
    if not term and not number:
        return []
    asked = {"creditor": creditor_id, "term": term or "\x7f", "after": f"{term}\x7f", "number": number}
    return [(customer_id, name) for customer_id, name, _ in _rows(_FOUND, asked)]


@step
def open_invoices(*, creditor_id: int, customer_id: int, currency: str) -> list[OpenInvoice]:
    """What a customer has open in a currency, the oldest due first."""
    rows = _rows(_OPEN, {"creditor": creditor_id, "customer": customer_id, "currency": currency})
    return [
        OpenInvoice(key, number, Money(code, minor), due_on) for key, number, _, code, minor, due_on in rows
    ]


def _lines(creditor_id: int, rows: Sequence[Sequence[Any]]) -> list[Line]:
    invoice_ids = sorted({invoice_id for row in rows for invoice_id, _ in row[18] or ()})
    payment_ids = sorted({payment_id for row in rows for payment_id in row[20] or ()})
    invoices = {row[0]: row for row in _rows(_INVOICES, {"creditor": creditor_id, "ids": invoice_ids})}
    payments = {
        row[0]: PaidOut(row[0], row[1], row[2], Money(row[3], row[4]), row[5], row[6])
        for row in _rows(_PAYMENTS, {"creditor": creditor_id, "ids": payment_ids})
    }
    return [_line(row, invoices, payments) for row in rows]


def _line(row: Sequence[Any], invoices: dict[int, Any], payments: dict[int, PaidOut]) -> Line:
    currency = row[4]
    kept = {invoice_id: (kind, minor) for invoice_id, kind, minor in row[19] or ()}
    shares = []
    for invoice_id, minor in row[18] or ():
        tax, withheld = kept.get(invoice_id, ("", 0))
        _, number, _, _, still, _ = invoices[invoice_id]
        paid = Money(currency, minor)
        part = Money(currency, withheld) if tax else None
        shares.append(InvoiceShare(invoice_id, number, paid, Money(currency, still), part, tax))
    return Line(
        id=row[0],
        state=row[1],
        booked_on=row[2],
        value_on=row[3],
        amount=Money(currency, row[5]),
        text=row[6],
        payer_name=row[7],
        bank_reference=row[8],
        bank_account=row[9],
        decision_id=row[10],
        kind=MatchKind(row[11] or "none"),
        score=row[12] or 0,
        reasons=tuple(Reason(word) for word in row[13] or ()),
        customer_id=row[14],
        customer=row[15] or "",
        payment_id=row[16],
        made_payment=bool(row[17]),
        shares=tuple(shares),
        payments=tuple(payments[key] for key in row[20] or () if key in payments),
        note=row[21] or "",
        decided_by=row[22] or "",
        decided_at=row[23],
    )


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
