# SPDX-License-Identifier: Apache-2.0
"""An obviously invented book of any size, written set by set: what the bench measures on.

Customer n of M owes the invoices n, n + M, n + 2M ... Those who are due are some days late with all of theirs, and
their review has come; the others owe what falls due later and are looked at later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from conserje.data.receivables.models import Freshness
from conserje.domain.outreach.strategy import Mode
from conserje.services.outreach import strategy
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy import fingerprint, setting_up
from conserje.services.tenancy.act import acting

CHUNK = 10_000
ZONE = "America/Bogota"
BRAND = {
    "sender_name": "Taller Imaginario",
    "sender_address": "cuentas@imaginario.example",
    "reply_to": "ana@imaginario.example",
    "signature_name": "Ana Imaginaria",
    "signature_role": "Cartera",
    "phone_published": "601 000 0000",
    "website": "imaginario.example",
    "colour": "#2f5d50",
    "policy_url": "https://imaginario.example/datos",
}

_CUSTOMERS = """
INSERT INTO receivables_customer (creditor_id, reference, reference_key, name, sort_key, kind, debtor_type, tax_id,
       country, subdivision, city, time_zone, locale, created_at)
SELECT %(creditor)s, 'C' || n, 'c' || n, 'Comercio Imaginario ' || n || ' S.A.S.',
       'comercio imaginario ' || n || ' s.a.s.', 'company', 'company_trade', '', 'CO', '', '', %(zone)s, '', %(now)s
  FROM invented ORDER BY n"""
_KNOWN = """
UPDATE invented i SET customer_id = c.id FROM receivables_customer c
 WHERE c.creditor_id = %(creditor)s AND c.reference_key = 'c' || i.n"""
_CONTACTS = """
WITH people AS (
  INSERT INTO receivables_contact (creditor_id, customer_id, name, name_key, role, locale, time_zone, country,
         subdivision, city, is_usual, created_at)
  SELECT %(creditor)s, customer_id, 'Cuentas por pagar', 'cuentas por pagar', 'accounts_payable', '', '', '', '', '',
         true, %(now)s FROM invented ORDER BY n RETURNING id, customer_id)
INSERT INTO receivables_contactpoint (creditor_id, contact_id, kind, address, address_key, address_hash,
       unusable_reason, created_at)
SELECT %(creditor)s, p.id, 'email', i.address, i.address, i.address_hash, '', %(now)s
  FROM people p JOIN invented i USING (customer_id) ORDER BY i.n"""
_PERMISSIONS = """
INSERT INTO outreach_permission (creditor_id, customer_id, channel, consent, basis, source, stated_by, stated_at)
SELECT %(creditor)s, customer_id, 'email', 'granted', 'contract', 'invented', 'system', %(now)s
  FROM invented ORDER BY n"""
_REVIEWS = """
INSERT INTO outreach_review (creditor_id, customer_id, next_review_at, version, reason)
SELECT %(creditor)s, customer_id, %(now)s::timestamptz + CASE WHEN is_due THEN 0 ELSE 20 END * interval '1 day',
       1, 'invented' FROM invented ORDER BY n"""
_INVOICES = """
INSERT INTO receivables_invoice (creditor_id, customer_id, number, number_key, purchase_order, subject, issued_on,
       currency, total_minor, open_minor, first_due_on, created_at)
SELECT %(creditor)s, customer_id, 'FE-' || k, 'fe' || k, '', '', due_on - 30, 'COP', 10000000 + k, 0, due_on, %(now)s
  FROM (SELECT customer_id, k,
               %(today)s::date + (CASE WHEN is_due THEN -3 - k %% 90 ELSE 30 + k %% 60 END)::int AS due_on
          FROM invented, LATERAL generate_series(n, %(invoices)s - 1, %(customers)s::bigint) AS k
         ORDER BY n, k) AS told"""
_DUES = """
INSERT INTO receivables_invoicedue (creditor_id, invoice_id, position, due_on, amount_minor)
SELECT %(creditor)s, v.id, 1, v.first_due_on, v.total_minor
  FROM invented i JOIN receivables_invoice v ON v.creditor_id = %(creditor)s AND v.customer_id = i.customer_id
 ORDER BY v.id"""
# One ledger transaction opens the whole chunk: the books balance, and a million rows come in a minute.
_OPENED = """
WITH opened AS (
  INSERT INTO receivables_ledgertransaction (creditor_id, kind, "on", at, subject_kind, subject_id, hash)
  VALUES (%(creditor)s, 'invoice_opened', %(today)s, %(now)s, 'invoice', %(first)s, 'invented') RETURNING id),
