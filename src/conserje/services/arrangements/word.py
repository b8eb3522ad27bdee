# SPDX-License-Identifier: Apache-2.0
"""The customer's word as it stands: what they said is paid, and what they said will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

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
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, {"creditor": creditor_id, "customer": customer_id})
        rows = cursor.fetchall()
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[customer_id]) if rows else {}
    return tuple(
        Word(BlockKind(kind), ref, invoice_id, on or local_date(made_at, zone[customer_id]))
        for kind, ref, invoice_id, on, made_at in rows
    )
