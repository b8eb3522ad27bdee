# SPDX-License-Identifier: Apache-2.0
"""What the lines of a file are compared with, gathered in as many queries for ten lines as for ten thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import fold
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables import payer_fit, reference
from conserje.domain.receivables.candidates import (
    Asked,
    Booked,
    Candidates,
    Credit,
    Owed,
    Payer,
    last_digits,
    name_key,
    tax_keys,
)
from conserje.domain.receivables.withheld import Bases
from conserje.services.receivables import withheld_rate
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy.act import step

# As far back as a payment may have been written down, or a gateway may hold it, before its line comes.
_BOOKED_DAYS: Final = timedelta(days=45)

# The numbers as `candidates.unpadded` and `last_digits` fold them.
_UNPADDED: Final = r"regexp_replace(i.number_key, '(^|[^0-9])0+(?=[0-9])', '\1', 'g')"
_ENDS: Final = r"ltrim(substring(i.number_key from '[0-9]{3,}$'), '0')"
_TAX: Final = "regexp_replace(lower(u.tax_id), '[^a-z0-9]', '', 'g')"
_TAX_SHORT: Final = r"CASE WHEN u.tax_id ~ '-\s*[0-9A-Za-z]\s*$' THEN left(" + _TAX + ", -1) ELSE '' END"

_ASKED: Final = """
SELECT k.reference, k.customer_id, k.currency, k.amount_minor, k.state, k.id, k.gateway, k.payment_id,
       EXISTS (SELECT 1 FROM receivables_paymentroad r
                WHERE r.creditor_id = k.creditor_id AND r.payment_id = k.payment_id AND r.road = 'bank_line'),
       coalesce((SELECT json_agg(json_build_array(l.invoice_id, l.amount_minor) ORDER BY l.id)
                   FROM receivables_checkoutline l
                  WHERE l.creditor_id = k.creditor_id AND l.checkout_id = k.id), '[]'::json)
  FROM (SELECT * FROM receivables_checkout WHERE creditor_id = %(creditor)s AND reference = ANY(%(references)s)
         ORDER BY id FOR NO KEY UPDATE) k"""

_CUSTOMERS: Final = f"""
WITH only_one AS (
    SELECT currency, open_minor, min(customer_id) AS customer_id, min(id) AS id FROM receivables_invoice
     WHERE creditor_id = %(creditor)s AND open_minor > 0 AND open_minor = ANY(%(amounts)s)
     GROUP BY currency, open_minor HAVING count(*) = 1)
SELECT 'amount', o.customer_id, o.id FROM only_one o
UNION SELECT 'who', i.customer_id, NULL FROM receivables_invoice i
 WHERE i.creditor_id = %(creditor)s AND i.open_minor > 0
   AND ({_UNPADDED} = ANY(%(numbers)s) OR {_ENDS} = ANY(%(ends)s))
UNION SELECT 'who', n.customer_id, NULL FROM receivables_payername n
 WHERE n.creditor_id = %(creditor)s AND n.unlearned_at IS NULL AND n.key = ANY(%(learned)s)
UNION SELECT 'who', u.id, NULL FROM receivables_customer u
 WHERE u.creditor_id = %(creditor)s
   AND (u.reference_key = ANY(%(numbers)s)
        OR (u.tax_id <> '' AND ({_TAX} = ANY(%(taxes)s) OR {_TAX_SHORT} = ANY(%(taxes)s)))
        OR u.sort_key LIKE ANY(%(names)s))"""  # noqa: S608 - our own names

_PAYERS: Final = """
SELECT u.id, coalesce(nullif(u.country, ''), r.country), u.reference_key, u.name, u.tax_id,
       coalesce((SELECT json_agg(json_build_array(n.kind, n.key)) FROM receivables_payername n
                  WHERE n.creditor_id = u.creditor_id AND n.customer_id = u.id AND n.unlearned_at IS NULL), '[]'::json)
  FROM receivables_customer u JOIN tenancy_creditor r ON r.id = u.creditor_id
 WHERE u.creditor_id = %(creditor)s AND u.id = ANY(%(customers)s)"""

_OWED: Final = """
SELECT i.id, i.customer_id, i.number_key, i.currency, i.open_minor, i.total_minor, i.net_minor, i.tax_minor,
       i.first_due_on,
       ARRAY(SELECT w.kind FROM receivables_withholding w
              WHERE w.creditor_id = i.creditor_id AND w.invoice_id = i.id AND w.rejected_at IS NULL)
  FROM receivables_invoice i
 WHERE i.creditor_id = %(creditor)s AND i.open_minor > 0 AND i.customer_id = ANY(%(customers)s)"""

# Payments that no line has told of, and of which no decision says so.
_BOOKED: Final = """
SELECT p.id, p.customer_id, p.currency, p.amount_minor, p.value_on, p.source, p.external_id,
       ARRAY(SELECT DISTINCT i.number_key FROM receivables_allocation a
               JOIN receivables_invoice i ON i.creditor_id = a.creditor_id AND i.id = a.invoice_id
              WHERE a.creditor_id = p.creditor_id AND a.payment_id = p.id)
  FROM receivables_payment p
 WHERE p.creditor_id = %(creditor)s AND p.value_on BETWEEN %(first)s AND %(last)s
   AND (p.amount_minor = ANY(%(amounts)s) OR p.source = ANY(%(gateways)s))
   AND NOT EXISTS (SELECT 1 FROM receivables_paymentroad r
                    WHERE r.creditor_id = p.creditor_id AND r.payment_id = p.id AND r.road = 'bank_line')
   AND NOT EXISTS (SELECT 1 FROM receivables_paymentreversal v
                    WHERE v.creditor_id = p.creditor_id AND v.payment_id = p.id)
   AND p.id NOT IN (
       SELECT told.id FROM receivables_bankline l
         JOIN LATERAL (SELECT * FROM receivables_bankdecision d
                        WHERE d.creditor_id = l.creditor_id AND d.line_id = l.id ORDER BY d.id DESC LIMIT 1) d ON true
        CROSS JOIN LATERAL (SELECT value::bigint AS id FROM jsonb_array_elements_text(d.payments)) told
        WHERE l.creditor_id = %(creditor)s AND l.state = 'matched' AND l.value_on >= %(first)s)"""


@dataclass(frozen=True, slots=True)
class Attempted:
    """A checkout, locked, that a line names: what it meant to pay, whether a line told of its payment before."""

    checkout_id: int
    gateway: str
    state: str
    payment_id: int | None
    is_heard: bool
    shares: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Candidates for the judgement, and the checkouts behind its references."""

    candidates: Candidates
    attempted: dict[str, Attempted]


