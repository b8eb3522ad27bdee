# SPDX-License-Identifier: Apache-2.0
"""Writing what was decided of a chunk of customers: one COPY, and one statement that puts every row in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple

from django.db import connection

from conserje.data.journal.locks import WRITING, locked
from conserje.data.outreach import page
from conserje.data.tenancy.bulk import array, copy_in
from conserje.domain.kit.canonical import text
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision, Kind, Planned
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
    "alike": "integer",
    "page": "bigint",
    "place": "smallint",
    "content": "bytea",
    "review_at": "timestamptz",
    "hash": "text",
    "key": "text",
    "contact_id": "bigint",
    "point_id": "bigint",
    "planned_at": "timestamptz",
    "asked": "text",
    "copies": "text",
}
_NO_TOUCH = (None,) * 6

# What is the same for many customers of a chunk comes once (`alike`), and is found by its number.
_WRITE = """
WITH alike AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(alike)s::jsonb) AS a(
         alike integer, kind text, reasons text, strategy text, packs text, event text, payload jsonb, step text,
         stage text, letter text, purpose text, channel text, carrier text, state text, planned_on date)),
decided AS (
  INSERT INTO outreach_decision
         (id, creditor_id, customer_id, decided_at, moment, kind, reasons, page, place, strategy, packs)
  SELECT d.decision_id, %(creditor)s, d.customer_id, %(now)s, 'planned', a.kind, a.reasons, d.page, d.place, a.strategy,
         a.packs
    FROM decided_chunk d JOIN alike a USING (alike)),
paged AS (
  INSERT INTO outreach_decisionpage (creditor_id, first_id, content)
  SELECT %(creditor)s, decision_id, content FROM decided_chunk WHERE content IS NOT NULL),
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
         a.step, a.stage, a.letter, a.purpose, a.channel, a.carrier, a.state, d.planned_at, a.planned_on,
         d.asked::jsonb, d.copies::jsonb, '', 0, '', %(now)s
    FROM decided_chunk d JOIN alike a USING (alike) LEFT JOIN opened o USING (customer_id) WHERE d.key IS NOT NULL
  ON CONFLICT (creditor_id, customer_id, episode_id, step)
        WHERE NOT (state IN ('suppressed', 'failed')) OR perhaps_read DO NOTHING
  RETURNING state),
told AS (
  INSERT INTO journal_entry (creditor_id, at, kind, actor, customer_id, subject_kind, subject_id, payload, hash)
  SELECT %(creditor)s, %(now)s, a.event, 'rule', d.customer_id, 'decision', d.decision_id, a.payload, d.hash
    FROM decided_chunk d JOIN alike a USING (alike)),
moved AS (
  UPDATE outreach_review r SET next_review_at = d.review_at, reason = a.kind
    FROM decided_chunk d JOIN alike a USING (alike)
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
    alike = _Alike(setting)
    placed = [_Placed(item, numbers[item.case.customer_id], alike.number(item.decision)) for item in found]
    entries = journal.prepare(creditor_id=creditor_id, entries=_entries(placed, alike))
    copy_in(table="decided_chunk", columns=_STAGED, rows=_rows(placed, entries, alike))
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "now": now,
        "ids": array([item.case.customer_id for item in found]),
        "alike": text(alike.rows),
    }
    locked(creditor_id=creditor_id, how=WRITING)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, asked)
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


