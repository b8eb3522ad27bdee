# SPDX-License-Identifier: Apache-2.0
"""The safety figures of a week, each with its rows: what `domain.insights.safety` says, asked of the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django.db import connection
from phonenumbers import timezone as phone_zones

from conserje.domain.insights.safety import MADE_STATES, NEVER, Figure, zones_disagree
from conserje.domain.kit.days import day_bounds, is_zone, zone
from conserje.services.tenancy.act import step

LIMIT = 500

_WEEK = "t.creditor_id = %(creditor)s AND t.handed_at >= %(starts)s AND t.handed_at < %(ends)s"
_MADE = f"{_WEEK} AND t.state = ANY(%(made)s)"
_AFTER_CONSENT = f"""{_MADE} AND (SELECT p.consent FROM outreach_permission p
    WHERE p.creditor_id = t.creditor_id AND p.customer_id = t.customer_id AND p.channel = t.channel
      AND p.stated_at < t.handed_at ORDER BY p.stated_at DESC, p.id DESC LIMIT 1) = 'revoked'"""  # noqa: S608 - our own text
_AFTER_PAYMENT = f"""{_MADE} AND t.episode_id IS NOT NULL AND jsonb_array_length(t.asked) > 0 AND NOT EXISTS (
  SELECT 1 FROM jsonb_array_elements(t.asked) a
    JOIN receivables_ledgerentry e ON e.creditor_id = t.creditor_id AND e.account = 'receivable'
     AND e.invoice_id = (a->>'invoice_id')::bigint
    JOIN receivables_ledgertransaction x ON x.creditor_id = e.creditor_id AND x.id = e.transaction_id
     AND (x.at < t.handed_at OR (x.at = t.handed_at AND e.amount_minor > 0))
   GROUP BY e.invoice_id HAVING sum(e.amount_minor) > 0)"""  # noqa: S608 - our own text
_WITHOUT_DECISION = f"{_MADE} AND t.episode_id IS NOT NULL AND t.decision_id IS NULL"
_CONTACTS = {
    Figure.MADE: _MADE,
    Figure.AFTER_CONSENT: _AFTER_CONSENT,
    Figure.AFTER_PAYMENT: _AFTER_PAYMENT,
    Figure.WITHOUT_DECISION: _WITHOUT_DECISION,
}
# What rules held back: at the last judgement (the journal of a touch) and when deciding (reasons of a decision).
_HELD = """
SELECT customer_id, at, rule, figure FROM (
  SELECT j.customer_id, j.at, r.rule,
         CASE j.kind WHEN 'outreach.touch.planned' THEN 'delayed' ELSE 'stopped' END AS figure
    FROM journal_entry j CROSS JOIN LATERAL jsonb_array_elements_text(j.payload->'rules') r(rule)
   WHERE j.creditor_id = %(creditor)s AND j.at >= %(starts)s AND j.at < %(ends)s AND j.subject_kind = 'touch'
     AND j.kind IN ('outreach.touch.planned', 'outreach.touch.suppressed')
     AND jsonb_typeof(j.payload->'rules') = 'array'
  UNION ALL
  SELECT d.customer_id, d.decided_at, r.rule,
         CASE reason->>'code' WHEN 'deferred' THEN 'delayed' ELSE 'stopped' END
    FROM outreach_decision d
    CROSS JOIN LATERAL jsonb_array_elements(d.reasons::jsonb) reason
    CROSS JOIN LATERAL jsonb_array_elements(reason->'values') pair
    CROSS JOIN LATERAL regexp_split_to_table(pair->>1, ', ') r(rule)
   WHERE d.creditor_id = %(creditor)s AND d.decided_at >= %(starts)s AND d.decided_at < %(ends)s
     AND (d.reasons LIKE '%%"deferred"%%' OR d.reasons LIKE '%%"channel_refused"%%')
     AND reason->>'code' IN ('deferred', 'channel_refused') AND pair->>0 = 'rules'
) held WHERE rule <> ''"""
_NAMES = """
SELECT h.customer_id, u.name, max(h.at), ''
  FROM ({held}) h JOIN receivables_customer u ON u.creditor_id = %(creditor)s AND u.id = h.customer_id
 WHERE h.figure = %(figure)s AND (%(rule)s = '' OR h.rule = %(rule)s)
 GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT %(limit)s"""
_ROWS = """
SELECT t.customer_id, u.name, t.handed_at, t.channel FROM outreach_touch t
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
 WHERE {where} ORDER BY t.handed_at DESC, t.id DESC LIMIT %(limit)s"""
_PLACES = f"""
SELECT u.id, u.name, max(t.handed_at), u.time_zone, array_agg(DISTINCT p.address_key)
  FROM outreach_touch t
  JOIN receivables_customer u ON u.creditor_id = t.creditor_id AND u.id = t.customer_id
  JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.customer_id = t.customer_id
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id AND p.kind = 'phone'
 WHERE {_MADE} AND u.time_zone <> '' GROUP BY u.id, u.name, u.time_zone ORDER BY 3 DESC, 1"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class Week:
    """One week from the local Monday `first`. `counts` of contacts or customers; `rules` of what was held back.

    `stopped` and `delayed` are customers by rule, the rule with most first.
    """

    first: date
    counts: dict[Figure, int]
    stopped: dict[str, int]
    delayed: dict[str, int]

    @property
    def safe(self) -> bool:
        """Whether everything that must be zero is."""
        return not any(self.counts[figure] for figure in NEVER)


