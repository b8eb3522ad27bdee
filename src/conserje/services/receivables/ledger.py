# SPDX-License-Identifier: Apache-2.0
"""Writing the Ledger: every act of money goes through here, all entries of a transaction in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.receivables.posting import Posting
from conserje.services.tenancy.act import step

_COLUMNS = """n, kind, moved_on, subject_kind, subject_id, undone_kind, undone_id,
       account, customer_id, invoice_id, payment_id, credit_note_id, currency, amount_minor"""

# `source` gives one row an entry, with `_COLUMNS`; `n` numbers the transactions: they are
# written in its order. What is undone is looked up for each by its key: a join trusts the server's count
# of a creditor's rows, and goes through all of them for each where it knows of none.
_INSERT = """
WITH e AS MATERIALIZED ({source}),
t AS MATERIALIZED (
    SELECT n, kind, moved_on, subject_kind, subject_id, undone_kind, undone_id,
           string_agg(line, E'\\n' ORDER BY line) AS lines
      FROM (SELECT e.*, receivables_ledger_line(account, customer_id, invoice_id, payment_id, credit_note_id,
                                                currency, amount_minor) COLLATE "C" AS line FROM e) AS lined
     GROUP BY n, kind, moved_on, subject_kind, subject_id, undone_kind, undone_id),
x AS (
    INSERT INTO receivables_ledgertransaction
           (creditor_id, kind, "on", at, subject_kind, subject_id, reverses_id, hash)
    SELECT %(creditor_id)s, r.kind, r.moved_on, %(at)s, r.subject_kind, r.subject_id, r.undone,
           receivables_ledger_hash(%(creditor_id)s, r.kind, r.moved_on, %(at)s, r.subject_kind, r.subject_id, r.undone,
                                   r.lines)
      FROM (SELECT t.*, CASE WHEN t.undone_kind IS NOT NULL THEN (
                   SELECT u.id FROM receivables_ledgertransaction u
                    WHERE u.creditor_id = %(creditor_id)s AND u.kind = t.undone_kind
                      AND u.subject_kind = t.subject_kind AND u.subject_id = t.undone_id) END AS undone
              FROM t OFFSET 0) r
     ORDER BY r.n
    RETURNING id, kind, subject_kind, subject_id)
INSERT INTO receivables_ledgerentry
       (creditor_id, transaction_id, account, customer_id, invoice_id, payment_id, credit_note_id, currency,
        amount_minor)
SELECT %(creditor_id)s, x.id, e.account, e.customer_id, e.invoice_id, e.payment_id, e.credit_note_id, e.currency,
       e.amount_minor
  FROM x JOIN e USING (kind, subject_kind, subject_id)
 ORDER BY e.n
"""

_ARRAYS = """
SELECT {columns} FROM unnest(%(n)s::int[], %(kind)s::text[], %(moved_on)s::date[], %(subject_kind)s::text[],
    %(subject_id)s::bigint[], %(undone_kind)s::text[], %(undone_id)s::bigint[], %(account)s::text[],
    %(customer_id)s::bigint[], %(invoice_id)s::bigint[], %(payment_id)s::bigint[], %(credit_note_id)s::bigint[],
    %(currency)s::text[], %(amount_minor)s::bigint[]) AS given ({columns})
""".replace("{columns}", _COLUMNS)


@step
def post(*, creditor_id: int, postings: Sequence[Posting], now: datetime) -> int:
    """Write `postings`, one transaction each, and so move open amounts; returns the number of entries.

    A second posting of the same kind and subject, or an amount that goes over, raises `IntegrityError`.
    """
    if not postings:
        return 0
    rows = [
        _row(n, posting, index) for n, posting in enumerate(postings) for index in range(len(posting.entries))
    ]
    arrays = {name: [row[name] for row in rows] for name in rows[0]}
    return post_select(creditor_id=creditor_id, source=_ARRAYS, values=arrays, now=now)


def _row(n: int, posting: Posting, index: int) -> dict[str, Any]:
    entry = posting.entries[index]
    undone_kind, undone_id = posting.undoes or (None, None)
    return {
        "n": n,
        "kind": posting.kind.value,
        "moved_on": posting.on,
        "subject_kind": posting.subject.value,
        "subject_id": posting.subject_id,
        "undone_kind": undone_kind.value if undone_kind else None,
        "undone_id": undone_id,
        "account": entry.account.value,
        "customer_id": entry.rows.customer_id,
        "invoice_id": entry.rows.invoice_id,
        "payment_id": entry.rows.payment_id,
        "credit_note_id": entry.rows.credit_note_id,
        "currency": entry.amount.currency,
        "amount_minor": entry.amount.minor,
    }


@step
def post_select(*, creditor_id: int, source: str, values: Mapping[str, Any], now: datetime) -> int:
    """Write the entries that the query `source` gives, for bulk work; returns their number.

    `source` is our own SQL with the columns n, kind, moved_on, subject_kind, subject_id, undone_kind,
    undone_id, account, customer_id, invoice_id, payment_id, credit_note_id, currency, amount_minor; `values`
    are its parameters.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.replace("{source}", source), {**values, "creditor_id": creditor_id, "at": now})
        return int(cursor.rowcount)
