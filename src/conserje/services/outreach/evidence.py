# SPDX-License-Identifier: Apache-2.0
"""Looking for evidence about messages of which nobody knows whether they arrived, again and again, by a schedule.

What is due is computed from rows: when a touch became unsure, and when it was last looked at. A carrier that can be
asked is asked outside any transaction. What is proven moves the touch; what is not waits for the next look and for a
person, who sees it from the first moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.outreach import hand_over
from conserje.data.outreach.models import Evidence
from conserje.data.receivables.models import ContactPoint
from conserje.domain.outreach.evidence import LOOKS, Proof, Trace, next_look, weigh
from conserje.domain.ports.channel import Accepted, Outcome, Refused, Traceable
from conserje.domain.ports.registry import carriers
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy.act import act, acting, reading

BATCH = 200
# How many parcels a carrier is asked about in one turn: a slow one delays the turn by minutes at most.
ASKED_MAX = 20
_log = logging.getLogger(__name__)

# A payment begun through the link proves nothing until the money came: robots press buttons too.
_DUE = """
SELECT t.id, t.customer_id, t.point_id, t.key, t.carrier, coalesce(t.ended_at, t.handed_at) AS since, q.looked_at,
       array(SELECT DISTINCT e.kind FROM outreach_evidence e
              WHERE e.creditor_id = t.creditor_id AND e.touch_id = t.id
                AND (e.kind <> 'payment' OR EXISTS (
                      SELECT 1 FROM receivables_checkout c WHERE c.creditor_id = e.creditor_id
                         AND c.public_id = e.reference AND c.payment_id IS NOT NULL)))
  FROM outreach_touch t
  LEFT JOIN outreach_inquiry q ON q.creditor_id = t.creditor_id AND q.touch_id = t.id
       AND q.since = coalesce(t.ended_at, t.handed_at)
 WHERE t.creditor_id = %(creditor)s AND t.state = 'unsure'
   AND CASE WHEN q.id IS NULL THEN coalesce(t.ended_at, t.handed_at) + %(first)s ELSE q.next_look_at END <= %(now)s
 ORDER BY since, t.id LIMIT %(limit)s"""

_NOTE = """
INSERT INTO outreach_inquiry (creditor_id, touch_id, since, looks, looked_at, next_look_at, found)
SELECT %(creditor)s, d.touch_id, d.since, 1, %(now)s, d.next_look_at, d.found
  FROM unnest(%(ids)s::bigint[], %(since)s::timestamptz[], %(next)s::timestamptz[], %(found)s::text[])
       AS d(touch_id, since, next_look_at, found)
ON CONFLICT (creditor_id, touch_id, since) DO UPDATE
   SET looks = outreach_inquiry.looks + 1, looked_at = excluded.looked_at, next_look_at = excluded.next_look_at,
       found = excluded.found
 WHERE outreach_inquiry.looked_at < excluded.looked_at"""

_SETTLE = """
UPDATE outreach_touch t SET state = d.state, reason = d.reason, ended_at = %(now)s
  FROM unnest(%(ids)s::bigint[], %(since)s::timestamptz[], %(states)s::text[], %(reasons)s::text[])
       AS d(id, since, state, reason)
 WHERE t.creditor_id = %(creditor)s AND t.id = d.id AND t.state = 'unsure'
   AND coalesce(t.ended_at, t.handed_at) = d.since
RETURNING t.id"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a round of looks found: how many touches were looked at, and how many proved to have arrived or not."""

    looks: int
    arrived: int
    refused: int


@dataclass(frozen=True, slots=True)
class _Due:
    """A touch to look at, with the traces that our own books hold of it."""

    touch_id: int
    customer_id: int
    point_id: int
    key: str
    carrier: str
    since: datetime
    looked_at: datetime | None
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look found; `answer` is the carrier's own, when it was asked and knew."""

    due: _Due
    traces: tuple[Trace, ...]
    answer: Outcome | None = None
    proven: tuple[Proof, Trace] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "proven", weigh(self.traces))


@act
def keep(*, creditor_id: int, touch_id: int, kind: Trace, reference: str, now: datetime) -> None:
    """Remember that a person did something through a link of this touch; `reference` names what was made by it."""
    Evidence.objects.bulk_create(
        [
            Evidence(
                creditor_id=creditor_id, touch_id=touch_id, kind=kind.value, reference=reference[:64], at=now
            )
        ],
        ignore_conflicts=True,
    )


