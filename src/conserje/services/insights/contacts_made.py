# SPDX-License-Identifier: Apache-2.0
"""Contacts of one day over every customer: the rows behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.tenancy.act import step

LIMIT = 500

_ROWS = """
SELECT t.id, t.customer_id, u.name, coalesce(t.handed_at, t.planned_at), t.channel, t.letter, t.stage, t.state,
       t.reason, c.name
  FROM outreach_touch t
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
  JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.id = t.contact_id
 WHERE t.creditor_id = %(creditor)s"""

_OF_DAY = (
    _ROWS
    + " AND t.handed_at >= %(starts)s AND t.handed_at < %(ends)s ORDER BY t.handed_at DESC, t.id DESC LIMIT %(limit)s"
)
_COMING = (
    _ROWS
    + " AND t.state IN ('planned', 'claimed') AND t.planned_at < %(ends)s ORDER BY t.planned_at, t.id LIMIT %(limit)s"
)


@dataclass(frozen=True, slots=True)
class ContactMade:
    """One touch with its customer and person. `at` is when it was handed over, else when it is planned."""

    id: int
    customer_id: int
    customer: str
    at: datetime
    channel: str
    letter: str
    stage: str
    state: str
    reason: str
    contact: str


@step
def of_day(*, creditor_id: int, day: tuple[datetime, datetime]) -> list[ContactMade]:
    """Those handed over in `day` (its first instant and that of the next one), newest first; at most `LIMIT`."""
    return _rows(_OF_DAY, {"creditor": creditor_id, "starts": day[0], "ends": day[1]})


@step
def still_coming(*, creditor_id: int, before: datetime) -> list[ContactMade]:
    """Those planned to leave before that instant, in their order; at most `LIMIT`."""
    return _rows(_COMING, {"creditor": creditor_id, "ends": before})


def _rows(sql: str, asked: dict[str, Any]) -> list[ContactMade]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**asked, "limit": LIMIT})
        return [ContactMade(*row) for row in cursor.fetchall()]
