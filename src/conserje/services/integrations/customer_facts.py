# SPDX-License-Identifier: Apache-2.0
"""Facts that a file states about customers: dated, with their source, and never stronger than what a person said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.services.receivables.staging import stage
from conserje.services.tenancy.act import step

COLUMN = "import/column"
ANSWER = "import/answer"
DERIVED = "import/country"
_RANK = {DERIVED: 0, ANSWER: 1, COLUMN: 2}

_GIVEN = {"customer_id": "bigint", "name": "text", "value": "text", "source": "text", "strength": "int"}
_NEW = {"customer_id": "bigint", "name": "text", "value": "text"}

# What nobody stated may be filled in; what was stated gives way only to a source that is at least as strong.
_STATE = """
WITH made AS (
    INSERT INTO receivables_customerfact (creditor_id, customer_id, name, value, source, stated_by, stated_at)
    SELECT %(creditor)s, g.customer_id, g.name, g.value, g.source, %(by)s, %(now)s
      FROM given_fact g
      JOIN receivables_customer c ON c.creditor_id = %(creditor)s AND c.id = g.customer_id
      LEFT JOIN LATERAL (
           SELECT f.value, f.source FROM receivables_customerfact f
            WHERE f.creditor_id = %(creditor)s AND f.customer_id = g.customer_id AND f.name = g.name
            ORDER BY f.stated_at DESC, f.id DESC LIMIT 1) last ON true
     WHERE (last.value IS NULL AND CASE g.name WHEN 'country' THEN c.country WHEN 'subdivision' THEN c.subdivision
                WHEN 'city' THEN c.city WHEN 'time_zone' THEN c.time_zone WHEN 'locale' THEN c.locale
                WHEN 'kind' THEN replace(c.kind, 'unknown', '') ELSE '' END IS NOT DISTINCT FROM '')
        OR (last.value <> g.value AND g.strength >= CASE last.source WHEN 'import/country' THEN 0
                WHEN 'import/answer' THEN 1 WHEN 'import/column' THEN 2 ELSE 3 END)
    RETURNING customer_id, name, value)
INSERT INTO new_fact SELECT customer_id, name, value FROM made"""

_STAND = """
UPDATE receivables_customer c
   SET country = coalesce(n.country, c.country), subdivision = coalesce(n.subdivision, c.subdivision),
       city = coalesce(n.city, c.city), time_zone = coalesce(n.time_zone, c.time_zone),
       locale = coalesce(n.locale, c.locale), kind = coalesce(n.kind, c.kind)
  FROM (SELECT customer_id, max(value) FILTER (WHERE name = 'country') AS country,
               max(value) FILTER (WHERE name = 'subdivision') AS subdivision,
               max(value) FILTER (WHERE name = 'city') AS city,
               max(value) FILTER (WHERE name = 'time_zone') AS time_zone,
               max(value) FILTER (WHERE name = 'locale') AS locale,
               max(value) FILTER (WHERE name = 'kind') AS kind
          FROM new_fact GROUP BY customer_id) n
 WHERE c.creditor_id = %s AND c.id = n.customer_id"""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact of one customer. `source` is `COLUMN`, `ANSWER` or `DERIVED`."""

    customer_id: int
    name: str
    value: str
    source: str


@step
def state_many(*, creditor_id: int, facts: Iterable[StatedFact], by: str, now: datetime) -> int:
    """Write the facts that are news, and let them stand in their customers; returns how many there were."""
    rows = ((f.customer_id, f.name, f.value[:240], f.source, _RANK[f.source]) for f in facts)
    if not stage(name="given_fact", columns=_GIVEN, rows=rows):
        return 0
    stage(name="new_fact", columns=_NEW, rows=())
    values: dict[str, Any] = {"creditor": creditor_id, "by": by[:80], "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_STATE, values)
        new = int(cursor.rowcount)
        if new:
            cursor.execute(_STAND, [creditor_id])
    return new
