# SPDX-License-Identifier: Apache-2.0
"""Recording what became of a touch that was claimed: not now, not any more, or what the carrier answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from conserje.data.outreach import hand_over
from conserje.data.outreach.hand_over import Answer
from conserje.data.outreach.letters import TouchFacts
from conserje.data.receivables.models import ContactPoint
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.recheck import Drop, Later
from conserje.domain.ports.channel import Accepted, Outcome, Refused
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, acting, step

# Fifteen minutes, doubled each time: a server that is away for a day costs nobody their letter.
TRIES_MAX = 8
POISONED = "poisoned"
_FIRST_WAIT = timedelta(minutes=15)


@step
def not_now(
    *, creditor_id: int, touch: TouchFacts, token: UUID, found: Later | Drop, zone: str, now: datetime
) -> None:
    """A claimed touch that the second judgement held back: planned for later, or suppressed with its reason."""
    if isinstance(found, Later):
        on = local_date(found.at, zone)
        to = {"state": "planned", "reason": found.reason.code, "planned_at": found.at, "planned_on": on}
    else:
        to = {"state": "suppressed", "reason": found.reason.code, "ended_at": now}
    if hand_over.leave_claimed(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to):
        rules = [hit.rule for hit in found.verdict.hits] if found.verdict else []
        entry = _entry(touch, str(to["state"]), {"reason": found.reason.code, "rules": rules}, now)
        journal.write(creditor_id=creditor_id, entries=[entry])
        if isinstance(found, Drop):
            review.wake_many(
                creditor_id=creditor_id, customer_ids=[touch.customer_id], now=now, reason="touch.suppressed"
            )


@act
def release(*, creditor_id: int, touch: TouchFacts, token: UUID, now: datetime) -> None:
    """A claimed touch that the last fence held back: judged afresh at once."""
    to = {"state": "planned", "reason": "changed_meanwhile"}
    if hand_over.leave_claimed(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to):
        entry = _entry(touch, "planned", {"reason": "changed_meanwhile"}, now)
        journal.write(creditor_id=creditor_id, entries=[entry])


@act
def give_back(*, creditor_id: int, token: UUID) -> int:
    """What a worker claimed and will not get to is planned again, as if nobody had taken it."""
    return hand_over.give_back(creditor_id=creditor_id, token=token)


@act
def lapses_in(*, creditor_id: int) -> int | None:
    """Seconds until the first claim in force runs out and its work can be taken over; None when nothing is claimed."""
    return hand_over.lapses_in(creditor_id=creditor_id)


@dataclass(frozen=True, slots=True)
class Handed:
    """A touch as one worker handed it over, or had it refused before it was `marked`."""

    touch: TouchFacts
    token: UUID
    marked: bool


def outcome(*, creditor_id: int, handed: Handed, outcome: Outcome, now: datetime) -> bool:
    """What the carrier answered, fenced by the claim: a worker that lost it records nothing, and False is answered.

    Committed when this returns; the usual answers take one round trip.
    """
    touch, token = handed.touch, handed.token
    answer = _answer(creditor_id, touch, outcome, now)
    if handed.marked and not (isinstance(outcome, Refused) and outcome.permanent):
        return hand_over.record(
            creditor_id=creditor_id, touch_id=touch.id, token=token, answer=answer, now=now
        )
    with acting(creditor_id=creditor_id):
        if not handed.marked and answer.state == "planned":
            to = {"state": "planned", "reason": answer.reason, "retry_at": answer.retry_at, "tried": 1}
            kept = hand_over.leave_claimed(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to)
            if kept:
                entry = _entry(touch, "planned", {"reason": answer.reason}, now)
                journal.write(creditor_id=creditor_id, entries=[entry])
            return kept
        kept = _end(creditor_id, handed, answer, now)
        if kept and isinstance(outcome, Refused) and outcome.permanent:
            ContactPoint.objects.filter(creditor_id=creditor_id, id=touch.point_id).update(
                unusable_since=now, unusable_reason=outcome.reason
            )
    return kept


@step
def unwritable(
    *, creditor_id: int, touch: TouchFacts, token: UUID, rules: Sequence[str] = (), now: datetime
) -> None:
    """A claimed touch whose letter cannot be written: parked as failed, so that it stops nobody else's.

    `rules` are those that its words break, or whose text it lacks.
    """
    given_up = hand_over.park(
        creditor_id=creditor_id, token=token, touch_ids=[touch.id], reason="cannot_be_written", now=now
    )
    why: dict[str, Any] = {"reason": "cannot_be_written"}
    _tell_parked(creditor_id, given_up, why | ({"rules": list(rules)} if rules else {}), now)


@act
def struck(*, creditor_id: int, token: UUID, touch_ids: Sequence[int], cause: str, now: datetime) -> int:
    """A worker failed with these claimed touches before any was handed over: tried again alone, or at last parked.

    `cause` is one word, such as the name of an error. Answers how many were parked.
    """
    last = hand_over.at_last_strike(creditor_id=creditor_id, token=token, touch_ids=touch_ids)
    parked = hand_over.park(creditor_id=creditor_id, token=token, touch_ids=last, reason=POISONED, now=now)
    _tell_parked(creditor_id, parked, {"reason": POISONED, "cause": cause}, now)
    rest = [touch_id for touch_id in touch_ids if touch_id not in last]
    again = hand_over.strike(
        creditor_id=creditor_id, token=token, touch_ids=rest, reason=f"failed.{cause}"[:60], now=now
    )
    payload = {"reason": "worker_failed", "cause": cause}
    entries = [
        _system(touch_id, customer_id, "planned", {**payload, "strikes": strikes}, now)
        for touch_id, customer_id, strikes in again
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    return len(parked)


@act
def reap(*, creditor_id: int, now: datetime) -> int:
    """Free what lost workers had claimed; what one was handing over becomes unsure and counts as a contact.

    What so many workers in a row were lost with is parked.
    """
    last = hand_over.at_last_strike(creditor_id=creditor_id)
    parked = hand_over.park(creditor_id=creditor_id, token=None, touch_ids=last, reason=POISONED, now=now)
    _tell_parked(creditor_id, parked, {"reason": POISONED, "cause": "worker_lost"}, now)
    freed = hand_over.reap(creditor_id=creditor_id, now=now)
    entries = [
        _system(touch_id, customer_id, state, {"reason": "worker_lost"}, now)
        for touch_id, customer_id, state in freed
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    unsure = [customer_id for _, customer_id, state in freed if state == "unsure"]
    review.wake_many(creditor_id=creditor_id, customer_ids=unsure, now=now, reason="touch.unsure")
    return len(freed) + len(parked)


def _answer(creditor_id: int, touch: TouchFacts, outcome: Outcome, now: datetime) -> Answer:
    state, reason, retry_at = _state(outcome, touch, now)
    entry = _entry(touch, state, {"reason": reason}, now)
    return Answer(
        state=state,
        reason=reason,
        retry_at=retry_at,
        detail=outcome.reference if isinstance(outcome, Accepted) else outcome.detail or outcome.reason,
        unreached=isinstance(outcome, Refused),
        journal=journal.as_json(creditor_id=creditor_id, entries=[entry]),
    )


def _state(outcome: Outcome, touch: TouchFacts, now: datetime) -> tuple[str, str, datetime | None]:
    if isinstance(outcome, Accepted):
        return "accepted", "", None
    if isinstance(outcome, Refused):
        if outcome.permanent or touch.attempts + 1 >= TRIES_MAX:
            return "failed", outcome.reason, None
        return "planned", outcome.reason, now + _FIRST_WAIT * 2**touch.attempts
    return "unsure", outcome.reason, None


def _end(creditor_id: int, handed: Handed, answer: Answer, now: datetime) -> bool:
    """The end of a hand-over; of what was refused before the mark the attempt is begun first, as the edges demand."""
    touch_id, token = handed.touch.id, handed.token
    if not handed.marked and not hand_over.begin_refused(
        creditor_id=creditor_id, touch_id=touch_id, token=token, now=now
    ):
        return False
    return hand_over.record(creditor_id=creditor_id, touch_id=touch_id, token=token, answer=answer, now=now)


def _tell_parked(
    creditor_id: int, parked: Sequence[tuple[int, int, int]], payload: dict[str, Any], now: datetime
) -> None:
    entries = [
        _system(touch_id, customer_id, "failed", {**payload, "strikes": strikes}, now)
        for touch_id, customer_id, strikes in parked
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    review.wake_many(
        creditor_id=creditor_id,
        customer_ids=[customer_id for _, customer_id, _ in parked],
        now=now,
        reason="touch.failed",
    )


def _entry(touch: TouchFacts, state: str, payload: dict[str, Any], now: datetime) -> journal.NewEntry:
    return journal.NewEntry(
        at=now,
        kind=f"outreach.touch.{state}",
        actor="rule",
        customer_id=touch.customer_id,
        subject_kind="touch",
        subject_id=touch.id,
        payload=payload,
    )


def _system(
    touch_id: int, customer_id: int, state: str, payload: dict[str, Any], now: datetime
) -> journal.NewEntry:
    return journal.NewEntry(
        at=now,
        kind=f"outreach.touch.{state}",
        actor="system",
        customer_id=customer_id,
        subject_kind="touch",
        subject_id=touch_id,
        payload=payload,
    )
