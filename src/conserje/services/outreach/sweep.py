# SPDX-License-Identifier: Apache-2.0
"""The sweep: customers whose review is due, judged a chunk at a time, written in bulk with their reasons.

What is due is computed from rows, never from a tick: a sweep that comes late, twice or not at all changes nothing but
the hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection

from conserje.data.outreach import snapshots
from conserje.data.outreach.snapshots import Standing
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.recheck import outdated
from conserje.domain.outreach.strategy import Mode, Strategies, Strategy
from conserje.domain.rules.gate import RuleStack
from conserje.services.outreach import decided, law, strategy
from conserje.services.outreach.carrying import channel_of
from conserje.services.outreach.decided import Judged, Setting
from conserje.services.outreach.outdated import Outdated, take_back
from conserje.services.tenancy.act import act, step
from conserje.services.tenancy.memory import uncollected

CHUNK = 2000
IMPORT_PATIENCE = timedelta(hours=1)

_DUE = """
SELECT customer_id FROM outreach_review
 WHERE creditor_id = %s AND next_review_at <= %s
   AND NOT EXISTS (SELECT 1 FROM integrations_importrun r
                    WHERE r.creditor_id = outreach_review.creditor_id AND r.finished_at IS NULL AND r.started_at > %s)
 ORDER BY next_review_at, customer_id LIMIT %s"""

# The number of each decision comes with the claim: the journal's hash names it before anything is written.
_CLAIM = f"""
SELECT customer_id, nextval('outreach_decision_id_seq') FROM ({_DUE} FOR UPDATE SKIP LOCKED) AS claimed"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: customers judged, decisions by kind, touches written by state, reasons counted.

    `more`: it made way, and customers that are due may be left.
    """

    judged: int
    kinds: dict[str, int]
    touches: dict[str, int]
    reasons: dict[str, int]
    more: bool = False


def never() -> bool:
    """No bound: go on until nothing is left."""
    return False


@step
def judge_many(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> list[Judged]:
    """Decide each customer on fresh facts; writes nothing."""
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    rules = strategy.read_stored(content=of.strategy)
    return _judge(of, rules, customer_ids, now)


def _judge(of: Standing, rules: Strategies, customer_ids: Sequence[int], now: datetime) -> list[Judged]:
    cases = snapshots.cases(of=of, customer_ids=customer_ids, now=now)
    return [_judged(case, rules.serving(case.serves), now) for case in cases]


def _judged(case: Case, rules: Strategy, now: datetime) -> Judged:
    law = stack_of(case)
    gone = outdated(case, strategy=rules, law=law, now=now)
    if gone is None:
        return Judged(case, decide(case, strategy=rules, law=law, now=now))
    free = replace(case, in_hand=None)
    return Judged(free, decide(free, strategy=rules, law=law, now=now), waiting=case, outdated=gone)


def stack_of(case: Case) -> RuleStack:
    """The law that binds a case, with what its creditor relaxed and tightened."""
    return law.stack_for(country=case.subject.country, own=case.own)


def sweep(
    *,
    creditor_id: int,
    now: datetime,
    furthest: Mode = Mode.AUTOMATIC,
    enough: Callable[[], bool] = never,
) -> Swept:
    """Judge every customer whose review is due at `now`, a chunk at a time, each chunk in a transaction of its own.

    `furthest` bounds the stages' own modes: with DRAFT nothing leaves by itself. For SIMULATE use `foretell`.
    It makes way after the chunk during which it became `enough`.
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
        if enough():
            return Swept(judged, dict(kinds), dict(touches), dict(reasons), more=True)


def sweep_chunk(
    *, creditor_id: int, now: datetime, furthest: Mode = Mode.AUTOMATIC, limit: int = CHUNK
) -> Swept:
    """One chunk: claim reviews, judge, write decisions, episodes, touches and the next reviews together."""
    with uncollected():
        return _sweep_chunk(creditor_id=creditor_id, now=now, furthest=furthest, limit=limit)


@act
def _sweep_chunk(*, creditor_id: int, now: datetime, furthest: Mode, limit: int) -> Swept:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [creditor_id, now, now - IMPORT_PATIENCE, limit])
        numbers: dict[int, int] = dict(cursor.fetchall())
    if not numbers:
        return Swept(0, {}, {}, {})
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    rules = strategy.read_stored(content=of.strategy)
    found = _take_back(creditor_id, _judge(of, rules, list(numbers), now), rules, now)
    setting = Setting(now, furthest, of.carriers)
    touches = decided.write(creditor_id=creditor_id, found=found, numbers=numbers, setting=setting)
    return _count(found, touches)


def _take_back(
    creditor_id: int, found: Sequence[Judged], rules: Strategies, now: datetime
) -> Sequence[Judged]:
    """Suppress what is outdated; where a worker was faster, the contact stays in hand and so does the customer."""
    gone = {
        item.waiting.in_hand.touch_id: Outdated(item.waiting.customer_id, item.outdated)
        for item in found
        if item.waiting is not None and item.waiting.in_hand is not None and item.outdated is not None
    }
    if not gone:
        return found
    taken = take_back(creditor_id=creditor_id, touches=gone, now=now)
    return [
        item
        if item.waiting is None or item.waiting.in_hand is None or item.waiting.in_hand.touch_id in taken
        else _as_waiting(item.waiting, rules, now)
        for item in found
    ]


def _as_waiting(case: Case, rules: Strategies, now: datetime) -> Judged:
    return Judged(case, decide(case, strategy=rules.serving(case.serves), law=stack_of(case), now=now))


def _count(found: Sequence[Judged], touches: dict[str, int]) -> Swept:
    kinds = Counter([item.decision.kind.value for item in found])
    reasons = Counter([reason.code for item in found for reason in item.decision.reasons])
    verdicts = {id(item.decision.verdict): item.decision.verdict for item in found}
    for number, count in Counter([id(item.decision.verdict) for item in found]).items():
        verdict = verdicts[number]
        for hit in verdict.hits if verdict is not None else ():
            reasons[hit.reason] += count
    return Swept(len(found), dict(kinds), dict(touches), dict(reasons))


@act
def foretell(*, creditor_id: int, now: datetime) -> list[Judged]:
    """What a sweep at `now` would decide for every customer that is due, without writing a row."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [creditor_id, now, now - IMPORT_PATIENCE, 2**31])
        customer_ids = [row[0] for row in cursor.fetchall()]
    of = snapshots.standing(creditor_id=creditor_id, channel_of=channel_of)
    rules = strategy.read_stored(content=of.strategy)
    chunks = (customer_ids[start : start + CHUNK] for start in range(0, len(customer_ids), CHUNK))
    return [item for chunk in chunks for item in _judge(of, rules, chunk, now)]
