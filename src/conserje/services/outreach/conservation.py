# SPDX-License-Identifier: Apache-2.0
"""Are all contacts accounted for? The book of a day, and what is missing, unwatched or in disagreement.

Reads only, in a fixed number of statements; those grow with what is open today, not with what was ever sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from conserje.data.outreach import hand_over, letters, snapshots
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.conservation import (
    OF_CUSTOMERS,
    PATIENCE,
    TURN_PATIENCE,
    Alarm,
    Fate,
    Standing,
    fate,
)
from conserje.domain.outreach.decision import Kind
from conserje.domain.outreach.recheck import Go, Going, recheck
from conserje.domain.outreach.strategy import StrategyRefused
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose
from conserje.services.outreach import carrying, strategy, sweep
from conserje.services.tenancy.act import step

# How many rows of one kind are judged, and how many are named.
JUDGED_MAX = 2000
NAMED_MAX = 20
# A retry keeps the day its touch was planned for, so the ledger is compared for some days back.
_LEDGER_DAYS = 4

_FREE = """NOT EXISTS (SELECT 1 FROM outreach_senderstop s WHERE s.creditor_id = t.creditor_id AND s.lifted_at IS NULL
                   AND s.channel IN ('', t.channel))
   AND NOT EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = t.creditor_id AND c.sending_paused_at IS NOT NULL)"""

_BOOK = """
WITH book AS (
  SELECT t.* FROM outreach_touch t WHERE t.creditor_id = %(creditor)s AND t.planned_on = %(on)s
  UNION ALL
  SELECT t.* FROM outreach_touch t WHERE %(is_today)s AND t.creditor_id = %(creditor)s AND t.state = 'proposed'
     AND t.planned_on < %(on)s
  UNION ALL
  SELECT t.* FROM outreach_touch t WHERE %(is_today)s AND t.creditor_id = %(creditor)s
     AND t.state IN ('planned', 'claimed', 'handing_over') AND t.planned_on < %(on)s)
SELECT t.state, max(%(now)s - greatest(t.retry_at, t.planned_at)),
       EXISTS (SELECT 1 FROM outreach_senderstop s WHERE s.creditor_id = %(creditor)s AND s.lifted_at IS NULL
                  AND s.channel IN ('', t.channel)),
       EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = %(creditor)s AND c.sending_paused_at IS NOT NULL),
       t.id = ANY(%(abandoned)s), count(*)
  FROM book t
 GROUP BY t.state, t.channel, 5, CASE WHEN greatest(t.retry_at, t.planned_at) > %(now)s THEN -1
          WHEN greatest(t.retry_at, t.planned_at) >= %(now)s - %(patience)s THEN 0 ELSE 1 END"""

_LATE = f"""
SELECT t.id, t.customer_id, t.planned_on, t.episode_id IS NOT NULL, t.step, t.channel, t.purpose, t.point_id, t.copies,
       t.approved_by <> '', t.handed_at, count(*) OVER ()
  FROM outreach_touch t
 WHERE t.creditor_id = %(creditor)s AND t.state = 'planned'
   AND t.planned_at < %(now)s - %(patience)s AND greatest(t.retry_at, t.planned_at) < %(now)s - %(patience)s AND {_FREE}
 ORDER BY t.planned_at, t.id LIMIT %(limit)s"""  # noqa: S608 - our own words

# Somebody owes something that is due or soon is, nothing is in hand, and no date brings them back.
_UNWATCHED = """
SELECT i.customer_id FROM receivables_invoice i
  LEFT JOIN outreach_review r ON r.creditor_id = i.creditor_id AND r.customer_id = i.customer_id
 WHERE i.creditor_id = %(creditor)s AND i.open_minor > 0 AND r.next_review_at IS NULL
   AND (r.id IS NULL OR r.reason <> 'ended')
   AND EXISTS (SELECT 1 FROM receivables_invoicedue d
                WHERE d.creditor_id = i.creditor_id AND d.invoice_id = i.id AND d.due_on <= %(horizon)s)
   AND NOT EXISTS (SELECT 1 FROM outreach_touch t
                    WHERE t.creditor_id = i.creditor_id AND t.customer_id = i.customer_id
                      AND t.state IN ('proposed', 'planned', 'claimed', 'handing_over'))
   AND NOT EXISTS (SELECT 1 FROM integrations_importrun m WHERE m.creditor_id = i.creditor_id
                      AND m.finished_at IS NULL AND m.started_at > %(import_since)s)
 GROUP BY i.customer_id ORDER BY i.customer_id LIMIT %(limit)s"""

_REVIEWS = """
SELECT r.customer_id, count(*) OVER () FROM outreach_review r
 WHERE r.creditor_id = %(creditor)s AND r.next_review_at < %(now)s - %(patience)s
   AND NOT EXISTS (SELECT 1 FROM integrations_importrun m WHERE m.creditor_id = r.creditor_id
                      AND m.finished_at IS NULL AND m.started_at > %(import_since)s)
 ORDER BY r.next_review_at, r.customer_id LIMIT %(named)s"""

_TURN = f"""
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs
                WHERE queueing_lock = %(turn)s AND status IN ('todo', 'doing')),
       EXISTS (SELECT 1 FROM outreach_touch t WHERE t.creditor_id = %(creditor)s AND t.state = 'planned'
                  AND t.planned_at < %(now)s - %(turn_patience)s
                  AND greatest(t.retry_at, t.planned_at) < %(now)s - %(turn_patience)s AND {_FREE})
    OR EXISTS (SELECT 1 FROM outreach_review r
                WHERE r.creditor_id = %(creditor)s AND r.next_review_at < %(now)s - %(turn_patience)s
                  AND NOT EXISTS (SELECT 1 FROM integrations_importrun m WHERE m.creditor_id = r.creditor_id
                                     AND m.finished_at IS NULL AND m.started_at > %(import_since)s))"""  # noqa: S608

# A touch that may have reached somebody is in the organisation's ledger; one that was never handed over is not.
_LEDGER = """
WITH looked AS (
  SELECT t.* FROM outreach_touch t
   WHERE t.creditor_id = %(creditor)s AND t.planned_on > %(ledger_since)s AND t.planned_on <= %(on)s
  UNION
  SELECT t.* FROM outreach_touch t WHERE t.creditor_id = %(creditor)s AND t.state = 'unsure')
