# SPDX-License-Identifier: Apache-2.0
"""The customer's word as it stands: what they said is paid, and what they said will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from conserje.data.tenancy import planned
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import BlockKind
from conserje.services.outreach import local_day
from conserje.services.tenancy.act import step

_GIVEN = """
SELECT 'promise', id, invoice_id, promised_on, made_at FROM arrangements_promisetopay
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND state = 'open'
UNION ALL
SELECT 'claimed_paid', id, invoice_id, paid_on, made_at FROM arrangements_paymentclaim
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND answered_at IS NULL
ORDER BY 1, 2"""


# How long the customer reads on their page that a payment was not found; a later word about one takes its place.
NOT_FOUND_TOLD = timedelta(days=21)

_TOLD_US = """
(SELECT DISTINCT ON (p.invoice_id) p.invoice_id, p.state, NULL::date
   FROM receivables_invoice i
   JOIN arrangements_progress p ON p.creditor_id = i.creditor_id AND p.invoice_id = i.id
  WHERE i.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND i.open_minor > 0
  ORDER BY p.invoice_id, p.said_at DESC, p.id DESC)
UNION ALL
SELECT NULL, '', coalesce(last.paid_on, last.made_at::date) FROM (
  SELECT paid_on, made_at, answer, answered_at FROM arrangements_paymentclaim
   WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s ORDER BY made_at DESC, id DESC LIMIT 1) last
 WHERE last.answer = 'not_found' AND last.answered_at > %(since)s"""


@dataclass(frozen=True, slots=True)
class ToldUs:
    """Where open invoices stand with the customer, by invoice, and the day of a payment that was not found, if any."""

    stands: dict[int, str]
    not_found_on: date | None


@dataclass(frozen=True, slots=True)
class Word:
    """An open promise or claim; `ref` is its row, `invoice_id` None when it is about everything, `on` the day said."""

    kind: BlockKind
    ref: int
    invoice_id: int | None
    on: date


@step
def given(*, creditor_id: int, customer_id: int) -> tuple[Word, ...]:
    """Every open promise and every claim that nobody has answered yet."""
    rows = planned.rows(_GIVEN, {"creditor": creditor_id, "customer": customer_id})
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[customer_id]) if rows else {}
    return tuple(
        Word(BlockKind(kind), ref, invoice_id, on or local_date(made_at, zone[customer_id]))
        for kind, ref, invoice_id, on, made_at in rows
    )


@step
def told_us(*, creditor_id: int, customer_id: int, now: datetime) -> ToldUs:
    """Where each open invoice stands in the customer's own house, and a payment told of and not found. One query."""
    asked: dict[str, Any] = {"creditor": creditor_id, "customer": customer_id, "since": now - NOT_FOUND_TOLD}
    rows = planned.rows(_TOLD_US, asked)
    return ToldUs(
        {invoice_id: state for invoice_id, state, _on in rows if invoice_id is not None},
        next((on for invoice_id, _state, on in rows if invoice_id is None), None),
    )
