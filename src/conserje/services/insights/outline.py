# SPDX-License-Identifier: Apache-2.0
"""A whole book in plain figures, for somebody who compares it with books of their own: balances and touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.tenancy.act import step

_BALANCES = """
SELECT c.reference, coalesce(i.open, 0)::bigint, (coalesce(p.left, 0) + coalesce(n.left, 0))::bigint
  FROM receivables_customer c
  LEFT JOIN (SELECT customer_id, sum(open_minor) AS open FROM receivables_invoice
              WHERE creditor_id = %(creditor)s AND currency = %(currency)s GROUP BY 1) i ON i.customer_id = c.id
  LEFT JOIN (SELECT customer_id, sum(unallocated_minor) AS left FROM receivables_payment
              WHERE creditor_id = %(creditor)s AND currency = %(currency)s GROUP BY 1) p ON p.customer_id = c.id
  LEFT JOIN (SELECT customer_id, sum(unapplied_minor) AS left FROM receivables_creditnote
              WHERE creditor_id = %(creditor)s AND currency = %(currency)s GROUP BY 1) n ON n.customer_id = c.id
 WHERE c.creditor_id = %(creditor)s ORDER BY c.reference"""

_TOUCHES = """
SELECT t.id, t.key, c.reference, t.step, t.state, t.reason, t.planned_at, t.retry_at, t.handed_at, t.perhaps_read
  FROM outreach_touch t
  JOIN receivables_customer c ON c.creditor_id = t.creditor_id AND c.id = t.customer_id
 WHERE t.creditor_id = %(creditor)s AND (%(since)s::timestamptz IS NULL OR t.planned_at >= %(since)s
        OR t.handed_at >= %(since)s OR t.ended_at >= %(since)s
        OR t.state IN ('proposed', 'planned', 'claimed', 'handing_over'))
 ORDER BY t.id"""


_MEANT = """
SELECT i.number, l.amount_minor FROM receivables_checkout k
  JOIN receivables_checkoutline l ON l.creditor_id = k.creditor_id AND l.checkout_id = k.id
  JOIN receivables_invoice i ON i.creditor_id = l.creditor_id AND i.id = l.invoice_id
 WHERE k.creditor_id = %(creditor)s AND k.reference = %(reference)s ORDER BY l.id"""

_RECORDED = """
SELECT external_id, payment_id FROM receivables_checkout
 WHERE creditor_id = %(creditor)s AND external_id = ANY(%(checkouts)s) AND payment_id IS NOT NULL"""

_PUT_OFF = """
SELECT e.id, c.reference FROM journal_entry e
  JOIN receivables_customer c ON c.creditor_id = e.creditor_id AND c.id = e.customer_id
 WHERE e.creditor_id = %(creditor)s AND e.kind = 'recovery.failed_payment.held_back' AND e.id > %(after)s
 ORDER BY e.id"""

_LAPSE = """
UPDATE outreach_touch SET claim_until = claim_until - interval '10 minutes'
 WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over')"""


@dataclass(frozen=True, slots=True)
class Balance:
    """One customer by its reference, in minor units of one currency; `left` is cash and credit that is not applied."""

    reference: str
    open: int
    left: int


@dataclass(frozen=True, slots=True)
class TouchEnded:
    """One touch: where it stands and why. `retry_at` when it waits for another try.

    `perhaps_read`: it ended without having left the last time, and an earlier attempt may have been read.
    """

    id: int
    key: str
    reference: str
    step: str
    state: str
    reason: str
    planned_at: datetime
    retry_at: datetime | None
    handed_at: datetime | None
    perhaps_read: bool


@step
def balances(*, creditor_id: int, currency: str) -> list[Balance]:
    """Every customer's balance in `currency`, by reference."""
    return [Balance(*row) for row in _rows(_BALANCES, {"creditor": creditor_id, "currency": currency})]


@step
def touches(*, creditor_id: int, since: datetime | None = None) -> list[TouchEnded]:
    """Every touch there ever was, in the order planned; with `since` those that are open or moved from then on."""
    return [TouchEnded(*row) for row in _rows(_TOUCHES, {"creditor": creditor_id, "since": since})]


@step
def meant(*, creditor_id: int, reference: str) -> list[tuple[str, int]]:
    """What a checkout or charge is for: numbers of invoices and how much of each."""
    return [
        (number, minor) for number, minor in _rows(_MEANT, {"creditor": creditor_id, "reference": reference})
    ]


@step
def recorded(*, creditor_id: int, checkouts: Sequence[str]) -> dict[str, int]:
    """Of these checkouts, by the gateway's ids, the payments that are in the books."""
    return dict(_rows(_RECORDED, {"creditor": creditor_id, "checkouts": list(checkouts)}))


@step
def put_off(*, creditor_id: int, after: int) -> list[tuple[int, str]]:
    """Tries of a card that its network's limits put off since the entry `after`: the entry's number, and whose card."""
    return [(number, who) for number, who in _rows(_PUT_OFF, {"creditor": creditor_id, "after": after})]


@step
def lapse(*, creditor_id: int) -> None:
    """Let every claim in force run out, as if its worker had died long ago. For worlds in which nobody waits."""
    with connection.cursor() as cursor:
        cursor.execute(_LAPSE, {"creditor": creditor_id})


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