SELECT t.id, count(*) OVER () FROM looked t
 WHERE CASE WHEN t.state IN ('handing_over', 'accepted', 'delivered', 'unsure') THEN NOT EXISTS (
              SELECT 1 FROM outreach_contactrecord r
               WHERE r.creditor_id = t.creditor_id AND r.touch_id = t.id AND r.outcome = 'attempted'
                 AND r.customer_id = t.customer_id AND r.channel = t.channel)
            WHEN t.handed_at IS NULL THEN EXISTS (
              SELECT 1 FROM outreach_contactrecord r WHERE r.creditor_id = t.creditor_id AND r.touch_id = t.id)
            ELSE false END
 ORDER BY t.id LIMIT %(named)s"""

_BY_CUSTOMER = """
SELECT u.id, u.name FROM receivables_customer u
 WHERE u.creditor_id = %(creditor)s AND u.id = ANY(%(ids)s) ORDER BY u.sort_key, u.id"""
_BY_TOUCH = """
SELECT u.id, u.name FROM receivables_customer u
 WHERE u.creditor_id = %(creditor)s AND u.id IN (
   SELECT t.customer_id FROM outreach_touch t WHERE t.creditor_id = %(creditor)s AND t.id = ANY(%(ids)s))
 ORDER BY u.sort_key, u.id"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing that is wrong, how many rows it concerns, and the ids of some: touches or customers."""

    alarm: Alarm
    count: int
    about: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """The contacts of a local day: how many were due, and where each of them stands."""

    on: date
    due: int
    fates: Mapping[Fate, int]


