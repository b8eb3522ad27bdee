# SPDX-License-Identifier: Apache-2.0
"""What follows when money moves: nothing more leaves for what is paid, the case closes, thanks are planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from conserje.data.outreach import dues
from conserje.data.receivables.models import PaymentRoad
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.strategy import BUSINESS, SHOPPERS
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review, strategy, thanks
from conserje.services.tenancy.act import step

# History read from a file is not thanked for: only money that arrived by one of these roads.
THANKED_ROADS = frozenset({"portal_return", "hook", "bank_line", "person", "look"})

_SUPPRESS = """
UPDATE outreach_touch t SET state = 'suppressed', reason = 'paid', ended_at = %(now)s, claim = NULL, claim_until = NULL
 WHERE t.creditor_id = %(creditor)s AND t.customer_id = ANY(%(ids)s) AND t.episode_id IS NOT NULL
   AND t.state IN ('proposed', 'planned', 'claimed')
   AND NOT EXISTS (SELECT 1 FROM receivables_invoice i
                    WHERE i.creditor_id = t.creditor_id AND i.customer_id = t.customer_id AND i.open_minor > 0
                      AND i.id IN (SELECT (a->>'invoice_id')::bigint FROM jsonb_array_elements(t.asked) a))
RETURNING t.id, t.customer_id"""

# Of an instalment a touch is about no more when nothing that is due by its day, or is late, is open of those invoices.
_SUPPRESS_PLANNED = f"""
UPDATE outreach_touch t SET state = 'suppressed', reason = 'paid', ended_at = %(now)s, claim = NULL, claim_until = NULL
  FROM unnest(%(ids)s::bigint[], %(todays)s::date[]) AS near(customer_id, today)
 WHERE t.creditor_id = %(creditor)s AND t.customer_id = near.customer_id AND t.episode_id IS NOT NULL
   AND t.state IN ('proposed', 'planned', 'claimed')
   AND EXISTS (SELECT 1 FROM jsonb_array_elements(t.asked) a
                 JOIN arrangements_planinvoice x ON x.creditor_id = t.creditor_id
                  AND x.invoice_id = (a->>'invoice_id')::bigint AND x.bound_at IS NOT NULL AND x.freed_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM ({dues.OPEN}) o JOIN jsonb_array_elements(t.asked) a
                      ON (a->>'invoice_id')::bigint = o.invoice_id
                    WHERE o.customer_id = t.customer_id
                      AND o.due_on <= greatest((a->>'due_on')::date, near.today - 1))
RETURNING t.id, t.customer_id"""  # noqa: S608 - our own text

# The case of a plan ends with each instalment: it stays open only for what is late, so that the next is reminded anew.
# Where all that is open is charged by card, the strategy for shoppers says how long before its day something is near.
_CLOSE = f"""
UPDATE outreach_episode e SET closed_at = %(now)s, outcome = 'paid'
  FROM unnest(%(ids)s::bigint[], %(todays)s::date[]) AS near(customer_id, today)
 WHERE e.creditor_id = %(creditor)s AND e.customer_id = near.customer_id AND e.closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM (SELECT o.*, bool_and(o.kind <> 'invoice') OVER (PARTITION BY o.customer_id) AS by_card
                                    FROM ({dues.OPEN}) o) o
                    WHERE o.customer_id = e.customer_id
                      AND o.due_on <= near.today + CASE WHEN o.late_after IS NOT NULL THEN -1
                                                        WHEN o.by_card THEN %(shoppers)s::int
                                                        ELSE %(businesses)s::int END)
   AND NOT EXISTS (SELECT 1 FROM outreach_touch t
                    WHERE t.creditor_id = e.creditor_id AND t.customer_id = e.customer_id AND t.episode_id = e.id
                      AND t.state IN ('proposed', 'planned', 'claimed', 'handing_over'))
RETURNING e.id, e.customer_id"""  # noqa: S608 - our own text


@step
def moved(
    *,
    creditor_id: int,
    customer_ids: Sequence[int],
    closed_invoice_ids: Sequence[int],
    payment_id: int | None,
    now: datetime,
) -> None:
    """After a payment, credit or write-off: suppress, close, wake, and thank for money that closed something."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    rules = strategy.in_force(creditor_id=creditor_id)
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "ids": ids,
        "now": now,
        "todays": _todays(creditor_id, ids, now),
        "businesses": rules.preventive_days_for(BUSINESS),
        "shoppers": rules.preventive_days_for(SHOPPERS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUPPRESS, asked)
        suppressed = cursor.fetchall()
        cursor.execute(_SUPPRESS_PLANNED, asked)
        suppressed += cursor.fetchall()
        cursor.execute(_CLOSE, asked)
        closed = cursor.fetchall()
    journal.write(
        creditor_id=creditor_id,
        entries=[_entry("outreach.touch.suppressed", "touch", row, now) for row in suppressed]
        + [_entry("outreach.episode.closed", "episode", row, now) for row in closed],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason="money.moved")
    if payment_id is not None and closed_invoice_ids and _thanked(creditor_id, payment_id):
        thank(creditor_id=creditor_id, payment_ids=[payment_id], now=now)


@step
def thank(*, creditor_id: int, payment_ids: Sequence[int], now: datetime) -> None:
    """Plan thanks for payments that closed something, if the strategy writes to anybody at all."""
    if payment_ids and strategy.writes(creditor_id=creditor_id):
        thanks.plan_many(creditor_id=creditor_id, payment_ids=payment_ids, now=now)


def _todays(creditor_id: int, customer_ids: Sequence[int], now: datetime) -> list[date]:
    """For each customer the day that it is there."""
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=customer_ids)
    return [local_date(now, zones.get(customer_id, "UTC")) for customer_id in customer_ids]


def _thanked(creditor_id: int, payment_id: int) -> bool:
    roads = PaymentRoad.objects.filter(creditor_id=creditor_id, payment_id=payment_id)
    return roads.filter(road__in=THANKED_ROADS).exists()


def _entry(kind: str, subject: str, row: tuple[int, int], now: datetime) -> journal.NewEntry:
    return journal.NewEntry(
        at=now,
        kind=kind,
        actor="rule",
        customer_id=row[1],
        subject_kind=subject,
        subject_id=row[0],
        payload={"reason": "paid"},
    )
