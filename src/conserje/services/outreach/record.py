# SPDX-License-Identifier: Apache-2.0
"""Recording what became of a touch that was claimed: not now, not any more, or what the carrier answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from conserje.data.outreach import hand_over
from conserje.data.outreach.letters import TouchFacts
from conserje.data.receivables.models import ContactPoint
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.recheck import Drop, Later
from conserje.domain.ports.channel import Accepted, Outcome, Refused
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step

# Fifteen minutes, doubled each time: a server that is away for a day costs nobody their letter.
TRIES_MAX = 8
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
        _journal(creditor_id, touch, str(to["state"]), {"reason": found.reason.code, "rules": rules}, now)
        if isinstance(found, Drop):
            review.wake_many(
                creditor_id=creditor_id, customer_ids=[touch.customer_id], now=now, reason="touch.suppressed"
            )


@act
def release(*, creditor_id: int, touch: TouchFacts, token: UUID, now: datetime) -> None:
    """A claimed touch that the last fence held back: judged afresh at once."""
    to = {"state": "planned", "reason": "changed_meanwhile"}
    if hand_over.leave_claimed(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to):
        _journal(creditor_id, touch, "planned", {"reason": "changed_meanwhile"}, now)


@dataclass(frozen=True, slots=True)
class Handed:
    """A touch as one worker handed it over, or had it refused before it was `marked`."""

    touch: TouchFacts
    token: UUID
    marked: bool


@act
def outcome(*, creditor_id: int, handed: Handed, outcome: Outcome, now: datetime) -> None:
    """What the carrier answered, fenced by the claim: a worker that lost it records nothing."""
    touch, token, marked = handed.touch, handed.token, handed.marked
    state, reason, retry_at = _state(outcome, touch, now)
    if not marked and not _mark_refusal(creditor_id, touch, token, state, reason, retry_at, now):
        return
    if marked and not _end(creditor_id, handed, outcome, state, reason, retry_at, now):
        return
    if isinstance(outcome, Refused):
        hand_over.not_reached(creditor_id=creditor_id, touch_id=touch.id)
    if isinstance(outcome, Refused) and outcome.permanent:
        ContactPoint.objects.filter(creditor_id=creditor_id, id=touch.point_id).update(
            unusable_since=now, unusable_reason=outcome.reason
        )
    _journal(creditor_id, touch, state, {"reason": reason}, now)
    if state != "planned":
        review.wake_many(
            creditor_id=creditor_id, customer_ids=[touch.customer_id], now=now, reason=f"touch.{state}"
        )


def _end(
    creditor_id: int,
    handed: Handed,
    outcome: Outcome,
    state: str,
    reason: str,
    retry_at: datetime | None,
    now: datetime,
) -> bool:
    ended_at = None if state == "planned" else now
    to = {"state": state, "reason": reason, "retry_at": retry_at, "ended_at": ended_at}
    touch_id = handed.touch.id
    if not hand_over.leave_handing(creditor_id=creditor_id, touch_id=touch_id, token=handed.token, to=to):
        return False
    detail = outcome.reference if isinstance(outcome, Accepted) else outcome.detail or outcome.reason
    hand_over.end_attempt(creditor_id=creditor_id, touch_id=touch_id, outcome=state, detail=detail, now=now)
    return True


def _state(outcome: Outcome, touch: TouchFacts, now: datetime) -> tuple[str, str, datetime | None]:
    if isinstance(outcome, Accepted):
        return "accepted", "", None
    if isinstance(outcome, Refused):
        if outcome.permanent or touch.attempts + 1 >= TRIES_MAX:
            return "failed", outcome.reason, None
        return "planned", outcome.reason, now + _FIRST_WAIT * 2**touch.attempts
    return "unsure", outcome.reason, None


def _mark_refusal(
    creditor_id: int,
    touch: TouchFacts,
    token: UUID,
    state: str,
    reason: str,
    retry_at: datetime | None,
    now: datetime,
) -> bool:
    """A refusal before the point of no return: back to planned, or through a marked attempt to failed."""
    if state == "planned":
        to = {"state": "planned", "reason": reason, "retry_at": retry_at, "tried": 1}
        return hand_over.leave_claimed(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to)
    if not hand_over.mark(
        creditor_id=creditor_id, touch_id=touch.id, token=token, version=touch.version, now=now
    ):
        return False
    to = {"state": state, "reason": reason, "ended_at": now}
    hand_over.leave_handing(creditor_id=creditor_id, touch_id=touch.id, token=token, to=to)
    hand_over.end_attempt(creditor_id=creditor_id, touch_id=touch.id, outcome=state, detail=reason, now=now)
    return True


@step
def unwritable(*, creditor_id: int, touch: TouchFacts, token: UUID, now: datetime) -> None:
    """A claimed touch whose letter cannot be written: parked as failed, so that it stops nobody else's."""
    reason = "cannot_be_written"
    if _mark_refusal(creditor_id, touch, token, "failed", reason, None, now):
        _journal(creditor_id, touch, "failed", {"reason": reason}, now)
        review.wake_many(
            creditor_id=creditor_id, customer_ids=[touch.customer_id], now=now, reason="touch.failed"
        )


@act
def reap(*, creditor_id: int, now: datetime) -> int:
    """Free what lost workers had claimed; what one was handing over becomes unsure and counts as a contact."""
    freed = hand_over.reap(creditor_id=creditor_id, now=now)
    for touch_id, customer_id, state in freed:
        if state == "unsure":
            hand_over.end_attempt(
                creditor_id=creditor_id, touch_id=touch_id, outcome="unsure", detail="worker_lost", now=now
            )
            review.wake_many(
                creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason="touch.unsure"
            )
        journal.write(
            creditor_id=creditor_id,
            entries=[
                journal.NewEntry(
                    at=now,
                    kind=f"outreach.touch.{state}",
                    actor="system",
                    customer_id=customer_id,
                    subject_kind="touch",
                    subject_id=touch_id,
                    payload={"reason": "worker_lost"},
                )
            ],
        )
    return len(freed)


def _journal(
    creditor_id: int, touch: TouchFacts, state: str, payload: dict[str, object], now: datetime
) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.touch.{state}",
                actor="rule",
                customer_id=touch.customer_id,
                subject_kind="touch",
                subject_id=touch.id,
                payload=payload,
            )
        ],
    )
