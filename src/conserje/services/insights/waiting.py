# SPDX-License-Identifier: Apache-2.0
"""What waits for a person in a whole book, counted in one statement: each count is the length of a list of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from conserje.domain.kit.days import day_bounds
from conserje.services.tenancy.act import step

# In the order of `Waiting`.
_COUNTED = """
SELECT touches.*,
       (SELECT count(*) FROM arrangements_paymentclaim WHERE creditor_id = %(creditor)s AND answered_at IS NULL),
       (SELECT count(*) FROM receivables_payment
         WHERE creditor_id = %(creditor)s AND second_of_id IS NOT NULL AND unallocated_minor > 0)
     + (SELECT count(*) FROM receivables_checkout
         WHERE creditor_id = %(creditor)s AND (contested OR state = 'quarantined' AND doubt_decided_at IS NULL)),
       disputes.*,
       (SELECT count(*) FROM receivables_fiscaltask WHERE creditor_id = %(creditor)s AND recorded_at IS NULL),
       requests.*, enquiries.*,
       (SELECT count(*) FROM arrangements_paymentplan
         WHERE creditor_id = %(creditor)s AND (state = 'proposed' OR state = 'active' AND referred_at IS NOT NULL)),
       (SELECT count(*) FROM receivables_bankline
         WHERE creditor_id = %(creditor)s AND state IN ('proposed', 'queued')),
       (SELECT count(*) FROM outreach_alert WHERE creditor_id = %(creditor)s AND cleared_at IS NULL),
       (SELECT count(*) FROM outreach_senderstop WHERE creditor_id = %(creditor)s AND lifted_at IS NULL),
       EXISTS (SELECT 1 FROM receivables_customer WHERE creditor_id = %(creditor)s),
       recorded.*
  FROM (SELECT count(*) FILTER (WHERE state = 'proposed'), count(*) FILTER (WHERE state = 'unsure'),
               count(*) FILTER (WHERE state IN ('planned', 'claimed') AND planned_at < %(day_ends)s),
               count(*) FILTER (WHERE handed_at >= %(day_starts)s AND handed_at < %(day_ends)s)
          FROM outreach_touch WHERE creditor_id = %(creditor)s
           AND (state IN ('proposed', 'unsure', 'planned', 'claimed') OR handed_at >= %(day_starts)s)) touches,
       (SELECT count(*) FILTER (WHERE answer_by IS NOT NULL OR propose_by IS NOT NULL),
               count(*) FILTER (WHERE answer_by < %(today)s OR propose_by < %(today)s)
          FROM arrangements_dispute WHERE creditor_id = %(creditor)s AND closed_at IS NULL) disputes,
       (SELECT count(*), min(answer_by)
          FROM receivables_datarequest WHERE creditor_id = %(creditor)s AND answered_at IS NULL) requests,
       (SELECT count(*), min(answer_by)
          FROM arrangements_enquiry WHERE creditor_id = %(creditor)s AND answered_at IS NULL) enquiries,
       (SELECT min(recorded_through_on), coalesce(min(limit_business_days), 0)
          FROM receivables_freshness WHERE creditor_id = %(creditor)s) recorded"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts that ask for a person, and of today's contacts.

    `in_doubt` are payments. Requests about data and enquiries come with the day by which the first is answered, None
    without any. `alerts` and `stops` are those in force. `recorded_through` is the day up to which every source of
    payments was recorded, None when it was never stated.
    """

    drafts: int
    unsure: int
    planned_today: int
    made_today: int
    claims: int
    in_doubt: int
    disputes: int
    disputes_late: int
    fiscal_papers: int
    requests: int
    request_by: date | None
    enquiries: int
    enquiry_by: date | None
    plans: int
    bank_lines: int
    alerts: int
    stops: int
    has_customers: bool
    recorded_through: date | None
    limit_business_days: int


@step
def count(*, creditor_id: int, today: date, zone: str) -> Waiting:
    """What waits on the local date `today` in `zone`."""
    starts, ends = day_bounds(today, zone)
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "today": today,
        "day_starts": starts,
        "day_ends": ends,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, asked)
        return Waiting(*cursor.fetchone())