class _Alike:
    """What is written alike of many decisions of a chunk: each once, as a row of `alike` in `_WRITE`, by number."""

    def __init__(self, setting: Setting) -> None:
        self.rows: list[dict[str, Any]] = []
        self.setting = setting
        self._numbers: dict[tuple[Any, ...], int] = {}

    def number(self, decision: Decision) -> int:
        """The number of the row that holds for `decision`."""
        contact = decision.contact
        # The verdict is told apart by the object: those alike in the eyes of the law have the very same.
        key: tuple[Any, ...]
        key = (id(decision.verdict), decision.kind, decision.reasons, decision.strategy, decision.packs)
        if contact is not None:
            key = (*key, contact.step, contact.on, contact.channel, contact.mode)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.rows)
            self.rows.append({"alike": known, **self._row(decision)})
        return known

    def _row(self, decision: Decision) -> dict[str, Any]:
        contact, state = decision.contact, self._state(decision)
        row = {
            "kind": decision.kind.value,
            "reasons": text(decision.reasons),
            "strategy": decision.strategy,
            "packs": ", ".join(decision.packs),
            "event": f"outreach.decision.{decision.kind.value}",
            "payload": _payload(decision),
        }
        if contact is None or state is None:
            return row
        return row | {
            "step": contact.step,
            "stage": contact.stage.value,
            "letter": contact.letter,
            "purpose": contact.purpose.value,
            "channel": contact.channel.value,
            "carrier": self.setting.carriers[contact.channel],
            "state": state,
            "planned_on": contact.on,
        }

    def _state(self, decision: Decision) -> str | None:
        if decision.kind is not Kind.CONTACT or decision.contact is None:
            return None
        mode = min(decision.contact.mode, self.setting.furthest, key=_ORDER.__getitem__)
        return {Mode.SIMULATE: None, Mode.DRAFT: "proposed", Mode.AUTOMATIC: "planned"}[mode]


class _Placed(NamedTuple):
    """What was decided, the number of its decision and that of its row in `alike`."""

    item: Judged
    number: int
    alike: int


def _rows(
    placed: Sequence[_Placed], entries: Sequence[tuple[Any, ...]], alike: _Alike
) -> Iterator[tuple[Any, ...]]:
    """One row of `_STAGED` for each customer; the first of each page holds what is on it."""
    now = alike.setting.now
    for start in range(0, len(placed), page.SIZE):
        here = placed[start : start + page.SIZE]
        content: bytes | None = page.pack([part for item, _, _ in here for part in _whole(item)])
        keys = token_hex(16 * len(here))
        for place, ((item, number, same), entry) in enumerate(zip(here, entries[start:], strict=False)):
            case, decision = item.case, item.decision
            contact, review_at = decision.contact, decision.review_at
            if decision.kind is Kind.CONTACT and contact is not None:
                review_at = max(contact.at, now) + timedelta(days=1)
            yield (
                case.customer_id,
                number,
                case.episode_id,
                _opens(item),
                same,
                here[0].number,
                place,
                content,
                review_at,
                entry[7],
                *(_touch(contact, keys[32 * place :][:32]) if "state" in alike.rows[same] else _NO_TOUCH),
            )
            content = None


def _whole(item: Judged) -> tuple[str, str]:
    return text(item.case), text(item.decision)


def _touch(contact: Planned | None, key: str) -> tuple[Any, ...]:
    """The contact's own part of a row."""
    assert contact is not None
    asked = f"[{','.join(map(text, contact.asked))}]"
    copies = text(contact.copies) if contact.copies else "[]"
    return key, contact.contact_id, contact.point_id, contact.at, asked, copies


def _entries(placed: Sequence[_Placed], alike: _Alike) -> Iterator[journal.NewEntry]:
    now = alike.setting.now
    for item, number, same in placed:
        row = alike.rows[same]
        customer_id = item.case.customer_id
        yield journal.NewEntry(now, row["event"], "rule", customer_id, "decision", number, row["payload"])


def _payload(decision: Decision) -> dict[str, Any]:
    contact = decision.contact
    return {
        "strategy": decision.strategy.replace(" ", ":"),
        # One word each, as the journal takes them; the decision has them whole.
        "packs": [pack.replace(" ", ":").replace("=", ":")[:120] for pack in decision.packs],
        "reasons": [reason.code for reason in decision.reasons],
        "rules": [hit.rule for hit in (decision.verdict.hits if decision.verdict else ())],
        "step": contact.step if contact else None,
        "on": contact.on.isoformat() if contact else None,
        "channel": contact.channel.value if contact else None,
    }
