# SPDX-License-Identifier: Apache-2.0
"""What day it is where a customer is: their own zone, else their usual contact's, else the creditor's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from conserje.domain.kit.days import is_zone, local_date
from conserje.services.tenancy.act import step

_ZONES = """
SELECT u.id, u.time_zone, (SELECT c.time_zone FROM receivables_contact c
                            WHERE c.creditor_id = u.creditor_id AND c.customer_id = u.id AND c.is_usual
                              AND c.time_zone <> '' ORDER BY c.id LIMIT 1), r.time_zone
  FROM receivables_customer u JOIN tenancy_creditor r ON r.id = u.creditor_id
 WHERE u.creditor_id = %s AND u.id = ANY(%s)"""

_EVERY = """
SELECT time_zone FROM tenancy_creditor WHERE id = %(creditor)s
 UNION SELECT time_zone FROM receivables_customer WHERE creditor_id = %(creditor)s
 UNION SELECT time_zone FROM receivables_contact WHERE creditor_id = %(creditor)s"""


@step
def zones(*, creditor_id: int, customer_ids: Sequence[int]) -> dict[int, str]:
    """The zone in which the days of each customer are counted; ids that are not the creditor's are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_ZONES, [creditor_id, list(customer_ids)])
        return {
            customer_id: next((name for name in names if name and is_zone(name)), "UTC")
            for customer_id, *names in cursor.fetchall()
        }


@step
def today(*, creditor_id: int, customer_id: int, now: datetime) -> date:
    """The date at `now` where the customer is."""
    found = zones(creditor_id=creditor_id, customer_ids=[customer_id])
    return local_date(now, found.get(customer_id, "UTC"))


@step
def latest(*, creditor_id: int, now: datetime) -> date:
    """The latest date at `now` where any customer is, or the creditor."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERY, {"creditor": creditor_id})
        found = [local_date(now, name) for (name,) in cursor.fetchall() if is_zone(name)]
    return max(found, default=now.date())
