# SPDX-License-Identifier: Apache-2.0
"""Writing what was decided of a chunk of customers: one COPY, and one statement that puts every row in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.db import connection

from conserje.data.journal.locks import WRITING, locked
from conserje.data.tenancy.bulk import copy_in
from conserje.domain.kit.canonical import text
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision, Kind
from conserje.domain.outreach.recheck import Drop
from conserje.domain.outreach.strategy import Mode
from conserje.domain.ports.channel import Channel
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import step

_ORDER = {Mode.SIMULATE: 0, Mode.DRAFT: 1, Mode.AUTOMATIC: 2}
_STAGED = {
    "customer_id": "bigint",
    "decision_id": "bigint",
    "episode_id": "bigint",
    "opens": "boolean",
    "kind": "text",
    "facts": "text",
    "result": "text",
    "strategy": "text",
    "packs": "text",
    "review_at": "timestamptz",
    "event": "text",
    "payload": "text",
    "hash": "text",
    "key": "text",
    "contact_id": "bigint",
    "point_id": "bigint",
    "step": "text",
    "stage": "text",
    "letter": "text",
    "purpose": "text",
    "channel": "text",
    "carrier": "text",
    "state": "text",
    "planned_at": "timestamptz",
    "planned_on": "date",
    "asked": "text",
    "copies": "text",
}
_NO_TOUCH = (None,) * 14

_WRITE = """
WITH decided AS (
  INSERT INTO outreach_decision
         (id, creditor_id, customer_id, decided_at, moment, kind, "case", result, strategy, packs)
  SELECT decision_id, %(creditor)s, customer_id, %(now)s, 'planned', kind, convert_to(facts, 'UTF8'),
         convert_to(result, 'UTF8'), strategy, packs
    FROM decided_chunk),
opened AS (
  INSERT INTO outreach_episode (creditor_id, customer_id, opened_at, outcome)
  SELECT %(creditor)s, customer_id, %(now)s, '' FROM decided_chunk WHERE opens
  ON CONFLICT (creditor_id, customer_id) WHERE closed_at IS NULL DO NOTHING
  RETURNING customer_id, id),
touched AS (
  INSERT INTO outreach_touch
         (creditor_id, customer_id, episode_id, decision_id, contact_id, point_id, key, step, stage, letter, purpose,
          channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by, created_at)
  SELECT %(creditor)s, customer_id, coalesce(d.episode_id, o.id), d.decision_id, d.contact_id, d.point_id, d.key,
         d.step, d.stage, d.letter, d.purpose, d.channel, d.carrier, d.state, d.planned_at, d.planned_on,
         d.asked::jsonb, d.copies::jsonb, '', 0, '', %(now)s
    FROM decided_chunk d LEFT JOIN opened o USING (customer_id) WHERE d.key IS NOT NULL
  ON CONFLICT (creditor_id, customer_id, episode_id, step)
        WHERE NOT (state IN ('suppressed', 'failed')) OR perhaps_read DO NOTHING
  RETURNING state),
told AS (
  INSERT INTO journal_entry (creditor_id, at, kind, actor, customer_id, subject_kind, subject_id, payload, hash)
  SELECT %(creditor)s, %(now)s, event, 'rule', customer_id, 'decision', decision_id, payload::jsonb, hash
    FROM decided_chunk),
moved AS (
  UPDATE outreach_review r SET next_review_at = d.review_at, reason = d.kind FROM decided_chunk d
   WHERE r.creditor_id = %(creditor)s AND r.customer_id = ANY(%(ids)s::bigint[]) AND d.customer_id = r.customer_id
  RETURNING r.id)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM opened),
       (SELECT count(*) FROM touched WHERE state = 'planned'),
       (SELECT count(*) FROM touched WHERE state = 'proposed')"""

_CLOSE_EPISODES = """
UPDATE outreach_episode SET closed_at = %s, outcome = 'clear'
 WHERE creditor_id = %s AND customer_id = ANY(%s) AND closed_at IS NULL RETURNING customer_id, id"""


class ChunkTorn(RuntimeError):
    """A row of the chunk was not where it was claimed: nothing of the chunk is kept, and it is decided again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A customer's case with what was decided of it.

    `waiting` is the case as it was found when its contact in hand is not right any more: decided as if taken back.
    """

    case: Case
    decision: Decision
    waiting: Case | None = None
    outdated: Drop | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for a whole chunk: the carrier of each channel, and how far a stage may go by itself."""

    now: datetime
    furthest: Mode
    carriers: Mapping[Channel, str]


