# SPDX-License-Identifier: Apache-2.0
"""What both sides are told about one customer: contacts made, contacts to come, and why nothing comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from conserje.data.outreach import snapshots
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision
from conserje.domain.outreach.project import project
from conserje.services.outreach import strategy
from conserje.services.outreach.sweep import channel_of, stack_of
from conserje.services.tenancy.act import step

_MADE = """
SELECT t.id, t.planned_at, t.handed_at, t.ended_at, t.channel, t.letter, t.stage, t.step, t.purpose, t.state, t.reason,
       t.contact_id, c.name, p.address, t.decision_id, m.subject, t.approved_by, t.asked
  FROM outreach_touch t
  JOIN receivables_contact c ON c.creditor_id = t.creditor_id AND c.id = t.contact_id
  JOIN receivables_contactpoint p ON p.creditor_id = t.creditor_id AND p.id = t.point_id
  LEFT JOIN outreach_message m ON m.creditor_id = t.creditor_id AND m.touch_id = t.id AND m.erased_at IS NULL
 WHERE t.creditor_id = %s AND t.customer_id = %s AND t.state = ANY(%s)
 ORDER BY coalesce(t.handed_at, t.planned_at) DESC, t.id DESC LIMIT %s"""

_NAMES = "SELECT id, name, role FROM receivables_contact WHERE creditor_id = %s AND customer_id = %s"
_POINTS = """
SELECT p.id, c.name FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %s AND c.customer_id = %s"""

REACHED = ("accepted", "delivered", "unsure", "handing_over", "failed")
EVERY_STATE = (*REACHED, "proposed", "planned", "claimed", "suppressed")


@dataclass(frozen=True, slots=True)
class TouchTold:
    """One touch of a customer, newest first in lists. `at` is when it was handed over, else when it is planned."""

    id: int
    at: datetime
    ended_at: datetime | None
    channel: str
    letter: str
    stage: str
    step: str
    purpose: str
    state: str
    reason: str
    contact_id: int
    contact_name: str
    address: str
    decision_id: int | None
    subject: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Told:
    """A customer's case as told: what a decision now says, what will follow, and people's names by contact id.

    `coming` ends with a decision without contact that says how it ends, unless `until` came first.
    """

    case: Case
    decision: Decision
    coming: tuple[Decision, ...]
    names: dict[int, str]
    copies: dict[int, str]
    packs: tuple[str, ...]
    strategy: str


@step
def tell(*, creditor_id: int, customer_id: int, now: datetime, until: date) -> Told:
    """Decide and project one customer; writes nothing. Raises `LookupError` for a customer that is not there."""
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    found = snapshots.cases(of=of, customer_ids=[customer_id], now=now)
    if not found:
        raise LookupError(f"There is no customer {customer_id}.")
    case, rules = found[0], strategy.in_force(creditor_id=creditor_id)
    law = stack_of(case)
    return Told(
        case=case,
        decision=decide(case, strategy=rules, law=law, now=now),
        coming=tuple(project(case, strategy=rules, law=law, now=now, until=until)),
        names={row[0]: row[1] for row in _rows(_NAMES, [creditor_id, customer_id])},
        copies=dict(_rows(_POINTS, [creditor_id, customer_id])),
        packs=law.versions,
        strategy=rules.label,
    )


@step
def touches(
    *, creditor_id: int, customer_id: int, states: tuple[str, ...] = REACHED, limit: int = 200
) -> list[TouchTold]:
    """Touches of a customer in these states, newest first."""
    rows = _rows(_MADE, [creditor_id, customer_id, list(states), limit])
    return [_touch(row) for row in rows]


def _touch(row: Any) -> TouchTold:
    return TouchTold(
        id=row[0],
        at=row[2] or row[1],
        ended_at=row[3],
        channel=row[4],
        letter=row[5],
        stage=row[6],
        step=row[7],
        purpose=row[8],
        state=row[9],
        reason=row[10],
        contact_id=row[11],
        contact_name=row[12],
        address=row[13],
        decision_id=row[14],
        subject=row[15] or "",
        approved_by=row[16],
    )


def _rows(sql: str, asked: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
