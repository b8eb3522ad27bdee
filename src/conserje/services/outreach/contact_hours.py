# SPDX-License-Identifier: Apache-2.0
"""The customer's own hours: they narrow what the law allows, and never widen it."""

from __future__ import annotations

from datetime import datetime

from conserje.data.outreach.models import ContactHours
from conserje.data.receivables.models import Customer
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

DAY = (0, 24)
# Shorter ones could leave no lawful moment in a whole week.
SHORTEST = 2


class Refused(ValueError):
    """These are no hours of a day, or too few of them."""


@act
def wish(*, creditor_id: int, customer_id: int, hours: tuple[int, int], now: datetime) -> None:
    """Write only from one whole local hour up to another; `DAY` ends the wish. Raises `Refused`."""
    first, last = hours
    if not 0 <= first < last <= 24 or last - first < SHORTEST:
        raise Refused("hours_of_no_day")
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    if of_customer(creditor_id=creditor_id, customer_id=customer_id) == hours:
        return
    rows = ContactHours.objects.filter(creditor_id=creditor_id, customer_id=customer_id, ended_at=None)
    rows.update(ended_at=now)
    if hours != DAY:
        ContactHours.objects.create(
            creditor_id=creditor_id, customer_id=customer_id, from_hour=first, to_hour=last, said_at=now
        )
    kind = "outreach.hours.wished"
    payload = {"from": first, "to": last}
    journal.write(
        creditor_id=creditor_id,
        entries=[journal.NewEntry(now, kind, "customer", customer_id, "", None, payload)],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=kind)


@step
def of_customer(*, creditor_id: int, customer_id: int) -> tuple[int, int]:
    """The hours in force, `DAY` when the customer never wished any."""
    rows = ContactHours.objects.filter(creditor_id=creditor_id, customer_id=customer_id, ended_at=None)
    return rows.values_list("from_hour", "to_hour").first() or DAY
