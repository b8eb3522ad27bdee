# SPDX-License-Identifier: Apache-2.0
"""Letters that answer an act or warn of one, and chase nobody: "cancelled, as you asked", "your card ends soon"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Q

from conserje.data.outreach.models import Touch
from conserje.domain.kit.days import local_date
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose
from conserje.services.outreach import local_day
from conserje.services.outreach.carrying import carrier_names
from conserje.services.tenancy.act import step

_WHOM = """
SELECT c.id, p.id FROM receivables_contact c
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s AND p.kind = 'email' AND p.unusable_since IS NULL
   AND (%(only)s::bigint IS NULL OR c.id = %(only)s)
   AND NOT EXISTS (SELECT 1 FROM outreach_suppression s WHERE s.creditor_id = p.creditor_id
                      AND s.address_hash = p.address_hash AND s.channel = 'email' AND s.lifted_at IS NULL)
 ORDER BY c.is_usual DESC, c.id, p.id LIMIT 1"""

_INSERT = """
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, contact_id, point_id, key, step, stage, letter,
       purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT id, %(customer)s, NULL, %(contact)s, %(point)s, %(key)s, %(step)s, 'closing', %(letter)s, %(purpose)s,
       'email', %(carrier)s, CASE WHEN restored_at IS NULL THEN 'planned' ELSE 'proposed' END, %(now)s, %(on)s,
       '[]', '[]', '', 0, '', %(now)s
  FROM tenancy_creditor WHERE id = %(creditor)s
ON CONFLICT DO NOTHING RETURNING id"""

_TRIED_AGAIN = timedelta(days=1)
_TAKE_BACK = """
UPDATE outreach_touch SET state = 'suppressed', reason = 'changed_meanwhile', ended_at = %(now)s, claim = NULL,
       claim_until = NULL
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND episode_id IS NULL
   AND step LIKE %(prefix)s AND state IN ('proposed', 'planned', 'claimed')"""


@dataclass(frozen=True, slots=True)
class ServiceLetter:
    """Which letter, under which name it is written once for a customer, and why, in the law's words.

    To their usual contact, or only to the contact `only`.
    """

    letter: str
    step: str
    purpose: Purpose
    only: int | None = None


@step
def plan(*, creditor_id: int, customer_id: int, wanted: ServiceLetter, now: datetime) -> bool:
    """Plan `wanted` once, to an e-mail address. False when it is planned already or nobody can be reached."""
    carrier = carrier_names(creditor_id=creditor_id).get(Channel.EMAIL)
    whom = _rows(_WHOM, {"creditor": creditor_id, "customer": customer_id, "only": wanted.only})
    if carrier is None or not whom:
        return False
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[customer_id]).get(customer_id, "UTC")
    asked = {
        "creditor": creditor_id,
        "customer": customer_id,
        "contact": whom[0][0],
        "point": whom[0][1],
        "key": uuid4().hex,
        "step": wanted.step,
        "letter": wanted.letter,
        "purpose": wanted.purpose.value,
        "carrier": carrier,
        "now": now,
        "on": local_date(now, zone),
    }
    return bool(_rows(_INSERT, asked))


@step
def planned(*, creditor_id: int, steps: Mapping[str, int], now: datetime) -> set[str]:
    """Which of these names, each of one customer, were planned before and would not be again `now`.

    What may not leave today is not tried again before tomorrow.
    """
    rows = Touch.objects.filter(
        Q(perhaps_read=True) | ~Q(state__in=["suppressed", "failed"]) | Q(ended_at__gt=now - _TRIED_AGAIN),
        creditor_id=creditor_id,
        customer_id__in=set(steps.values()),
        episode__isnull=True,
        step__in=list(steps),
    )
    return {
        name for name, customer_id in rows.values_list("step", "customer_id") if steps[name] == customer_id
    }


@step
def take_back(*, creditor_id: int, customer_id: int, prefix: str, now: datetime) -> None:
    """Those whose name begins with `prefix` and that did not leave do not leave any more."""
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "customer": customer_id,
        "prefix": f"{prefix}%",
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, asked)


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
