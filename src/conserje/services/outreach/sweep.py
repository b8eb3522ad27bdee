# SPDX-License-Identifier: Apache-2.0
"""The sweep: customers whose review is due, judged a chunk at a time, written in bulk with their reasons.

What is due is computed from rows, never from a tick: a sweep that comes late, twice or not at all changes nothing but
the hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from conserje.data.outreach import snapshots
from conserje.data.tenancy.bulk import insert_many
from conserje.domain.kit.canonical import dump
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision, Kind
from conserje.domain.outreach.recheck import Drop, outdated
from conserje.domain.outreach.strategy import Mode, Strategy
from conserje.domain.rules.gate import RuleStack
from conserje.services.journal import entry as journal
from conserje.services.outreach import law, strategy
from conserje.services.outreach.carrying import carrier_names, channel_of
from conserje.services.outreach.outdated import Outdated, take_back
from conserje.services.tenancy.act import act, step

CHUNK = 2000
IMPORT_PATIENCE = timedelta(hours=1)
_ORDER = {Mode.SIMULATE: 0, Mode.DRAFT: 1, Mode.AUTOMATIC: 2}

_CLAIM = """
SELECT customer_id FROM outreach_review
 WHERE creditor_id = %s AND next_review_at <= %s
   AND NOT EXISTS (SELECT 1 FROM integrations_importrun r
                    WHERE r.creditor_id = outreach_review.creditor_id AND r.finished_at IS NULL AND r.started_at > %s)
 ORDER BY next_review_at, customer_id LIMIT %s FOR UPDATE SKIP LOCKED"""

_MOVE_REVIEWS = """
UPDATE outreach_review r SET next_review_at = d.at, reason = d.reason
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS d(customer_id, at, reason)
 WHERE r.creditor_id = %s AND r.customer_id = d.customer_id"""

_CLOSE_EPISODES = """
UPDATE outreach_episode SET closed_at = %s, outcome = 'clear'
 WHERE creditor_id = %s AND customer_id = ANY(%s) AND closed_at IS NULL RETURNING customer_id, id"""


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
class Swept:
    """What a sweep did: customers judged, decisions by kind, touches written by state, reasons counted."""

    judged: int
    kinds: dict[str, int]
    touches: dict[str, int]
    reasons: dict[str, int]


@step
def judge_many(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> list[Judged]:
    """Decide each customer on fresh facts; writes nothing."""
    rules = strategy.in_force(creditor_id=creditor_id)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    cases = snapshots.cases(of=of, customer_ids=customer_ids, now=now)
    return [_judged(case, rules, now) for case in cases]


def _judged(case: Case, rules: Strategy, now: datetime) -> Judged:
    law = stack_of(case)
    gone = outdated(case, strategy=rules, law=law, now=now)
    if gone is None:
        return Judged(case, decide(case, strategy=rules, law=law, now=now))
    free = replace(case, in_hand=None)
    return Judged(free, decide(free, strategy=rules, law=law, now=now), waiting=case, outdated=gone)


def stack_of(case: Case) -> RuleStack:
    """The law that binds a case."""
    return law.stack_for(country=case.subject.country)


def sweep(*, creditor_id: int, now: datetime, furthest: Mode = Mode.AUTOMATIC) -> Swept:
    """Judge every customer whose review is due at `now`, a chunk at a time, each chunk in a transaction of its own.

    `furthest` bounds the stages' own modes: with DRAFT nothing leaves by itself. For SIMULATE use `foretell`.
    """
    kinds: Counter[str] = Counter()
    touches: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    judged = 0
    while True:
        done = sweep_chunk(creditor_id=creditor_id, now=now, furthest=furthest)
        if not done.judged:
            return Swept(judged, dict(kinds), dict(touches), dict(reasons))
        judged += done.judged
        kinds.update(done.kinds)
        touches.update(done.touches)
        reasons.update(done.reasons)


@act
def sweep_chunk(
    *, creditor_id: int, now: datetime, furthest: Mode = Mode.AUTOMATIC, limit: int = CHUNK
) -> Swept:
    """One chunk: claim reviews, judge, write decisions, episodes, touches and the next reviews together."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [creditor_id, now, now - IMPORT_PATIENCE, limit])
        customer_ids = [row[0] for row in cursor.fetchall()]
    if not customer_ids:
        return Swept(0, {}, {}, {})
    found = judge_many(creditor_id=creditor_id, customer_ids=customer_ids, now=now)
    found = _take_back(creditor_id, found, now)
    decisions = _write_decisions(creditor_id, found, now)
    episodes = _write_episodes(creditor_id, found, now)
    touches = _write_touches(creditor_id, found, decisions, episodes, furthest, now)
    _write_reviews(creditor_id, customer_ids, found, furthest, now)
    _write_journal(creditor_id, found, decisions, now)
    return _count(found, touches)