@dataclass(frozen=True, slots=True)
class Examined:
    """The book of a day and what is wrong; of a day that is over, the book and the ledger only."""

    book: Book
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing."""
        return not self.findings and not self.book.fates.get(Fate.MISSING)


def turn_lock(*, creditor_id: int) -> str:
    """The name under which one turn of work of a creditor stands in the queue."""
    return f"turn:{creditor_id}"


@step
def examine(*, creditor_id: int, zone: str, now: datetime, on: date | None = None) -> Examined:
    """Look at the contacts of the local day `on` (today in `zone` when not given) as they stand at `now`."""
    today = local_date(now, zone)
    asked = _asked(creditor_id, now, on or today, today)
    ledger = _counted(Alarm.LEDGER_DISAGREES, _rows(_LEDGER, asked))
    if asked["on"] != today:
        return Examined(_book(asked, 0), ledger)
    late, claims = _rows(_LATE, asked), tuple(asked["abandoned"])
    missing = _missing(creditor_id, late, now)
    lawful = [row for row in late if row[0] not in missing]
    total = late[0][-1] - len(lawful) if late else 0
    findings = [
        *([Finding(Alarm.NOT_SENT, total, tuple(missing)[:NAMED_MAX])] if total else []),
        *([Finding(Alarm.CLAIM_ABANDONED, len(claims), claims[:NAMED_MAX])] if claims else []),
        *_unwatched(creditor_id, asked, now),
        *_counted(Alarm.REVIEW_LATE, _rows(_REVIEWS, asked)),
        *_no_turn(asked),
        *ledger,
    ]
    return Examined(_book(asked, sum(row[2] <= today for row in lawful)), tuple(findings))


@step
def concerned(*, creditor_id: int, alarm: Alarm, about: Sequence[int]) -> list[tuple[int, str]]:
    """Ids and names of the customers that an alert speaks of, by name."""
    sql = _BY_CUSTOMER if alarm in OF_CUSTOMERS else _BY_TOUCH
    return _rows(sql, {"creditor": creditor_id, "ids": list(about)})


def _asked(creditor_id: int, now: datetime, on: date, today: date) -> dict[str, Any]:
    soon = timedelta(days=strategy.preventive_days(creditor_id=creditor_id))
    return {
        "creditor": creditor_id,
        "now": now,
        "on": on,
        "is_today": on == today,
        "patience": PATIENCE,
        "turn_patience": TURN_PATIENCE,
        "import_since": now - sweep.IMPORT_PATIENCE,
        "horizon": today + soon,
        "ledger_since": on - timedelta(days=_LEDGER_DAYS),
        "turn": turn_lock(creditor_id=creditor_id),
        "abandoned": hand_over.abandoned(creditor_id=creditor_id, patience=TURN_PATIENCE),
        "limit": JUDGED_MAX,
        "named": NAMED_MAX,
    }


def _book(asked: dict[str, Any], lawful: int) -> Book:
    """`lawful` of those that seem missing wait for the rules after all."""
    fates: Counter[Fate] = Counter()
    for state, overdue_by, stopped, paused, abandoned, count in _rows(_BOOK, asked):
        fates[fate(Standing(state, overdue_by, stopped, paused, abandoned))] += count
    fates[Fate.MISSING] -= lawful
    fates[Fate.NOT_NOW] += lawful
    return Book(asked["on"], sum(fates.values()), {one: fates[one] for one in Fate})


def _missing(creditor_id: int, late: Sequence[Any], now: datetime) -> dict[int, None]:
    """Those of the late touches that could leave this very moment; the others wait for an hour, a day, a carrier."""
    if not late:
        return {}
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    rules = strategy.in_force(creditor_id=creditor_id)
    ids = sorted({row[1] for row in late})
    cases = {case.customer_id: case for case in snapshots.cases(of=of, customer_ids=ids, now=now)}
    missing: dict[int, None] = {}
    for touch_id, customer_id, _, chasing, step_key, channel, purpose, point_id, copies, *rest in late:
        case = cases[customer_id]
        going = Going(
            step=step_key if chasing else None,
            channel=Channel(channel),
            purpose=Purpose(purpose),
            point_id=point_id,
            copies=tuple(letters.loads(copies)),
            approved=rest[0],
            handed_at=rest[1],
        )
        own = rules.serving(case.serves)
        found = recheck(case, going=going, strategy=own, law=sweep.stack_of(case), now=now)
        if isinstance(found, Go):
            missing[touch_id] = None
    return missing


def _unwatched(creditor_id: int, asked: dict[str, Any], now: datetime) -> list[Finding]:
    """Customers whom no date brings back, though deciding them now would name one or write to them."""
    candidates = [customer_id for (customer_id,) in _rows(_UNWATCHED, asked)]
    if not candidates:
        return []
    try:
        judged = sweep.judge_many(creditor_id=creditor_id, customer_ids=candidates, now=now)
    except StrategyRefused:
        return []
    ids = tuple(
        item.case.customer_id
        for item in judged
        if item.decision.kind is Kind.CONTACT or item.decision.review_at is not None
    )
    return [Finding(Alarm.NOT_WATCHED, len(ids), ids)] if ids else []


def _no_turn(asked: dict[str, Any]) -> list[Finding]:
    ((is_queued, is_work),) = _rows(_TURN, asked)
    return [Finding(Alarm.TURN_MISSING, 1)] if is_work and not is_queued else []


def _counted(alarm: Alarm, rows: Sequence[Any]) -> tuple[Finding, ...]:
    return (Finding(alarm, rows[0][1], tuple(row[0] for row in rows)),) if rows else ()


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
