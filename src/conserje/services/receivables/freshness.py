# SPDX-License-Identifier: Apache-2.0
"""Through which day payments are recorded, as a person says it: beyond its limit nothing is chased by itself."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act

_STATE_ALL = """
UPDATE receivables_freshness SET recorded_through_on = greatest(recorded_through_on, %s), stated_at = %s
 WHERE creditor_id = %s"""

_STATE_FIRST = """
INSERT INTO receivables_freshness (creditor_id, source, recorded_through_on, limit_business_days, stated_at)
SELECT %s, 'person', %s, 2, %s
 WHERE NOT EXISTS (SELECT 1 FROM receivables_freshness WHERE creditor_id = %s)"""


@act
def state(*, creditor_id: int, through: date, by: str, now: datetime) -> None:
    """Somebody says that every payment with a value date up to `through` is recorded, whatever its source.

    What was said of a later day stays. Every customer is looked at again.
    """
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
    review.wake_all(creditor_id=creditor_id, now=now, reason="freshness.stated")
