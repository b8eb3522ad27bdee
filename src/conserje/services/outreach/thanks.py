# SPDX-License-Identifier: Apache-2.0
"""Thank-yous: a payment confirmation, not a contact. It leaves at once and closes the matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.outreach.letters import TouchFacts
from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.services.outreach.carrying import carrier_names
from conserje.services.tenancy.act import step

_PREFIX = "thanks:"

# One touch for each payment, to the usual contact's e-mail.
_PLAN = """
WITH whom AS (
    SELECT DISTINCT ON (y.id) y.id AS payment_id, y.customer_id, c.id AS contact_id, p.id AS point_id,
           (%(now)s::timestamptz AT TIME ZONE coalesce(nullif(u.time_zone, ''), 'UTC'))::date AS planned_on
      FROM receivables_payment y
      JOIN receivables_customer u ON u.creditor_id = y.creditor_id AND u.id = y.customer_id
      JOIN receivables_contact c ON c.creditor_id = y.creditor_id AND c.customer_id = y.customer_id
      JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
     WHERE y.creditor_id = %(creditor)s AND y.id = ANY(%(payments)s) AND p.kind = 'email' AND p.unusable_since IS NULL
       AND NOT EXISTS (SELECT 1 FROM outreach_suppression s WHERE s.creditor_id = p.creditor_id
                          AND s.address_hash = p.address_hash AND s.channel = 'email' AND s.lifted_at IS NULL)
     ORDER BY y.id, c.is_usual DESC, c.id, p.id)
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, contact_id, point_id, key, step, stage, letter,
       purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT %(creditor)s, w.customer_id, NULL, w.contact_id, w.point_id, replace(gen_random_uuid()::text, '-', ''),
       %(prefix)s || w.payment_id, 'closing', 'thank_you', 'payment_confirmation', 'email', %(carrier)s,
       (SELECT CASE WHEN restored_at IS NULL THEN 'planned' ELSE 'proposed' END FROM tenancy_creditor
         WHERE id = %(creditor)s), %(now)s, w.planned_on,
       coalesce((SELECT jsonb_agg(jsonb_build_object('invoice_id', i.id, 'currency', i.currency, 'minor', i.open_minor,
                                                     'due_on', i.first_due_on))
                   FROM receivables_invoice i WHERE i.creditor_id = %(creditor)s AND i.id IN (
                     SELECT a.invoice_id FROM receivables_allocation a
                      WHERE a.creditor_id = %(creditor)s AND a.payment_id = w.payment_id)), '[]'::jsonb),
       '[]', '', 0, '', %(now)s
  FROM whom w
ON CONFLICT DO NOTHING RETURNING id"""

_PAYMENTS = """
SELECT id, currency, amount_minor, value_on, method FROM receivables_payment y
 WHERE creditor_id = %(creditor)s AND id = ANY(%(payments)s)
   AND NOT EXISTS (SELECT 1 FROM receivables_paymentreversal r
                    WHERE r.creditor_id = y.creditor_id AND r.payment_id = y.id)"""

_APPLIED = """
SELECT a.payment_id, i.number, i.subject, i.currency, sum(a.amount_minor)::bigint, i.open_minor
  FROM receivables_allocation a JOIN receivables_invoice i ON i.creditor_id = a.creditor_id AND i.id = a.invoice_id
 WHERE a.creditor_id = %(creditor)s AND a.payment_id = ANY(%(payments)s)
 GROUP BY a.payment_id, i.id HAVING sum(a.amount_minor) > 0 ORDER BY a.payment_id, i.first_due_on, i.id"""

_REMAINING = """
SELECT customer_id, number, subject, first_due_on, currency, open_minor FROM receivables_invoice
 WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(customers)s) AND open_minor > 0
 ORDER BY customer_id, first_due_on, id"""


@step
def plan_many(*, creditor_id: int, payment_ids: Sequence[int], now: datetime) -> int:
    """A thank-you for each payment, once, to the usual contact's e-mail; how many were planned. Three queries at most.

    None for a payment whose customer cannot be written to.
    """
    carrier = carrier_names(creditor_id=creditor_id).get(Channel.EMAIL)
    if carrier is None or not payment_ids:
        return 0
    asked = {
        "creditor": creditor_id,
        "payments": list(payment_ids),
        "prefix": _PREFIX,
        "carrier": carrier,
        "now": now,
    }
    return len(_rows(_PLAN, asked))


@step
def payments_of(*, creditor_id: int, touches: Sequence[TouchFacts]) -> dict[int, dict[str, Any]]:
    """The payments that thank-yous are about, as `PaymentValues` of the wording, by touch; three queries.

    A touch is not in it when it is no thank-you, or when any of its payment went back since.
    """
    about = {
        touch.id: int(touch.step.removeprefix(_PREFIX)) for touch in touches if touch.step.startswith(_PREFIX)
    }
    if not about:
        return {}
    asked = {
        "creditor": creditor_id,
        "payments": sorted(set(about.values())),
        "customers": sorted({touch.customer_id for touch in touches if touch.id in about}),
    }
    paid = {row[0]: row[1:] for row in _rows(_PAYMENTS, asked)}
    applied, remaining = defaultdict(list), defaultdict(list)
    for payment_id, number, subject, code, minor, left in _rows(_APPLIED, asked):
        applied[payment_id].append(
            {"number": number, "subject": subject, "applied": Money(code, minor), "open": Money(code, left)}
        )
    for customer_id, number, subject, due_on, code, left in _rows(_REMAINING, asked):
        remaining[customer_id].append(
            {"number": number, "subject": subject, "due_on": due_on, "open": Money(code, left)}
        )
    found = {}
    for touch in touches:
        if about.get(touch.id) in paid:
            currency, minor, value_on, method = paid[about[touch.id]]
            found[touch.id] = {
                "amount": Money(currency, minor),
                "received_on": value_on,
                "method": method,
                "invoices": applied[about[touch.id]],
                "remaining": remaining[touch.customer_id],
            }
    return found


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