@dataclass(frozen=True, slots=True)
class Row:
    """One customer behind a figure, with the moment; `channel` of a contact, else empty."""

    customer_id: int
    customer: str
    at: datetime
    channel: str


def monday_of(on: date) -> date:
    """The Monday of the week of `on`."""
    return on - timedelta(days=on.weekday())


@step
def week(*, creditor_id: int, time_zone: str, first: date) -> Week:
    """The figures of the week that begins on the Monday `first` in the creditor's zone."""
    asked = _asked(creditor_id, time_zone, first)
    counted = ", ".join(f"count(*) FILTER (WHERE {where})" for where in _CONTACTS.values())
    (found,) = _query(f"SELECT {counted} FROM outreach_touch t WHERE {_WEEK}", asked)  # noqa: S608 - our own text
    held = _query(
        f"SELECT figure, rule, count(DISTINCT customer_id) FROM ({_HELD}) h GROUP BY 1, 2 ORDER BY 3 DESC, 2",  # noqa: S608
        asked,
    )
    people = dict(
        _query(f"SELECT figure, count(DISTINCT customer_id) FROM ({_HELD}) h GROUP BY 1", asked)  # noqa: S608
    )
    counts = dict(zip(_CONTACTS, found, strict=True))
    counts |= {figure: people.get(figure.value, 0) for figure in (Figure.STOPPED, Figure.DELAYED)}
    counts[Figure.ZONE_MISMATCH] = len(list(_mismatched(asked)))
    return Week(first, counts, _of(held, Figure.STOPPED), _of(held, Figure.DELAYED))


@step
def rows(*, creditor_id: int, time_zone: str, first: date, figure: Figure, rule: str = "") -> list[Row]:
    """What a figure of that week is made of, newest first, at most `LIMIT`; `rule` narrows what was held back."""
    asked = _asked(creditor_id, time_zone, first) | {"figure": figure.value, "rule": rule, "limit": LIMIT}
    if figure in _CONTACTS:
        return [Row(*row) for row in _query(_ROWS.format(where=_CONTACTS[figure]), asked)]
    if figure is Figure.ZONE_MISMATCH:
        return list(_mismatched(asked))[:LIMIT]
    return [Row(*row) for row in _query(_NAMES.format(held=_HELD), asked)]


@step
def delayed_between(*, creditor_id: int, starts: datetime, ends: datetime) -> dict[str, int]:
    """Customers that each rule delayed between two instants, the rule with most first."""
    asked = {"creditor": creditor_id, "starts": starts, "ends": ends, "figure": Figure.DELAYED.value}
    counted = "SELECT rule, count(DISTINCT customer_id) FROM ({}) h WHERE figure = %(figure)s"
    return dict(_query(f"{counted.format(_HELD)} GROUP BY 1 ORDER BY 2 DESC, 1", asked))


def _asked(creditor_id: int, time_zone: str, first: date) -> dict[str, Any]:
    starts, _ = day_bounds(first, time_zone)
    ends, _ = day_bounds(first + timedelta(days=7), time_zone)
    return {"creditor": creditor_id, "starts": starts, "ends": ends, "made": list(MADE_STATES)}


def _mismatched(asked: dict[str, Any]) -> Iterator[Row]:
    """Customers contacted whose telephone is in another time than their address."""
    for customer_id, name, at, time_zone, phones in _query(_PLACES, asked):
        address = [zone(time_zone)] if is_zone(time_zone) else []
        heard = [one for phone in phones for one in zones_of(phone)]
        if zones_disagree(address=address, phones=heard, at=at):
            yield Row(customer_id, name, at, "")


@lru_cache(maxsize=8192)
def zones_of(phone: str) -> tuple[ZoneInfo, ...]:
    """The zones in which a number in E.164 may be; none for one that cannot be read."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone(name) for name in phone_zones.time_zones_for_number(number) if is_zone(name))


def _of(held: Sequence[Any], figure: Figure) -> dict[str, int]:
    return {rule: count for name, rule, count in held if name == figure.value}


def _query(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
