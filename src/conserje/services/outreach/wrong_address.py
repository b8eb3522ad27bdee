# SPDX-License-Identifier: Apache-2.0
"""Addresses of people who are not meant: by keyed hash, at once, for every creditor of the organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

_BLOCK = """
INSERT INTO outreach_wrongaddress (organisation_id, creditor_id, person_hash, customer_id, said_at, lifted_by)
SELECT organisation_id, id, %(hash)s, %(customer)s, %(now)s, '' FROM tenancy_creditor WHERE id = %(creditor)s
ON CONFLICT (organisation_id, person_hash, creditor_id) WHERE lifted_at IS NULL DO NOTHING RETURNING id"""

_LIFT = """
UPDATE outreach_wrongaddress SET lifted_at = %(now)s, lifted_by = %(by)s
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND lifted_at IS NULL RETURNING id"""

_WHO = """
SELECT DISTINCT c.customer_id FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %(creditor)s AND p.address_hash = %(hash)s"""


@step
def block(*, creditor_id: int, customer_id: int, address_hash: str, now: datetime) -> bool:
    """Nobody of the organisation writes to this address again. False when that was so before."""
    asked = {"creditor": creditor_id, "customer": customer_id, "hash": address_hash, "now": now}
    made = _rows(_BLOCK, asked)
    if not made:
        return False
    ids = [found for (found,) in _rows(_WHO, asked)]
    _tell(creditor_id, "placed", ids or [customer_id], made[0][0], "customer", now)
    return True


@act
def lift(*, creditor_id: int, customer_id: int, by: str, now: datetime) -> bool:
    """It was a mistake: the addresses blocked for this customer may be written to again. False when none was."""
    asked = {"creditor": creditor_id, "customer": customer_id, "by": by[:80], "now": now}
    lifted = _rows(_LIFT, asked)
    for (row_id,) in lifted:
        _tell(creditor_id, "lifted", [customer_id], row_id, by, now)
    return bool(lifted)


def _tell(creditor_id: int, what: str, customers: list[int], row_id: int, actor: str, now: datetime) -> None:
    kind = f"outreach.wrong_address.{what}"
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(now, kind, actor, customer_id, "wrong_address", row_id, {})
            for customer_id in customers
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=customers, now=now, reason=kind)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
