# SPDX-License-Identifier: Apache-2.0
"""The queries behind `verify`: each row of an answer is one sentence about a broken row; `%(c)s` is the creditor."""

from __future__ import annotations

BALANCED = """
SELECT format('ledger transaction %%s: its entries sum to %%s %%s', transaction_id, sum(amount_minor), currency)
  FROM receivables_ledgerentry WHERE creditor_id = %(c)s
 GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0
"""

HASHED = """
SELECT format('ledger transaction %%s: it and its entries do not have their hash', t.id)
  FROM receivables_ledgertransaction t
  LEFT JOIN (
       SELECT transaction_id, string_agg(line, E'\\n' ORDER BY line) AS lines
         FROM (SELECT transaction_id,
                      receivables_ledger_line(account, customer_id, invoice_id, payment_id, credit_note_id, currency,
                                              amount_minor) COLLATE "C" AS line
                 FROM receivables_ledgerentry WHERE creditor_id = %(c)s) AS lined
        GROUP BY transaction_id) AS e ON e.transaction_id = t.id
 WHERE t.creditor_id = %(c)s
   AND t.hash IS DISTINCT FROM receivables_ledger_hash(t.creditor_id, t.kind, t."on", t.at, t.subject_kind,
                                                       t.subject_id, t.reverses_id, e.lines)
"""

# Every act of money left its row; the row and its transaction prove one another.
_SUBJECTS = """
WITH expected (kind, subject_kind, subject_id) AS (
    SELECT 'invoice_opened', 'invoice', id FROM receivables_invoice WHERE creditor_id = %(c)s
    UNION ALL SELECT 'credit_issued', 'credit_note', id FROM receivables_creditnote WHERE creditor_id = %(c)s
    UNION ALL SELECT 'payment_recorded', 'payment', id FROM receivables_payment WHERE creditor_id = %(c)s
    UNION ALL SELECT CASE WHEN reverses_id IS NULL THEN 'allocated' ELSE 'deallocated' END, 'allocation', id
                FROM receivables_allocation WHERE creditor_id = %(c)s
    UNION ALL SELECT 'payment_reversed', 'reversal', id FROM receivables_paymentreversal WHERE creditor_id = %(c)s
    UNION ALL SELECT 'withheld', 'withholding', id FROM receivables_withholding WHERE creditor_id = %(c)s
    UNION ALL SELECT 'withholding_certified', 'withholding', id FROM receivables_withholding
               WHERE creditor_id = %(c)s AND certified_on IS NOT NULL
    UNION ALL SELECT 'withholding_rejected', 'withholding', id FROM receivables_withholding
               WHERE creditor_id = %(c)s AND rejected_at IS NOT NULL
    UNION ALL SELECT 'written_off', 'write_off', id FROM receivables_writeoff WHERE creditor_id = %(c)s)
"""

MISSING = """
{subjects}
SELECT format('%%s %%s: the ledger has no transaction %%s for it', subject_kind, subject_id, kind) FROM expected e
 WHERE NOT EXISTS (SELECT 1 FROM receivables_ledgertransaction t
                    WHERE t.creditor_id = %(c)s AND t.kind = e.kind AND t.subject_kind = e.subject_kind
                      AND t.subject_id = e.subject_id)
""".replace("{subjects}", _SUBJECTS)

ORPHANED = """
{subjects}
SELECT format('ledger transaction %%s: there is no %%s %%s that could cause a %%s', t.id, t.subject_kind, t.subject_id,
              t.kind)
  FROM receivables_ledgertransaction t LEFT JOIN expected e USING (kind, subject_kind, subject_id)
 WHERE t.creditor_id = %(c)s AND e.kind IS NULL
""".replace("{subjects}", _SUBJECTS)

STORED = """
SELECT format('%%s %%s: %%s minor units are stored, its entries give %%s', kind, id, stored, counted)
  FROM (SELECT 'invoice' AS kind, i.id, i.open_minor AS stored, coalesce(sum(e.amount_minor), 0) AS counted
          FROM receivables_invoice i
          LEFT JOIN receivables_ledgerentry e ON e.creditor_id = i.creditor_id AND e.invoice_id = i.id
           AND e.account = 'receivable'
         WHERE i.creditor_id = %(c)s GROUP BY i.id
        UNION ALL
        SELECT 'payment', p.id, p.unallocated_minor, -coalesce(sum(e.amount_minor), 0)
          FROM receivables_payment p
          LEFT JOIN receivables_ledgerentry e ON e.creditor_id = p.creditor_id AND e.payment_id = p.id
           AND e.account = 'unallocated'
         WHERE p.creditor_id = %(c)s GROUP BY p.id
        UNION ALL
        SELECT 'credit note', n.id, n.unapplied_minor, -coalesce(sum(e.amount_minor), 0)
          FROM receivables_creditnote n
          LEFT JOIN receivables_ledgerentry e ON e.creditor_id = n.creditor_id AND e.credit_note_id = n.id
           AND e.account = 'credit_unapplied'
         WHERE n.creditor_id = %(c)s GROUP BY n.id) AS balances
 WHERE stored <> counted
"""

