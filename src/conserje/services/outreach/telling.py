# SPDX-License-Identifier: Apache-2.0
"""What both sides are told about one customer: contacts made, contacts to come, and why nothing comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conserje.data.outreach import snapshots
from conserje.data.outreach.snapshots import Standing
from conserje.data.tenancy import planned
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision
from conserje.domain.outreach.project import project
from conserje.services.outreach import strategy
from conserje.services.outreach.carrying import channel_of
from conserje.services.outreach.sweep import stack_of
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

_NAMES = """
SELECT c.id, c.name, p.id FROM receivables_contact c
  LEFT JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %s AND c.customer_id = %s"""

REACHED = ("accepted", "delivered", "unsure", "handing_over", "failed")


@dataclass(frozen=True, slots=True)
class TouchTold:
    """One touch of a customer, newest first in lists. `at` is when it was handed over, else when it is planned.

    `due_on` is the earliest due date it spoke of, None when it spoke of no open amount.
    """

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
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A customer's case as told: what a decision now says, what will follow, and people's names by contact id.

    `coming` ends with a decision without contact that says how it ends, unless `until` came first. `copies` are
    names by contact point; `held_letter` is the letter of the contact in hand, if any.
    """

    case: Case
    decision: Decision
    coming: tuple[Decision, ...]
    names: dict[int, str]
    copies: dict[int, str]
    packs: tuple[str, ...]
    strategy: str
    held_letter: str = ""


@step
def case(*, creditor_id: int, customer_id: int, now: datetime) -> Case:
    """The case of one customer as it stands. Raises `LookupError` for a customer that is not there."""
    return _case(snapshots.standing(creditor_id=creditor_id, channel_of=channel_of), customer_id, now)


@step
def cases(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> dict[int, Case]:
    """The cases of these customers as they stand, by customer: as many queries for one as for thousands."""
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    found = snapshots.cases(of=of, customer_ids=customer_ids, now=now)
    return {one.customer_id: one for one in found}


@step
def tell(*, creditor_id: int, customer_id: int, now: datetime, until: date) -> Told:
    """Decide and project one customer; writes nothing. Raises `LookupError` for a customer that is not there."""
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    found = _case(of, customer_id, now)
    rules, law = strategy.read_stored(content=of.strategy).serving(found.serves), stack_of(found)
    held = rules.find(found.in_hand.step) if found.in_hand is not None else None
    coming = tuple(project(found, strategy=rules, law=law, now=now, until=until))
    # What is told begins with what is decided now, unless something is on its way or the first contact is too far off.
    said = coming[0] if coming and found.in_hand is None else decide(found, strategy=rules, law=law, now=now)
    people = planned.rows(_NAMES, [creditor_id, customer_id])
    return Told(
        case=found,
        decision=said,
        coming=coming,
        names={contact_id: name for contact_id, name, _ in people},
        copies={point_id: name for _, name, point_id in people if point_id is not None},
        packs=law.versions,
        strategy=rules.label,
        held_letter=held.letter if held is not None else "",
    )


@step
def touches(
    *, creditor_id: int, customer_id: int, states: tuple[str, ...] = REACHED, limit: int = 200
) -> list[TouchTold]:
    """Touches of a customer in these states, newest first."""
    rows = planned.rows(_MADE, [creditor_id, customer_id, list(states), limit])
    return [_touch(row) for row in rows]


def _case(of: Standing, customer_id: int, now: datetime) -> Case:
    found = snapshots.cases(of=of, customer_ids=[customer_id], now=now)
    if not found:
        raise LookupError(f"There is no customer {customer_id}.")
    return found[0]


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
        due_on=min((date.fromisoformat(item["due_on"]) for item in _asked(row[17])), default=None),
    )


def _asked(stored: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stored) if isinstance(stored, str) else stored
    return found
