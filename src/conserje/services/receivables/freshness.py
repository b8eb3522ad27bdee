# SPDX-License-Identifier: Apache-2.0
"""Through which day payments are recorded, as a person or a bank says it: beyond its limit nothing is chased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Min

from conserje.data.receivables.models import Freshness
from conserje.domain.outreach.case import is_stale
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.tenancy.act import act, step

_STATE_ALL = """
UPDATE receivables_freshness SET recorded_through_on = greatest(recorded_through_on, %s), stated_at = %s
 WHERE creditor_id = %s"""

_STATE_FIRST = """
INSERT INTO receivables_freshness (creditor_id, source, recorded_through_on, limit_business_days, stated_at)
SELECT %s, 'person', %s, 2, %s
 WHERE NOT EXISTS (SELECT 1 FROM receivables_freshness WHERE creditor_id = %s)"""


# What a person said of every way of being paid holds for those that no bank tells of; it goes along.
_ADVANCE = """
INSERT INTO receivables_freshness (creditor_id, source, recorded_through_on, limit_business_days, stated_at)
VALUES (%(creditor)s, %(source)s, %(through)s,
        coalesce((SELECT min(limit_business_days) FROM receivables_freshness WHERE creditor_id = %(creditor)s), 2),
        %(now)s)
ON CONFLICT (creditor_id, source) DO UPDATE
   SET recorded_through_on = greatest(receivables_freshness.recorded_through_on, excluded.recorded_through_on),
       stated_at = excluded.stated_at"""
_GO_ALONG = """
UPDATE receivables_freshness SET recorded_through_on = greatest(recorded_through_on, %(through)s), stated_at = %(now)s
 WHERE creditor_id = %(creditor)s AND source NOT LIKE 'bank:%%'"""


@step
def advance(*, creditor_id: int, source: str, through: date, now: datetime) -> None:
    """A statement of the bank `source` was brought in whose last day is `through`.

    Other banks keep their own day: the oldest of all counts. Every customer is looked at again if payments were too
    old, or are now.
    """
    before = _is_stale(creditor_id, now)
    asked: dict[str, Any] = {"creditor": creditor_id, "source": source, "through": through, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, asked)
        cursor.execute(_GO_ALONG, asked)
    payload = {"through": through.isoformat()}
    told = journal.NewEntry(at=now, kind="receivables.freshness.advanced", actor="rule", payload=payload)
    journal.write(creditor_id=creditor_id, entries=[told])
    if before or _is_stale(creditor_id, now):
        review.wake_all(creditor_id=creditor_id, now=now, reason="freshness.stated")


@act
def state(*, creditor_id: int, through: date, by: str, now: datetime) -> None:
    """Somebody says that every payment with a value date up to `through` is recorded, whatever its source.

    What was said of a later day stays. Every customer is looked at again if payments were too old, or are still.
    """
    before = _is_stale(creditor_id, now)
    with connection.cursor() as cursor:
        cursor.execute(_STATE_ALL, [through, now, creditor_id])
        cursor.execute(_STATE_FIRST, [creditor_id, through, now, creditor_id])
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="receivables.freshness.stated",
                actor=by,
                payload={"through": through.isoformat()},
            )
        ],
    )
    if before or _is_stale(creditor_id, now):
        review.wake_all(creditor_id=creditor_id, now=now, reason="freshness.stated")


def _is_stale(creditor_id: int, now: datetime) -> bool:
    """Whether payments are recorded too long ago for any customer."""
    found = Freshness.objects.filter(creditor_id=creditor_id).aggregate(
        known=Min("recorded_through_on"), limit=Min("limit_business_days")
    )
    today = local_day.latest(creditor_id=creditor_id, now=now)
    return is_stale(known=found["known"], limit_days=found["limit"] or 0, on=today)