@step
def gather(*, creditor_id: int, lines: Sequence[Credit]) -> Gathered:
    """Everything that may have to do with `lines`. Six queries; checkouts that are named are locked."""
    came_in = [line for line in lines if line.amount.minor > 0]
    asked_for = {
        name for line in came_in for name in reference.found_in(text=f"{line.text} {line.end_to_end_id}")
    }
    asked, attempted = _asked(creditor_id, asked_for)
    found = _rows(_CUSTOMERS, {"creditor": creditor_id, **_keys(came_in)}) if came_in else []
    customers = sorted({row[1] for row in found})
    named = connections.in_use(creditor_id=creditor_id, kind="gateway")
    gateway_names = tuple(name for name in named if gateways.has(name))
    booked = _booked(creditor_id, came_in, gateway_names) if came_in else ()
    customers = sorted({*customers, *(item.customer_id for item in booked)})
    owed = _rows(_OWED, {"creditor": creditor_id, "customers": customers}) if customers else []
    candidates = Candidates(
        owed=tuple(_owed(row) for row in owed),
        payers=_payers(creditor_id, customers) if customers else (),
        asked=asked,
        booked=booked,
        only_amounts=frozenset(row[2] for row in found if row[0] == "amount"),
        gateways=gateway_names,
    )
    return Gathered(candidates, attempted)


def _keys(came_in: Sequence[Credit]) -> dict[str, list[Any]]:
    numbers = {key for line in came_in for key in payer_fit.numbers_in(line.text)}
    learned = {key for line in came_in for _, key in payer_fit.learnable(line)}
    taxes = {key for line in came_in for key in tax_keys(line.payer_tax_id)}
    names = {line.payer_name for line in came_in if line.payer_name}
    return {
        "amounts": sorted({line.amount.minor for line in came_in}),
        "numbers": sorted(numbers),
        "ends": sorted({key for key in numbers if key.isdigit() and key == last_digits(key)}),
        "learned": sorted(learned),
        "taxes": sorted(taxes | {key for key in numbers if len(key) >= 8}),
        "names": sorted({_beginning(name) for name in names}),
    }


def _beginning(name: str) -> str:
    """How a stored name of the same payer begins, for LIKE: its first word and the first sign of the next."""
    first, _, rest = fold(name).partition(" ")
    return "".join("\\" + sign if sign in "%_\\" else sign for sign in f"{first} {rest[:1]}".strip()) + "%"


def _asked(creditor_id: int, references: Iterable[str]) -> tuple[tuple[Asked, ...], dict[str, Attempted]]:
    wanted = sorted(references)
    rows = _rows(_ASKED, {"creditor": creditor_id, "references": wanted}) if wanted else []
    asked, attempted = [], {}
    for name, customer_id, currency, minor, state, row_id, gateway, payment_id, heard, shares in rows:
        asked.append(Asked(name, customer_id, Money(currency, minor), state == "quarantined"))
        pairs = tuple((invoice_id, part) for invoice_id, part in shares)
        attempted[name] = Attempted(row_id, gateway, state, payment_id, heard, pairs)
    return tuple(asked), attempted


def _payers(creditor_id: int, customers: list[int]) -> tuple[Payer, ...]:
    rows = _rows(_PAYERS, {"creditor": creditor_id, "customers": customers})
    taxes = withheld_rate.of_countries(creditor_id=creditor_id, countries=[row[1] for row in rows])
    return tuple(
        Payer(
            customer_id,
            taxes[country],
            reference_key,
            name_key(name),
            tax_keys(tax_id),
            frozenset((kind, key) for kind, key in learned),
        )
        for customer_id, country, reference_key, name, tax_id, learned in rows
    )


def _owed(row: Sequence[Any]) -> Owed:
    invoice_id, customer_id, number_key, currency, minor, total, net, tax, due_on, kinds = row
    bases = Bases(total, net, tax)
    return Owed(invoice_id, customer_id, number_key, Money(currency, minor), bases, due_on, frozenset(kinds))


def _booked(creditor_id: int, came_in: Sequence[Credit], gateway_names: Sequence[str]) -> tuple[Booked, ...]:
    days = [line.value_on for line in came_in]
    asked = {
        "creditor": creditor_id,
        "first": min(days) - _BOOKED_DAYS,
        "last": _later(max(days)),
        "amounts": sorted({line.amount.minor for line in came_in}),
        "gateways": list(gateway_names),
    }
    return tuple(
        Booked(payment_id, customer_id, Money(currency, minor), on, source, external, frozenset(keys))
        for payment_id, customer_id, currency, minor, on, source, external, keys in _rows(_BOOKED, asked)
    )


def _later(day: date) -> date:
    return day + timedelta(days=15)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
