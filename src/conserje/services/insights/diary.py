# SPDX-License-Identifier: Apache-2.0
"""What happened on each day of a stretch, counted from the rows themselves, whoever did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from conserje.services.tenancy.act import step

_COUNTED = """
WITH told AS (
  SELECT handed_at AS at, CASE state WHEN 'failed' THEN 'failed' WHEN 'unsure' THEN 'unsure' ELSE 'sent' END AS what
    FROM outreach_touch WHERE creditor_id = %(creditor)s AND handed_at > %(since)s AND handed_at <= %(until)s
  UNION ALL
  SELECT t.created_at, 'drafted' FROM outreach_touch t JOIN outreach_decision d
      ON d.creditor_id = t.creditor_id AND d.id = t.decision_id
   WHERE t.creditor_id = %(creditor)s AND t.created_at > %(since)s AND t.created_at <= %(until)s
     AND (t.state = 'proposed' OR t.approved_by <> '')
  UNION ALL
  SELECT ended_at, 'suppressed' FROM outreach_touch
   WHERE creditor_id = %(creditor)s AND state = 'suppressed' AND ended_at > %(since)s AND ended_at <= %(until)s
  UNION ALL
  SELECT received_at, 'paid' FROM receivables_payment
   WHERE creditor_id = %(creditor)s AND received_at > %(since)s AND received_at <= %(until)s
  UNION ALL
  SELECT closed_at, 'promise_' || state FROM arrangements_promisetopay
   WHERE creditor_id = %(creditor)s AND closed_at > %(since)s AND closed_at <= %(until)s
  UNION ALL
  SELECT closed_at, 'closed' FROM outreach_episode
   WHERE creditor_id = %(creditor)s AND closed_at > %(since)s AND closed_at <= %(until)s)
SELECT (told.at AT TIME ZONE k.time_zone)::date, told.what, count(*)
  FROM told, tenancy_creditor k WHERE k.id = %(creditor)s GROUP BY 1, 2 ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something happened on a local day.

    `what`: sent, failed, unsure, drafted, suppressed, paid, closed, promise_kept, promise_broken, promise_withdrawn.
    """

    on: date
    what: str
    count: int


@step
def counted(*, creditor_id: int, since: datetime, until: datetime) -> list[Counted]:
    """What happened after `since` and not after `until`, by the creditor's own day."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"creditor": creditor_id, "since": since, "until": until})
        return [Counted(*row) for row in cursor.fetchall()]