ALLOCATED = """
SELECT format('allocation %%s: its amount has the wrong sign', id) FROM receivables_allocation
 WHERE creditor_id = %(c)s AND (amount_minor = 0 OR (reverses_id IS NULL) = (amount_minor < 0))
UNION ALL
SELECT format('%%s %%s: %%s minor units of it are allocated, it has %%s', kind, id, allocated, whole)
  FROM (SELECT 'payment' AS kind, p.id, sum(a.amount_minor) AS allocated, p.amount_minor AS whole
          FROM receivables_payment p
          JOIN receivables_allocation a ON a.creditor_id = p.creditor_id AND a.payment_id = p.id
         WHERE p.creditor_id = %(c)s GROUP BY p.id
        UNION ALL
        SELECT 'credit note', n.id, sum(a.amount_minor), n.amount_minor FROM receivables_creditnote n
          JOIN receivables_allocation a ON a.creditor_id = n.creditor_id AND a.credit_note_id = n.id
         WHERE n.creditor_id = %(c)s GROUP BY n.id
        UNION ALL
        SELECT 'invoice', i.id, sum(a.amount_minor), i.total_minor FROM receivables_invoice i
          JOIN receivables_allocation a ON a.creditor_id = i.creditor_id AND a.invoice_id = i.id
         WHERE i.creditor_id = %(c)s GROUP BY i.id) AS sums
 WHERE allocated NOT BETWEEN 0 AND whole
UNION ALL
SELECT format('allocation %%s: %%s minor units, but its ledger transaction moved %%s', a.id, a.amount_minor,
              -e.amount_minor)
  FROM receivables_allocation a
  JOIN receivables_ledgertransaction t ON t.creditor_id = a.creditor_id AND t.subject_kind = 'allocation'
   AND t.subject_id = a.id
  JOIN receivables_ledgerentry e ON e.creditor_id = t.creditor_id AND e.transaction_id = t.id
   AND e.account = 'receivable'
 WHERE a.creditor_id = %(c)s AND (a.amount_minor <> -e.amount_minor OR a.invoice_id <> e.invoice_id)
"""

OPEN = """
SELECT format('invoice %%s: %%s minor units are open, its records give %%s', i.id, i.open_minor, r.open_minor)
  FROM receivables_invoice i
  JOIN (SELECT id, total_minor - coalesce(allocated, 0) - coalesce(withheld, 0) - coalesce(written, 0) AS open_minor
          FROM receivables_invoice
          LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS allocated FROM receivables_allocation
                      WHERE creditor_id = %(c)s GROUP BY 1) AS a ON a.invoice_id = receivables_invoice.id
          LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS withheld FROM receivables_withholding
                      WHERE creditor_id = %(c)s AND rejected_at IS NULL GROUP BY 1) AS w
                 ON w.invoice_id = receivables_invoice.id
          LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS written FROM receivables_writeoff
                      WHERE creditor_id = %(c)s GROUP BY 1) AS o ON o.invoice_id = receivables_invoice.id
         WHERE creditor_id = %(c)s) AS r ON r.id = i.id
 WHERE i.creditor_id = %(c)s AND (i.open_minor <> r.open_minor OR i.open_minor < 0)
UNION ALL
SELECT format('invoice %%s: its due amounts give %%s minor units, its total is %%s', i.id,
              coalesce(sum(d.amount_minor), 0), i.total_minor)
  FROM receivables_invoice i
  LEFT JOIN receivables_invoicedue d ON d.creditor_id = i.creditor_id AND d.invoice_id = i.id
 WHERE i.creditor_id = %(c)s GROUP BY i.id HAVING coalesce(sum(d.amount_minor), 0) <> i.total_minor
"""

ONCE = """
SELECT format('payments %%s: they have the same source and external id', string_agg(id::text, ', ' ORDER BY id))
  FROM receivables_payment WHERE creditor_id = %(c)s GROUP BY source, external_id HAVING count(*) > 1
UNION ALL
SELECT format('payment %%s: %%s minor units, but the ledger took %%s in by %%s transactions', p.id, p.amount_minor,
              coalesce(sum(e.amount_minor), 0), count(t.id))
  FROM receivables_payment p
  LEFT JOIN receivables_ledgertransaction t ON t.creditor_id = p.creditor_id AND t.kind = 'payment_recorded'
   AND t.subject_id = p.id
  LEFT JOIN receivables_ledgerentry e ON e.creditor_id = t.creditor_id AND e.transaction_id = t.id
   AND e.account = 'cash'
 WHERE p.creditor_id = %(c)s GROUP BY p.id
HAVING count(t.id) <> 1 OR coalesce(sum(e.amount_minor), 0) <> p.amount_minor
"""