def look_due(*, creditor_id: int, clock: Callable[[], datetime]) -> Looked:
    """Take every look that is due; `clock` is the door's. A carrier is asked about `ASKED_MAX` parcels at most."""
    looks = arrived = refused = asked = 0
    while True:
        now = clock()
        with reading(creditor_id=creditor_id):
            due = _due(creditor_id, now)
            in_use = connections.all_settings(creditor_id=creditor_id, kind="channel") if due else {}
        settings = {name: chosen for name, chosen in in_use.items() if can_be_asked(name)}
        found = []
        for item in due:
            traces = tuple(Trace(kind) for kind in item.kinds)
            if item.carrier not in settings or weigh(traces) is not None:
                found.append(_Found(item, traces))
            elif asked < ASKED_MAX:
                asked += 1
                found.append(_ask(item, traces, settings[item.carrier]))
        if not found:
            return Looked(looks, arrived, refused)
        moved = _conclude(creditor_id, found, now)
        looks += len(found)
        arrived += moved[Proof.ARRIVED]
        refused += moved[Proof.REFUSED]


def can_be_asked(carrier: str) -> bool:
    """Whether this carrier is installed and can tell afterwards what became of a parcel."""
    return carriers.has(carrier) and isinstance(carriers.get(carrier), Traceable)


def _due(creditor_id: int, now: datetime) -> list[_Due]:
    asked: dict[str, Any] = {"creditor": creditor_id, "first": LOOKS[0], "now": now, "limit": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked)
        return [_Due(*row) for row in cursor.fetchall()]


def _ask(item: _Due, traces: tuple[Trace, ...], settings: Any) -> _Found:
    carrier = carriers.get(item.carrier)
    assert isinstance(carrier, Traceable)
    try:
        answer = carrier.look_up(item.key, settings, connections.http())
    except Exception:
        # An adapter of others that fails stops nobody's turn: the next look asks again.
        _log.exception("%s could not be asked what became of a parcel.", item.carrier)
        answer = None
    if isinstance(answer, Accepted):
        return _Found(item, (*traces, Trace.CARRIER_TOOK_IT), answer)
    if isinstance(answer, Refused):
        return _Found(item, (*traces, Trace.CARRIER_REFUSED_IT), answer)
    return _Found(item, traces)


def _conclude(creditor_id: int, found: Sequence[_Found], now: datetime) -> Mapping[Proof, int]:
    """Note the looks, and move what is proven and is still as unsure as it was when it was looked for."""
    counts = dict.fromkeys(Proof, 0)
    proven = [(item, item.proven[0]) for item in found if item.proven is not None]
    with acting(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(_NOTE, _noted(creditor_id, found, now))
        cursor.execute(
            _SETTLE,
            {
                "creditor": creditor_id,
                "ids": [item.due.touch_id for item, _ in proven],
                "since": [item.due.since for item, _ in proven],
                "states": ["accepted" if proof is Proof.ARRIVED else "failed" for _, proof in proven],
                "reasons": [_reason(item) for item, _ in proven],
                "now": now,
            },
        )
        moved = {touch_id for (touch_id,) in cursor.fetchall()}
        settled = [(item, proof) for item, proof in proven if item.due.touch_id in moved]
        for item, proof in settled:
            counts[proof] += 1
            if proof is Proof.REFUSED:
                _not_reached(creditor_id, item, now)
        _tell(creditor_id, settled, now)
    return counts


def _noted(creditor_id: int, found: Sequence[_Found], now: datetime) -> dict[str, Any]:
    return {
        "creditor": creditor_id,
        "now": now,
        "ids": [item.due.touch_id for item in found],
        "since": [item.due.since for item in found],
        "next": [
            next_look(since=item.due.since, looked_at=now) if item.proven is None else None for item in found
        ],
        "found": [item.proven[1].value if item.proven is not None else "" for item in found],
    }


def _reason(item: _Found) -> str:
    return item.answer.reason if isinstance(item.answer, Refused) else ""


def _not_reached(creditor_id: int, item: _Found, now: datetime) -> None:
    """Proven to have reached nobody: it uses no cap, and an address that will never work is not used again."""
    hand_over.not_reached(creditor_id=creditor_id, touch_id=item.due.touch_id)
    if isinstance(item.answer, Refused) and item.answer.permanent:
        ContactPoint.objects.filter(creditor_id=creditor_id, id=item.due.point_id).update(
            unusable_since=now, unusable_reason=item.answer.reason
        )


def _tell(creditor_id: int, settled: Sequence[tuple[_Found, Proof]], now: datetime) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.unsure.{proof.value}",
                actor="rule",
                customer_id=item.due.customer_id,
                subject_kind="touch",
                subject_id=item.due.touch_id,
                payload={"evidence": item.proven[1].value if item.proven else "", "reason": _reason(item)},
            )
            for item, proof in settled
        ],
    )
    review.wake_many(
        creditor_id=creditor_id,
        customer_ids=[item.due.customer_id for item, _ in settled],
        now=now,
        reason="unsure.resolved",
    )