def _take_back(creditor_id: int, found: Sequence[Judged], now: datetime) -> list[Judged]:
    """Suppress what is outdated; where a worker was faster, the contact stays in hand and so does the customer."""
    gone = {
        item.waiting.in_hand.touch_id: Outdated(item.waiting.customer_id, item.outdated)
        for item in found
        if item.waiting is not None and item.waiting.in_hand is not None and item.outdated is not None
    }
    if not gone:
        return list(found)
    taken = take_back(creditor_id=creditor_id, touches=gone, now=now)
    rules = strategy.in_force(creditor_id=creditor_id)
    return [
        item
        if item.waiting is None or item.waiting.in_hand is None or item.waiting.in_hand.touch_id in taken
        else Judged(item.waiting, decide(item.waiting, strategy=rules, law=stack_of(item.waiting), now=now))
        for item in found
    ]


def _count(found: Sequence[Judged], touches: dict[str, int]) -> Swept:
    reasons = Counter(reason.code for item in found for reason in item.decision.reasons)
    for item in found:
        reasons.update(hit.reason for hit in (item.decision.verdict.hits if item.decision.verdict else ()))
    return Swept(
        len(found), dict(Counter(item.decision.kind.value for item in found)), touches, dict(reasons)
    )


@act
def foretell(*, creditor_id: int, now: datetime) -> list[Judged]:
    """What a sweep at `now` would decide for every customer that is due, without writing a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.replace("FOR UPDATE SKIP LOCKED", ""), [creditor_id, now, now - IMPORT_PATIENCE, 2**31]
        )
        customer_ids = [row[0] for row in cursor.fetchall()]
    return [
        item
        for start in range(0, len(customer_ids), CHUNK)
        for item in judge_many(
            creditor_id=creditor_id, customer_ids=customer_ids[start : start + CHUNK], now=now
        )
    ]


def _write_decisions(creditor_id: int, found: Sequence[Judged], now: datetime) -> dict[int, int]:
    rows = [
        (
            creditor_id,
            item.case.customer_id,
            now,
            "planned",
            item.decision.kind.value,
            dump(item.case),
            dump(item.decision),
            item.decision.strategy,
            ", ".join(item.decision.packs),
        )
        for item in found
    ]
    columns = (
        "creditor_id",
        "customer_id",
        "decided_at",
        "moment",
        "kind",
        "case",
        "result",
        "strategy",
        "packs",
    )
    written = insert_many(
        table="outreach_decision", columns=columns, rows=rows, returning=("customer_id", "id")
    )
    return dict(written)


def _write_episodes(creditor_id: int, found: Sequence[Judged], now: datetime) -> dict[int, int]:
    """Close what is over, open what begins with a contact; answers the open episode of each customer."""
    over = [
        item.case.customer_id
        for item in found
        if item.case.episode_id is not None and not item.decision.alive and item.case.in_hand is None
    ]
    if over:
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
    opening = [
        item.case.customer_id
        for item in found
        if item.case.episode_id is None and item.decision.kind is Kind.CONTACT and item.decision.alive
    ]
    opened = insert_many(
        table="outreach_episode",
        columns=("creditor_id", "customer_id", "opened_at", "outcome"),
        rows=[(creditor_id, customer_id, now, "") for customer_id in opening],
        conflict="ON CONFLICT DO NOTHING",
        returning=("customer_id", "id"),
    )
    known = {
        item.case.customer_id: item.case.episode_id for item in found if item.case.episode_id is not None
    }
    return {**known, **dict(opened)}


_TOUCH_COLUMNS = (
    "creditor_id",
    "customer_id",
    "episode_id",
    "decision_id",
    "contact_id",
    "point_id",
    "key",
    "step",
    "stage",
    "letter",
    "purpose",
    "channel",
    "carrier",
    "state",
    "planned_at",
    "planned_on",
    "asked",
    "copies",
    "reason",
    "attempts",
    "approved_by",
    "created_at",
)


def _write_touches(
    creditor_id: int,
    found: Sequence[Judged],
    decisions: dict[int, int],
    episodes: dict[int, int],
    furthest: Mode,
    now: datetime,
) -> dict[str, int]:
    by_channel = carrier_names(creditor_id=creditor_id)
    rows = []
    for item in found:
        contact = item.decision.contact
        if item.decision.kind is not Kind.CONTACT or contact is None:
            continue
        mode = min(contact.mode, furthest, key=_ORDER.__getitem__)
        if mode is Mode.SIMULATE:
            continue
        customer_id = item.case.customer_id
        rows.append(
            (
                creditor_id,
                customer_id,
                episodes[customer_id],
                decisions[customer_id],
                contact.contact_id,
                contact.point_id,
                uuid4().hex,
                contact.step,
                contact.stage.value,
                contact.letter,
                contact.purpose.value,
                contact.channel.value,
                by_channel[contact.channel],
                "planned" if mode is Mode.AUTOMATIC else "proposed",
                contact.at,
                contact.on,
                dump(contact.asked).decode(),
                dump(contact.copies).decode(),
                "",
                0,
                "",
                now,
            )
        )
    written = insert_many(
        table="outreach_touch",
        columns=_TOUCH_COLUMNS,
        rows=rows,
        conflict="ON CONFLICT DO NOTHING",
        returning=("state",),
    )
    return dict(Counter(state for (state,) in written))


def _write_reviews(
    creditor_id: int, claimed: Sequence[int], found: Sequence[Judged], furthest: Mode, now: datetime
) -> None:
    """The next look at each customer: after a contact, the day after it."""
    at: dict[int, tuple[datetime | None, str]] = dict.fromkeys(claimed, (None, ""))
    for item in found:
        decision = item.decision
        review_at = decision.review_at
        if decision.kind is Kind.CONTACT and decision.contact is not None:
            review_at = max(decision.contact.at, now) + timedelta(days=1)
        at[item.case.customer_id] = (review_at, decision.kind.value)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_REVIEWS,
            [list(at), [value[0] for value in at.values()], [value[1] for value in at.values()], creditor_id],
        )


def _write_journal(
    creditor_id: int, found: Sequence[Judged], decisions: dict[int, int], now: datetime
) -> None:
    entries = []
    for item in found:
        decision = item.decision
        contact = decision.contact
        entries.append(
            journal.NewEntry(
                at=now,
                kind=f"outreach.decision.{decision.kind.value}",
                actor="rule",
                customer_id=item.case.customer_id,
                subject_kind="decision",
                subject_id=decisions[item.case.customer_id],
                payload={
                    "strategy": decision.strategy.replace(" ", ":"),
                    "packs": [pack.replace(" ", ":") for pack in decision.packs],
                    "reasons": [reason.code for reason in decision.reasons],
                    "rules": [hit.rule for hit in (decision.verdict.hits if decision.verdict else ())],
                    "step": contact.step if contact else None,
                    "on": contact.on.isoformat() if contact else None,
                    "channel": contact.channel.value if contact else None,
                },
            )
        )
    journal.write(creditor_id=creditor_id, entries=entries)
