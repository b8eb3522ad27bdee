# SPDX-License-Identifier: Apache-2.0
"""The machine's own limit for the measured work: the same rows and words with nothing decided that needs a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.mime.text import MIMEText

from django.db import connection

from conserje.services.receivables.staging import stage
from conserje.services.tenancy.act import act, reading
from conserje.wording.sandbox import parse, render

# Made by the owner of the tables, beside them.
BESIDE = (
    "CREATE TABLE bench_touch (LIKE outreach_touch INCLUDING ALL)",
    "GRANT SELECT, INSERT ON bench_touch TO PUBLIC",
)
# Join, bucket, last contact, and as many rows as the sweep writes, into a table with the same indexes.
_DECIDE = """
INSERT INTO bench_touch (creditor_id, customer_id, contact_id, point_id, key, step, stage, letter, purpose, channel,
       carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by, created_at)
SELECT %(creditor)s, d.customer_id, c.id, p.id, md5(d.customer_id::text), d.stage, d.stage, d.stage, 'collection',
       'email', 'email_smtp', 'planned', %(now)s, %(now)s::date, d.asked, '[]', '', 0, '', %(now)s
  FROM (SELECT v.customer_id, jsonb_agg(v.id) AS asked,
               CASE WHEN max(%(now)s::date - u.due_on) >= 26 THEN 'escalation'
                    WHEN max(%(now)s::date - u.due_on) >= 10 THEN 'follow_up' ELSE 'friendly' END AS stage
          FROM outreach_review r
          JOIN receivables_invoice v ON v.creditor_id = r.creditor_id AND v.customer_id = r.customer_id
           AND v.open_minor > 0
          JOIN receivables_invoicedue u ON u.creditor_id = v.creditor_id AND u.invoice_id = v.id
         WHERE r.creditor_id = %(creditor)s AND r.next_review_at <= %(now)s AND u.due_on < %(now)s::date
         GROUP BY v.customer_id) d
  JOIN receivables_contact c ON c.creditor_id = %(creditor)s AND c.customer_id = d.customer_id AND c.is_usual
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
  LEFT JOIN (SELECT customer_id, max(at) AS at FROM outreach_contactrecord GROUP BY customer_id) k
    ON k.customer_id = d.customer_id
 WHERE k.at IS NULL OR k.at < %(now)s::timestamptz - interval '7 days'"""
_DUE = "SELECT customer_id FROM outreach_review WHERE creditor_id = %s AND next_review_at <= %s LIMIT 2000"
_NUMBER = re.compile(r"\d[\d.,]*")


@act
def decide_in_one_statement(*, creditor_id: int, now: datetime) -> int:
    """Decide and write with one set-based statement; answers how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(_DECIDE, {"creditor": creditor_id, "now": now})
        return int(cursor.rowcount)


def look_once(*, creditor_id: int, now: datetime) -> int:
    """Ask the index whether anybody is due."""
    with reading(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(_DUE, [creditor_id, now])
        return len(cursor.fetchall())


@act
def copy_rows(*, creditor_id: int, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """COPY the cells of a file into a table of texts."""
    columns = {f"c{n}": "text" for n, _ in enumerate(headers)}
    return stage(name="bench_lines", columns=columns, rows=rows)


def render_bare(*, text: str, html: str, count: int) -> None:
    """Let the template engine write `count` letters as long as this one, whose every figure is the same value."""
    bare = _NUMBER.sub("{{ n }}", text), re.sub(r">[^<]*<", lambda m: _NUMBER.sub("{{ n }}", m[0]), html)
    compiled = [parse(source, locale="es", html=False, where="bench") for source in bare]
    for _ in range(count):
        for template in compiled:
            render(template, {"n": "1"}, where="bench")


def build_bare(*, texts: Iterable[str]) -> int:
    """One text part each with the standard library's class; answers the bytes built."""
    return sum(len(MIMEText(text, "plain", "utf-8").as_bytes()) for text in texts)