RESOLVED = """
SELECT format('allocation %%s: it was taken back by %%s minor units of %%s', o.id, -sum(b.amount_minor), o.amount_minor)
  FROM receivables_allocation o
  JOIN receivables_allocation b ON b.creditor_id = o.creditor_id AND b.reverses_id = o.id
 WHERE o.creditor_id = %(c)s GROUP BY o.id HAVING sum(b.amount_minor) <> -o.amount_minor OR count(*) > 1
UNION ALL
SELECT format('payment %%s: %%s minor units went back of %%s', p.id, sum(r.amount_minor), p.amount_minor)
  FROM receivables_payment p
  JOIN receivables_paymentreversal r ON r.creditor_id = p.creditor_id AND r.payment_id = p.id
 WHERE p.creditor_id = %(c)s GROUP BY p.id HAVING sum(r.amount_minor) > p.amount_minor
UNION ALL
SELECT format('withholding %%s: it is certified and rejected', id) FROM receivables_withholding
 WHERE creditor_id = %(c)s AND certified_on IS NOT NULL AND rejected_at IS NOT NULL
UNION ALL
SELECT format('invoice %%s: %%s minor units are withheld in the ledger, its withholdings give %%s', i.id,
              coalesce(e.minor, 0), coalesce(w.minor, 0))
  FROM receivables_invoice i
  LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS minor FROM receivables_ledgerentry
              WHERE creditor_id = %(c)s AND account = 'withheld' GROUP BY 1) AS e ON e.invoice_id = i.id
  LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS minor FROM receivables_withholding
              WHERE creditor_id = %(c)s AND certified_on IS NULL AND rejected_at IS NULL GROUP BY 1) AS w
         ON w.invoice_id = i.id
 WHERE i.creditor_id = %(c)s AND coalesce(e.minor, 0) <> coalesce(w.minor, 0)
"""

ONE_CURRENCY = """
SELECT format('ledger transaction %%s: its entries are in %%s', transaction_id, string_agg(DISTINCT currency, ', '))
  FROM receivables_ledgerentry WHERE creditor_id = %(c)s GROUP BY transaction_id HAVING count(DISTINCT currency) > 1
"""

DECLARED = """
SELECT format('ledger entry %%s: account %%s or currency %%s is not declared', id, account, currency)
  FROM receivables_ledgerentry
 WHERE creditor_id = %(c)s AND (account <> ALL (%(accounts)s) OR currency !~ '^[A-Z]{3}$')
UNION ALL
SELECT format('ledger entry %%s: it is in %%s, what it is about in another currency', e.id, e.currency)
  FROM receivables_ledgerentry e
  LEFT JOIN receivables_invoice i ON i.creditor_id = e.creditor_id AND i.id = e.invoice_id
  LEFT JOIN receivables_payment p ON p.creditor_id = e.creditor_id AND p.id = e.payment_id
  LEFT JOIN receivables_creditnote n ON n.creditor_id = e.creditor_id AND n.id = e.credit_note_id
 WHERE e.creditor_id = %(c)s AND (i.currency <> e.currency OR p.currency <> e.currency OR n.currency <> e.currency)
"""

DATED = """
WITH about (transaction_id, subject_kind, subject_id) AS (
    SELECT transaction_id, 'invoice', invoice_id FROM receivables_ledgerentry
     WHERE creditor_id = %(c)s AND invoice_id IS NOT NULL
    UNION SELECT transaction_id, 'payment', payment_id FROM receivables_ledgerentry
     WHERE creditor_id = %(c)s AND payment_id IS NOT NULL
    UNION SELECT transaction_id, 'credit_note', credit_note_id FROM receivables_ledgerentry
     WHERE creditor_id = %(c)s AND credit_note_id IS NOT NULL)
SELECT format('ledger transaction %%s: dated %%s, before %%s %%s was there', t.id, t."on", born.subject_kind,
              born.subject_id)
  FROM about
  JOIN receivables_ledgertransaction t ON t.creditor_id = %(c)s AND t.id = about.transaction_id
  JOIN receivables_ledgertransaction born ON born.creditor_id = %(c)s AND born.subject_kind = about.subject_kind
   AND born.subject_id = about.subject_id AND born.kind IN ('invoice_opened', 'payment_recorded', 'credit_issued')
 WHERE t."on" < born."on"
"""

CHECKOUTS = """
SELECT format('checkout %%s: it is paid and has no payment', id) FROM receivables_checkout
 WHERE creditor_id = %(c)s AND state = 'paid' AND payment_id IS NULL
UNION ALL
SELECT format('checkout %%s: %%s %%s at the gateway, its payment %%s is of %%s %%s', c.id, c.amount_minor,
              c.currency, p.id, p.amount_minor, p.currency)
  FROM receivables_checkout c
  JOIN receivables_payment p ON p.creditor_id = c.creditor_id AND p.id = c.payment_id
 WHERE c.creditor_id = %(c)s
   AND (c.amount_minor, c.currency, c.customer_id) <> (p.amount_minor, p.currency, p.customer_id)
UNION ALL
SELECT format('payment %%s: %%s checkouts say that they made it', payment_id, count(*)) FROM receivables_checkout
 WHERE creditor_id = %(c)s AND payment_id IS NOT NULL GROUP BY payment_id HAVING count(*) > 1
"""
