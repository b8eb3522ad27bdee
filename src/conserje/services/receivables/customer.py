# SPDX-License-Identifier: Apache-2.0
"""Who owes: any number of customers at once, each stated fact kept with its source and day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.kit.text import fold
from conserje.domain.receivables.customer import (
    LONGEST_VALUE,
    STANDING_FACTS,
    Fact,
    NewCustomer,
    UpsertedCustomers,
    reference_key,
    search_terms,
)
from conserje.services.journal import entry
from conserje.services.receivables.staging import learn_sizes, stage
from conserje.services.tenancy.act import step

_GIVEN = {"reference": "text", "reference_key": "text", "name": "text", "sort_key": "text"}
_FACTS = {"reference_key": "text", "name": "text", "value": "text", "source": "text"}
_TERMS = {"reference_key": "text", "term": "text"}

_CUSTOMERS = """
INSERT INTO receivables_customer (creditor_id, reference, reference_key, name, sort_key, kind, debtor_type, tax_id,
       country, subdivision, city, time_zone, locale, created_at)
SELECT %(creditor_id)s, reference, reference_key, name, sort_key, 'unknown', 'unknown', '', '', '', '', '', '', %(now)s
  FROM given_customer
ON CONFLICT (creditor_id, reference_key) DO NOTHING
"""
# A fact is news when its latest statement says something else, or when nobody stated it. What was stated is read
# before anything is written: a join on a table that grows under it would be looked through again for each row.
_NEWS = """
WITH told AS MATERIALIZED (
    SELECT c.id AS customer_id, g.name, g.value, g.source
      FROM given_fact g
      JOIN receivables_customer c ON c.creditor_id = %(creditor_id)s AND c.reference_key = g.reference_key),
latest AS MATERIALIZED (
    SELECT DISTINCT ON (f.customer_id, f.name) f.customer_id, f.name, f.value
      FROM receivables_customerfact f
     WHERE f.creditor_id = %(creditor_id)s AND f.customer_id IN (SELECT customer_id FROM told)
     ORDER BY f.customer_id, f.name, f.stated_at DESC, f.id DESC)
INSERT INTO receivables_customerfact (creditor_id, customer_id, name, value, source, stated_by, stated_at)
SELECT %(creditor_id)s, t.customer_id, t.name, t.value, t.source, %(stated_by)s, %(now)s
  FROM told t LEFT JOIN latest l ON l.customer_id = t.customer_id AND l.name = t.name
 WHERE l.value IS DISTINCT FROM t.value
"""
_STAND = """
WITH told AS (
    SELECT c.id, {columns}
      FROM given_fact g
      JOIN receivables_customer c ON c.creditor_id = %(creditor_id)s AND c.reference_key = g.reference_key
     GROUP BY c.id)
UPDATE receivables_customer c
   SET {sets}, sort_key = coalesce(told.sort_key, c.sort_key)
  FROM told WHERE c.creditor_id = %(creditor_id)s AND c.id = told.id AND ({differs})
""".replace(
    "{columns}",
    ", ".join(
        f"max(g.value) FILTER (WHERE g.name = '{name}') AS {name}" for name in (*STANDING_FACTS, "sort_key")
    ),
)
_STAND = _STAND.replace(
    "{sets}", ", ".join(f"{name} = coalesce(told.{name}, c.{name})" for name in STANDING_FACTS)
)
_STAND = _STAND.replace("{differs}", " OR ".join(f"told.{name} <> c.{name}" for name in STANDING_FACTS))

_TERM_ROWS = """
INSERT INTO receivables_searchterm (creditor_id, customer_id, term)
SELECT %(creditor_id)s, c.id, g.term FROM given_term g
  JOIN receivables_customer c ON c.creditor_id = %(creditor_id)s AND c.reference_key = g.reference_key
ON CONFLICT (creditor_id, term, customer_id) DO NOTHING
"""
_IDS = """
SELECT g.reference_key, c.id FROM given_customer g
  JOIN receivables_customer c ON c.creditor_id = %(creditor_id)s AND c.reference_key = g.reference_key
"""


@dataclass(slots=True)
class _Told:
    """One customer with all that the given rows say of them; the last word on a fact counts."""

    reference: str
    name: str
    facts: dict[str, Fact] = field(default_factory=dict)


@step
def upsert_many(
    *, creditor_id: int, customers: Iterable[NewCustomer], stated_by: str, now: datetime
) -> UpsertedCustomers:
    """Write customers, their facts and search terms in a fixed number of statements; the same again changes
    nothing.

    Empty values state nothing. The latest statement of each fact stands in the customer; all are kept with
    their source. Raises `IntegrityError` for a kind of customer that we do not know, and `ValueError` without
    a reference.
    """
    told = _merge(customers)
    rows = ((t.reference[:120], key, t.name[:240], fold(t.name)[:240]) for key, t in told.items())
    stage(name="given_customer", columns=_GIVEN, rows=rows)
    facts = ((key, f.name, _cut(f), f.source[:240]) for key, t in told.items() for f in t.facts.values())
    stage(name="given_fact", columns=_FACTS, rows=facts)
    stage(name="given_term", columns=_TERMS, rows=_terms(told))
    values: dict[str, Any] = {"creditor_id": creditor_id, "stated_by": stated_by, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, values)
        created = cursor.rowcount
        learn_sizes()
        cursor.execute(_NEWS, values)
        news = cursor.rowcount
        cursor.execute(
            "INSERT INTO given_fact SELECT reference_key, 'sort_key', sort_key, '' FROM given_customer g"
            " WHERE EXISTS (SELECT 1 FROM given_fact f WHERE f.reference_key = g.reference_key AND f.name = 'name')"
        )
        cursor.execute(_STAND, values)
        changed = cursor.rowcount
        cursor.execute(_TERM_ROWS, values)
        cursor.execute(_IDS, values)
        ids = dict(cursor.fetchall())
    if created or news:
        payload = {"given": len(told), "created": created, "facts": news}
        new = entry.NewEntry(at=now, kind="receivables.customer.stated", actor="system", payload=payload)
        entry.write(creditor_id=creditor_id, entries=[new])
    return UpsertedCustomers(ids, created, max(0, changed - created))


def _merge(customers: Iterable[NewCustomer]) -> dict[str, _Told]:
    told: dict[str, _Told] = {}
    for customer in customers:
        key = reference_key(reference=customer.reference)
        if not key:
            raise ValueError(
                f"'{customer.reference}' cannot tell a customer from another: give a code, tax id or name."
            )
        one = told.setdefault(key, _Told(customer.reference, customer.name or customer.reference))
        if customer.name:
            one.name = customer.name
            one.facts["name"] = Fact("name", customer.name, "")
        for fact in customer.facts:
            if fact.value:
                one.facts[fact.name] = fact
                one.name = fact.value if fact.name == "name" else one.name
    return told


def _cut(fact: Fact) -> str:
    return fact.value[: STANDING_FACTS.get(fact.name, LONGEST_VALUE)]


def _terms(told: Mapping[str, _Told]) -> Iterable[tuple[str, str]]:
    for key, one in told.items():
        tax_id = one.facts["tax_id"].value if "tax_id" in one.facts else ""
        for term in search_terms(texts=(one.reference, one.name, tax_id)):
            yield key, term
