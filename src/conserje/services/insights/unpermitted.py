# SPDX-License-Identifier: Apache-2.0
"""Customers who owe and to whom nobody may write: of them no permission is known, or they took it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from conserje.services.tenancy.act import step

LIMIT: Final = 200
_UNKNOWN: Final = """
WITH silent AS (
  SELECT c.id, c.name, c.sort_key, EXISTS (
           SELECT 1 FROM outreach_permission s
            WHERE s.creditor_id = c.creditor_id AND s.customer_id = c.id AND s.consent = 'revoked') AS said_no
    FROM receivables_customer c
   WHERE c.creditor_id = %(creditor)s
     AND EXISTS (SELECT 1 FROM receivables_invoice i
                  WHERE i.creditor_id = c.creditor_id AND i.customer_id = c.id AND i.open_minor > 0)
     AND NOT EXISTS (SELECT 1 FROM (
           SELECT DISTINCT ON (s.channel) s.consent FROM outreach_permission s
            WHERE s.creditor_id = c.creditor_id AND s.customer_id = c.id
            ORDER BY s.channel, s.stated_at DESC, s.id DESC) latest WHERE latest.consent = 'granted'))
"""


def _from_unknown(rest: str) -> str:
    return _UNKNOWN + rest


_COUNTED: Final = _from_unknown(
    "SELECT count(*) FILTER (WHERE NOT said_no), count(*) FILTER (WHERE said_no) FROM silent"
)
_IDS: Final = _from_unknown("SELECT id FROM silent WHERE NOT said_no ORDER BY id")
_NAMED: Final = _from_unknown("""
SELECT s.id, s.name, (
         SELECT p.address FROM receivables_contact k
           JOIN receivables_contactpoint p ON p.creditor_id = k.creditor_id AND p.contact_id = k.id
          WHERE k.creditor_id = %(creditor)s AND k.customer_id = s.id AND p.unusable_since IS NULL
          ORDER BY p.kind <> 'email', k.is_usual DESC, p.id LIMIT 1)
  FROM silent s WHERE NOT s.said_no ORDER BY s.sort_key, s.id LIMIT %(limit)s""")


@dataclass(frozen=True, slots=True)
class Silent:
    """One customer of whom no permission is known; `address` is where they could be asked, "" when nowhere."""

    id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The first `LIMIT` by name; `total` have no known permission, `said_no` took theirs back."""

    rows: tuple[Silent, ...]
    total: int
    said_no: int


@step
def listed(*, creditor_id: int) -> Listed:
    """Whom to ask, in two queries."""
    ((total, said_no),) = _rows(_COUNTED, creditor_id)
    rows = _rows(_NAMED, creditor_id)
    return Listed(tuple(Silent(row[0], row[1], row[2] or "") for row in rows), total, said_no)


@step
def ids(*, creditor_id: int) -> list[int]:
    """Every customer of whom no permission is known and who did not say no."""
    return [row[0] for row in _rows(_IDS, creditor_id)]


def _rows(sql: str, creditor_id: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"creditor": creditor_id, "limit": LIMIT})
        return list(cursor.fetchall())