@step
def write(
    *, creditor_id: int, found: Sequence[Judged], numbers: Mapping[int, int], setting: Setting
) -> Counter[str]:
    """Write decisions, episodes, touches, journal and next reviews; answers the touches written, by state.

    `numbers` holds the id of the decision to be written of each customer, all of whom were claimed. Raises `ChunkTorn`.
    """
    now = setting.now
    _close(creditor_id, found, now)
    entries = journal.prepare(creditor_id=creditor_id, entries=_entries(found, numbers, now))
    copy_in(table="decided_chunk", columns=_STAGED, rows=_rows(found, numbers, entries, setting))
    ids = [item.case.customer_id for item in found]
    locked(creditor_id=creditor_id, how=WRITING)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {"creditor": creditor_id, "now": now, "ids": ids})
        moved, opened, planned, proposed = cursor.fetchone()
    if moved != len(found) or opened != sum([_opens(item) for item in found]):
        raise ChunkTorn(f"{moved} reviews and {opened} new episodes were written for {len(found)} customers.")
    return +Counter({"planned": planned, "proposed": proposed})


def _opens(item: Judged) -> bool:
    return item.case.episode_id is None and item.decision.kind is Kind.CONTACT and item.decision.alive


def _close(creditor_id: int, found: Sequence[Judged], now: datetime) -> None:
    """Close the episodes that are over."""
    over = [
        item.case.customer_id
        for item in found
        if item.case.episode_id is not None and not item.decision.alive and item.case.in_hand is None
    ]
    if not over:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_EPISODES, [now, creditor_id, over])
        closed = cursor.fetchall()
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="outreach.episode.closed",
                actor="rule",
                customer_id=customer_id,
                subject_kind="episode",
                subject_id=episode_id,
                payload={},
            )
            for customer_id, episode_id in closed
        ],
    )


def _rows(
    found: Sequence[Judged],
    numbers: Mapping[int, int],
    entries: Sequence[tuple[Any, ...]],
    setting: Setting,
) -> Iterator[tuple[Any, ...]]:
    """One row of `_STAGED` for each customer."""
    keys = token_hex(16 * len(found))
    packs: dict[tuple[str, ...], str] = {}
    for n, (item, entry) in enumerate(zip(found, entries, strict=True)):
        case, decision = item.case, item.decision
        kind, contact, review_at = decision.kind, decision.contact, decision.review_at
        if kind is Kind.CONTACT and contact is not None:
            review_at = max(contact.at, setting.now) + timedelta(days=1)
        yield (
            case.customer_id,
            numbers[case.customer_id],
            case.episode_id,
            _opens(item),
            kind.value,
            text(case),
            text(decision),
            decision.strategy,
            packs.get(decision.packs) or packs.setdefault(decision.packs, ", ".join(decision.packs)),
            review_at,
            entry[1],
            entry[6],
            entry[7],
            *_touch(decision, keys[32 * n : 32 * n + 32], setting),
        )


def _touch(decision: Decision, key: str, setting: Setting) -> tuple[Any, ...]:
    """The contact's part of a row; nothing where none is to be written."""
    contact = decision.contact
    if decision.kind is not Kind.CONTACT or contact is None:
        return _NO_TOUCH
    mode = min(contact.mode, setting.furthest, key=_ORDER.__getitem__)
    if mode is Mode.SIMULATE:
        return _NO_TOUCH
    return (
        key,
        contact.contact_id,
        contact.point_id,
        contact.step,
        contact.stage.value,
        contact.letter,
        contact.purpose.value,
        contact.channel.value,
        setting.carriers[contact.channel],
        "planned" if mode is Mode.AUTOMATIC else "proposed",
        contact.at,
        contact.on,
        f"[{','.join([text(amount) for amount in contact.asked])}]",
        text(contact.copies),
    )


def _entries(
    found: Sequence[Judged], numbers: Mapping[int, int], now: datetime
) -> Iterator[journal.NewEntry]:
    payloads: dict[tuple[Any, ...], dict[str, Any]] = {}
    kinds = {kind: f"outreach.decision.{kind.value}" for kind in Kind}
    for item in found:
        decision, contact = item.decision, item.decision.contact
        # The verdict is told apart by the object: those alike in the eyes of the law have the very same.
        alike = (id(decision.verdict), decision.reasons, decision.strategy, decision.packs)
        place = (contact.step, contact.on, contact.channel) if contact else None
        payload = payloads.get((*alike, place))
        if payload is None:
            payload = payloads[*alike, place] = _payload(decision)
        yield journal.NewEntry(
            now,
            kinds[decision.kind],
            "rule",
            item.case.customer_id,
            "decision",
            numbers[item.case.customer_id],
            payload,
        )


def _payload(decision: Decision) -> dict[str, Any]:
    contact = decision.contact
    return {
        "strategy": decision.strategy.replace(" ", ":"),
        "packs": [pack.replace(" ", ":") for pack in decision.packs],
        "reasons": [reason.code for reason in decision.reasons],
        "rules": [hit.rule for hit in (decision.verdict.hits if decision.verdict else ())],
        "step": contact.step if contact else None,
        "on": contact.on.isoformat() if contact else None,
        "channel": contact.channel.value if contact else None,
    }