open AS MATERIALIZED (
  SELECT v.id, v.customer_id, v.total_minor FROM invented i
    JOIN receivables_invoice v ON v.creditor_id = %(creditor)s AND v.customer_id = i.customer_id)
INSERT INTO receivables_ledgerentry
       (creditor_id, transaction_id, account, customer_id, invoice_id, currency, amount_minor)
SELECT %(creditor)s, opened.id, 'receivable', open.customer_id, open.id, 'COP', open.total_minor FROM open, opened
UNION ALL
SELECT %(creditor)s, opened.id, 'sales', min(open.customer_id), NULL, 'COP', -sum(open.total_minor)::bigint
  FROM open, opened GROUP BY opened.id"""
_STATEMENTS = (_CUSTOMERS, _KNOWN, _CONTACTS, _PERMISSIONS, _REVIEWS, _INVOICES, _DUES, _OPENED)
_STAGED = {
    "n": "bigint",
    "is_due": "boolean",
    "address": "text",
    "address_hash": "text",
    "customer_id": "bigint",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a book: `due` of its `customers` are to be written to at `now`."""

    invoices: int
    customers: int
    due: int
    now: datetime

    @property
    def invoices_of_due(self) -> int:
        """How many invoices those who are due owe."""
        each, more = divmod(self.invoices, self.customers)
        return self.due * each + sum(self.is_due(n) for n in range(more))

    def is_due(self, n: int) -> bool:
        """Whether customer `n` is: spread evenly over the book."""
        return (n + 1) * self.due // self.customers > n * self.due // self.customers


def creditor(*, shape: Shape, name: str = "Taller Imaginario") -> int:
    """A creditor of its own, in its own organisation, whose every stage is automatic; answers its id."""
    creditor_id = setting_up.add_creditor(
        new=setting_up.NewCreditor(
            name=name,
            tax_id="900.000.000-0",
            country="CO",
            time_zone=ZONE,
            locale="es_CO",
            currency="COP",
            brand=BRAND,
        )
    )
    content = strategy.default()
    content["modes"] = dict.fromkeys(content["modes"], Mode.AUTOMATIC.value)
    with acting(creditor_id=creditor_id):
        strategy.adopt(creditor_id=creditor_id, content=content, by="system", now=shape.now)
        Freshness.objects.create(
            creditor_id=creditor_id,
            source="import",
            recorded_through_on=shape.now.date(),
            stated_at=shape.now,
        )
    return creditor_id


def carry(*, creditor_id: int, host: str, port: int, now: datetime) -> None:
    """Let the creditor's e-mails go to the mail server at `host` and `port`."""
    values = {"host": host, "port": port, "security": "none"}
    with acting(creditor_id=creditor_id):
        connections.set_up(
            creditor_id=creditor_id, kind="channel", adapter="email_smtp", values=values, now=now
        )


def fill(*, creditor_id: int, shape: Shape) -> Iterator[int]:
    """Write the book, a chunk of customers a transaction; yields how many customers stand."""
    organisation_id = creditors.by_id(creditor_id=creditor_id).organisation_id
    for first in range(0, shape.customers, CHUNK):
        last = min(first + CHUNK, shape.customers)
        with acting(creditor_id=creditor_id):
            rows = (_row(n, shape, organisation_id) for n in range(first, last))
            stage(name="invented", columns=_STAGED, rows=rows)
            values = _values(creditor_id, shape, first)
            with connection.cursor() as cursor:
                for statement in _STATEMENTS:
                    cursor.execute(statement, values)
                    if statement is _KNOWN:
                        cursor.execute("ANALYZE invented")
                    learn_sizes()
        yield last


def _row(n: int, shape: Shape, organisation_id: int) -> tuple[Any, ...]:
    address = f"pagos{n}@imaginario.example"
    hashed = fingerprint.of_address(organisation_id=organisation_id, address_key=address)
    return n, shape.is_due(n), address, hashed, None


def _values(creditor_id: int, shape: Shape, first: int) -> dict[str, Any]:
    return {
        "creditor": creditor_id,
        "now": shape.now - timedelta(days=1),
        "today": shape.now.date(),
        "zone": ZONE,
        "invoices": shape.invoices,
        "customers": shape.customers,
        "first": first,
    }
