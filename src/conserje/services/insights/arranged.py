# SPDX-License-Identifier: Apache-2.0
"""What a customer and the creditor arranged, said and charged, from the rows that keep it: the same for both sides."""

from __future__ import annotations

from typing import Final

from conserje.services.insights.happened import Happened, read
from conserje.services.tenancy.act import step

# Each row: kind, id, at, actor, currency, minor, what is told. `%(creditor)s` and `%(customer)s` are asked for.
ARRANGED: Final = """
  SELECT e.what, l.id, e.at, e.by, l.currency, l.total_minor,
         jsonb_build_object('number', l.number, 'state', l.state, 'why', l.why)
    FROM arrangements_paymentplan l,
         LATERAL (VALUES (CASE l.made_by WHEN 'customer' THEN 'plan_proposed' ELSE 'plan_offered' END, l.made_at,
                          l.made_by),
                         ('plan_agreed', l.agreed_at, CASE l.made_by WHEN 'customer' THEN 'system' ELSE 'customer' END),
                         ('plan_closed', l.closed_at, l.closed_by)) AS e(what, at, by)
   WHERE l.creditor_id = %(creditor)s AND l.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT 'plan_moved', t.id, t.moved_at, CASE t.moved_because WHEN 'asked' THEN 'customer' ELSE 'rule' END, l.currency,
         t.amount_minor, jsonb_build_object('on', t.due_on, 'from', t.moved_from_on, 'because', t.moved_because)
    FROM arrangements_instalment t
    JOIN arrangements_paymentplan l ON l.creditor_id = t.creditor_id AND l.id = t.plan_id
   WHERE l.creditor_id = %(creditor)s AND l.customer_id = %(customer)s AND t.moved_at IS NOT NULL
  UNION ALL
  SELECT e.what, d.id, e.at, CASE e.what WHEN 'dispute' THEN d.opened_by ELSE 'system' END, i.currency, d.amount_minor,
         jsonb_build_object('kind', d.kind, 'words', d.words, 'outcome', d.outcome, 'number', i.number)
    FROM arrangements_dispute d
    JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id,
         LATERAL (VALUES ('dispute', d.opened_at), ('dispute_closed', d.closed_at)) AS e(what, at)
   WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT 'dispute_message', m.id, m.written_at, m.author, NULL, NULL,
         jsonb_build_object('words', m.words, 'number', i.number)
    FROM arrangements_disputemessage m
    JOIN arrangements_dispute d ON d.creditor_id = m.creditor_id AND d.id = m.dispute_id
    JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
   WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s
  UNION ALL
  SELECT e.what, p.id, e.at, e.by, i.currency, p.pay_minor,
         jsonb_build_object('number', i.number, 'by', p.pay_by, 'state', p.state)
    FROM arrangements_proposal p
    JOIN arrangements_dispute d ON d.creditor_id = p.creditor_id AND d.id = p.dispute_id
    JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id,
         LATERAL (VALUES ('proposal', p.made_at, p.made_by),
                         ('proposal_closed', CASE WHEN p.state IN ('withdrawn', 'expired') THEN p.closed_at END,
                          CASE p.state WHEN 'withdrawn' THEN p.made_by ELSE 'rule' END)) AS e(what, at, by)
   WHERE d.creditor_id = %(creditor)s AND i.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT e.what, a.id, e.at, e.by, a.currency, a.pay_minor,
         jsonb_build_object('kind', a.kind, 'by', a.pay_by, 'state', a.state)
    FROM arrangements_agreement a,
         LATERAL (VALUES ('agreement', a.accepted_at, a.accepted_by), ('agreement_closed', a.ended_at, 'rule'))
           AS e(what, at, by)
   WHERE a.creditor_id = %(creditor)s AND a.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT 'proof', f.id, f.sent_at, 'customer', NULL, NULL, jsonb_build_object('file', f.file_name)
    FROM arrangements_proofofpayment f WHERE f.creditor_id = %(creditor)s AND f.customer_id = %(customer)s
  UNION ALL
  SELECT e.what, q.id, e.at, e.by, NULL, NULL, jsonb_build_object('kind', q.kind, 'words', q.words)
    FROM arrangements_enquiry q,
         LATERAL (VALUES ('enquiry', q.asked_at, 'customer'), ('enquiry_closed', q.answered_at, q.answered_by))
           AS e(what, at, by)
   WHERE q.creditor_id = %(creditor)s AND q.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT e.what, m.id, e.at, e.by, NULL, NULL,
         jsonb_build_object('brand', m.brand, 'method', m.method, 'last4', m.last4)
    FROM receivables_mandate m,
         LATERAL (VALUES ('mandate', m.given_at, 'customer'),
                         ('mandate_closed', CASE WHEN m.given_at IS NOT NULL THEN m.ended_at END, m.ended_by))
           AS e(what, at, by)
   WHERE m.creditor_id = %(creditor)s AND m.customer_id = %(customer)s AND e.at IS NOT NULL
  UNION ALL
  SELECT 'charge', k.id, k.created_at, 'rule', k.currency, k.amount_minor,
         jsonb_build_object('state', k.state, 'brand', m.brand, 'method', m.method, 'last4', m.last4)
    FROM receivables_checkout k
    JOIN receivables_mandate m ON m.creditor_id = k.creditor_id AND m.id = k.mandate_id
   WHERE k.creditor_id = %(creditor)s AND k.customer_id = %(customer)s
  UNION ALL
  SELECT 'refund', r.id, r.asked_at, r.asked_by, k.currency, r.amount_minor, jsonb_build_object('state', r.state)
    FROM receivables_refund r JOIN receivables_checkout k ON k.creditor_id = r.creditor_id AND k.id = r.checkout_id
   WHERE k.creditor_id = %(creditor)s AND k.customer_id = %(customer)s"""

_LATEST: Final = f"""
SELECT kind, id, at, actor, currency, minor, told
  FROM ({ARRANGED}) AS arranged(kind, id, at, actor, currency, minor, told)
 ORDER BY at DESC, kind DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 - our own words


@step
def latest(*, creditor_id: int, customer_id: int, limit: int) -> list[Happened]:
    """The latest of what was arranged with a customer, newest first. One query."""
    return read(_LATEST, asked={"creditor": creditor_id, "customer": customer_id, "limit": limit})
