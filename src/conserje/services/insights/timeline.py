# SPDX-License-Identifier: Apache-2.0
"""Everything that happened with one customer, newest first, from the rows that caused it: one query for a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from conserje.services.insights.arranged import ARRANGED
from conserje.services.insights.happened import Happened, read
from conserje.services.tenancy.act import step

PAGE: Final = 40

# A decision that says the same as the one before it is no news, nor is one that finds a contact on its way; one that
# led to a contact is told with it.
_HAPPENED: Final = """
SELECT kind, id, at, actor, currency, minor, told FROM (
  SELECT 'touch' AS kind, t.id, coalesce(t.handed_at, t.ended_at, t.planned_at) AS at,
         CASE WHEN t.approved_by <> '' THEN t.approved_by ELSE 'rule' END AS actor, NULL AS currency,
         NULL::bigint AS minor,
         jsonb_build_object('state', t.state, 'letter', t.letter, 'stage', t.stage, 'channel', t.channel,
           'reason', t.reason, 'to', c.name, 'subject', m.subject, 'decision', t.decision_id) AS told
    FROM outreach_touch t
    JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.id = t.contact_id
    LEFT JOIN outreach_message m ON m.creditor_id = t.creditor_id AND m.touch_id = t.id AND m.erased_at IS NULL
   WHERE t.creditor_id = %(creditor)s AND t.customer_id = %(customer)s
  UNION ALL
  SELECT 'decision', d.id, d.decided_at, 'rule', NULL, NULL, jsonb_build_object('kind', d.kind)
    FROM (SELECT id, decided_at, kind, creditor_id, said, lag(said) OVER (ORDER BY decided_at, id) AS before
            FROM (SELECT id, decided_at, kind, creditor_id, kind || reasons AS said
                    FROM outreach_decision WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s) every_one
           WHERE said NOT LIKE '%%touch_in_hand%%') d
   WHERE d.kind <> 'contact' AND d.said IS DISTINCT FROM d.before
  UNION ALL
  SELECT 'payment', p.id, p.received_at, 'system', p.currency, p.amount_minor,
         jsonb_build_object('method', p.method, 'value_on', p.value_on, 'unallocated', p.unallocated_minor)
    FROM receivables_payment p WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s
  UNION ALL
  SELECT 'reversal', r.id, r.reversed_at, 'system', p.currency, -r.amount_minor, jsonb_build_object('kind', r.kind)
    FROM receivables_paymentreversal r
    JOIN receivables_payment p ON p.creditor_id = r.creditor_id AND p.id = r.payment_id
   WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s
  UNION ALL
  SELECT 'invoice', min(i.id), i.created_at, 'system', i.currency, sum(i.total_minor)::bigint,
         jsonb_build_object('count', count(*), 'number', min(i.number))
    FROM receivables_invoice i WHERE i.creditor_id = %(creditor)s AND i.customer_id = %(customer)s
   GROUP BY i.created_at, i.currency
  UNION ALL
  SELECT 'credit_note', n.id, n.created_at, 'system', n.currency, -n.amount_minor,
         jsonb_build_object('number', n.number)
    FROM receivables_creditnote n WHERE n.creditor_id = %(creditor)s AND n.customer_id = %(customer)s
  UNION ALL
  SELECT 'write_off', w.id, w.written_at, w.written_by, i.currency, w.amount_minor,
         jsonb_build_object('number', i.number, 'reason', w.reason)
    FROM receivables_writeoff w JOIN receivables_invoice i ON i.creditor_id = w.creditor_id AND i.id = w.invoice_id
   WHERE w.creditor_id = %(creditor)s AND i.customer_id = %(customer)s
  UNION ALL
  SELECT e.what, p.id, e.at, CASE e.what WHEN 'promise' THEN p.made_by ELSE 'rule' END, NULL, NULL,
         jsonb_build_object('on', p.promised_on, 'through', p.made_through, 'state', p.state, 'number', i.number)
    FROM arrangements_promisetopay p
    LEFT JOIN receivables_invoice i ON i.creditor_id = p.creditor_id AND i.id = p.invoice_id,
         LATERAL (VALUES ('promise', p.made_at), ('promise_closed', p.closed_at)) AS e(what, at)
   WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT e.what, m.id, e.at, CASE e.what WHEN 'claim' THEN 'customer' ELSE 'system' END, NULL, NULL,
         jsonb_build_object('on', m.paid_on, 'method', m.method, 'words', m.words, 'answer', m.answer,
           'number', i.number)
    FROM arrangements_paymentclaim m
    LEFT JOIN receivables_invoice i ON i.creditor_id = m.creditor_id AND i.id = m.invoice_id,
         LATERAL (VALUES ('claim', m.made_at), ('claim_closed', m.answered_at)) AS e(what, at)
   WHERE m.creditor_id = %(creditor)s AND m.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  {arranged}
  UNION ALL
  SELECT e.what, h.id, e.at, e.by, NULL, NULL,
         jsonb_build_object('reason', h.reason, 'until', h.until, 'number', i.number)
    FROM outreach_hold h LEFT JOIN receivables_invoice i ON i.creditor_id = h.creditor_id AND i.id = h.invoice_id,
         LATERAL (VALUES ('hold', h.placed_at, h.placed_by), ('hold_closed', h.released_at, h.released_by))
           AS e(what, at, by)
   WHERE h.creditor_id = %(creditor)s AND h.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT e.what, x.id, e.at, e.by, NULL, NULL,
         jsonb_build_object('channel', x.channel, 'outcome', x.outcome, 'inbound', x.inbound, 'said_at', x.said_at,
           'undone', x.undone_at IS NOT NULL)
    FROM outreach_contactelsewhere x,
         LATERAL (VALUES ('elsewhere', x.at, x.said_by), ('elsewhere_undone', x.undone_at, x.undone_by))
           AS e(what, at, by)
   WHERE x.creditor_id = %(creditor)s AND x.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT 'permission', p.id, p.stated_at, p.stated_by, NULL, NULL,
         jsonb_build_object('channel', p.channel, 'consent', p.consent, 'basis', p.basis, 'source', p.source)
    FROM outreach_permission p WHERE p.creditor_id = %(creditor)s AND p.customer_id = %(customer)s) happened
 WHERE %(before)s::timestamptz IS NULL OR (at, kind, id) < (%(before)s, %(before_kind)s, %(before_id)s)
 ORDER BY at DESC, kind DESC, id DESC LIMIT %(limit)s""".replace("{arranged}", ARRANGED.strip())


@dataclass(frozen=True, slots=True)
class Before:
    """Where an older page begins: strictly before this event."""

    at: datetime
    kind: str
    id: int


@step
def happened(
    *, creditor_id: int, customer_id: int, before: Before | None = None, limit: int = PAGE
) -> tuple[list[Happened], Before | None]:
    """One page, newest first, and where the next older one begins (None when this is the last)."""
    asked = {
        "creditor": creditor_id,
        "customer": customer_id,
        "before": before.at if before else None,
        "before_kind": before.kind if before else "",
        "before_id": before.id if before else 0,
        "limit": limit + 1,
    }
    rows = read(_HAPPENED, asked=asked)
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, Before(rows[-1].at, rows[-1].kind, rows[-1].id) if more else None
