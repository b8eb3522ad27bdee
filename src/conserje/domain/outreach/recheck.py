# SPDX-License-Identifier: Apache-2.0
"""The second and third judgement: is this contact, planned some time ago, still right at this instant?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from conserje.domain.kit.days import instant, local_date
from conserje.domain.outreach.case import Case, Reach
from conserje.domain.outreach.decision import Asked, Reason
from conserje.domain.outreach.ladder import last_contact_on
from conserje.domain.outreach.position import Position, asked, enough, on_day
from conserje.domain.outreach.strategy import Mode, Stage, Step, Strategy, purpose_of
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Intent, Purpose, Subject
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.verdict import Ruling, Verdict
from conserje.domain.rules.vocabulary import Condition

# How long a carrier may take to a message that is marked: what leaves in the last moments of a window arrives after it.
ON_THE_WAY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Going:
    """A touch about to leave. `step` is None for a message that is not chasing.

    `copies` are the contact points that were to read along, `approved` whether a person wanted it sent, and
    `handed_at` when an earlier attempt of it was handed over. Of what was asked for, `is_awaited` tells whether the
    reader waits for it at this moment: only then does it leave outside the hours of contacts.
    """

    step: str | None
    channel: Channel
    purpose: Purpose
    point_id: int
    copies: tuple[int, ...] = ()
    approved: bool = False
    handed_at: datetime | None = None
    is_awaited: bool = True


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave now, about these amounts, with these mandatory texts, read along by these contact points."""

    asked: tuple[Asked, ...]
    verdict: Verdict
    copies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: judged again at `at`."""

    at: datetime
    reason: Reason
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Drop:
    """Not any more: suppressed with its reason."""

    reason: Reason
    verdict: Verdict | None


def recheck(
    case: Case, *, going: Going, strategy: Strategy, law: RuleStack, now: datetime
) -> Go | Later | Drop:
    """Judge a touch on fresh facts at the instant it would leave: owed, wanted, not left alone, reachable, lawful."""
    case = replace(case, in_hand=None)
    amounts: tuple[Asked, ...] = ()
    if going.step is not None:
        position = on_day(case, on=local_date(now, case.zone), soon_days=strategy.preventive_days)
        held = _chasing(case, going, position, strategy)
        if held is not None:
            return held
        amounts = asked(position.overdue or position.soon)
    reach = _reach(case, going)
    if reach is None:
        return Drop(Reason("no_address", (("channel", going.channel.value),)), None)
    if going.channel not in case.ready:
        return Later(
            now + timedelta(minutes=15),
            Reason("channel_not_ready", (("channel", going.channel.value),)),
            None,
        )
    verdict = _judge(case, going, reach, law, now)
    return _by_law(verdict) or Go(amounts, verdict, _copies(case, going, law, now))


def outdated(case: Case, *, strategy: Strategy, law: RuleStack, now: datetime) -> Drop | None:
    """Why the contact in hand, if no worker has it yet, would not be right any more at its moment; None when it is."""
    held = case.in_hand
    if held is None or held.state not in ("proposed", "planned"):
        return None
    step = strategy.find(held.step)
    if step is None:
        return Drop(Reason("changed_meanwhile"), None)
    going = Going(held.step, held.channel, purpose_of(step), held.point_id, approved=True)
    found = recheck(case, going=going, strategy=strategy, law=law, now=max(now, held.at))
    return found if isinstance(found, Drop) else None


def still_right(*, case: Case, going: Going, strategy: Strategy, law: RuleStack, at: datetime) -> bool:
    """The last look, just before the point of no return: at the clock, and at what others sent meanwhile."""
    step = strategy.find(going.step) if going.step is not None else None
    reach = _reach(case, going)
    if reach is None or (step is not None and _too_soon(case, going, step, local_date(at, case.zone))):
        return False
    return _judge(case, going, reach, law, at).allowed


def _judge(case: Case, going: Going, reach: Reach, law: RuleStack, at: datetime) -> Verdict:
    """The law's word on a touch that leaves at `at` and may arrive a little later: it must be lawful at both."""
    intent, subject = _intent(going, reach), case.subject
    if going.step is None:
        subject = _of_no_debt(subject)
    verdict = law.judge(intent=intent, subject=subject, at=at)
    if not verdict.allowed:
        return verdict
    arriving = law.judge(intent=intent, subject=subject, at=at + ON_THE_WAY)
    return verdict if arriving.allowed else arriving


def _of_no_debt(subject: Subject) -> Subject:
    """For a message that speaks of no debt: that nothing is owed says nothing against it."""
    more = subject.particulars
    if more is None or Condition.PAID not in more.states:
        return subject
    return replace(subject, particulars=replace(more, states=more.states - {Condition.PAID}))


def _chasing(case: Case, going: Going, position: Position, strategy: Strategy) -> Later | Drop | None:
    """Why a chasing touch is held back on that day, whatever the law says; None when it is not."""
    step = strategy.find(going.step or "")
    if step is None or not (going.approved or strategy.modes[step.stage] is Mode.AUTOMATIC):
        return Drop(Reason("changed_meanwhile"), None)
    reason = _no_longer(position, step, strategy)
    if reason is not None:
        return Drop(reason, None)
    if not going.approved and case.stale(on=position.on):
        known = case.payments_known_through
        since = known.isoformat() if known is not None else ""
        return Drop(Reason("payments_not_recorded", (("since", since),)), None)
    free = _too_soon(case, going, step, position.on)
    if free is not None:
        return Later(
            instant(strategy.working_day(free), strategy.hour, case.zone), Reason("day_not_come"), None
        )
    working_day = strategy.working_day(position.on)
    if working_day > position.on:
        return Later(instant(working_day, strategy.hour, case.zone), Reason("not_a_writing_day"), None)
    return None


def _by_law(verdict: Verdict) -> Later | Drop | None:
    if verdict.allowed:
        return None
    hits = [hit for hit in verdict.hits if hit.ruling is verdict.ruling]
    reason = Reason(hits[0].reason if hits else "refused", (("rule", hits[0].rule if hits else ""),))
    if verdict.ruling is Ruling.DEFER_UNTIL and verdict.until is not None:
        return Later(verdict.until, reason, verdict)
    return Drop(reason, verdict)


def _no_longer(position: Position, step: Step, strategy: Strategy) -> Reason | None:
    """Why the step is not due any more on that day, None when it still is."""
    if position.whole is not None:
        return Reason(f"left_alone_{position.whole.kind.value}")
    if step.stage is Stage.PREVENTIVE:
        if position.overdue:
            return Reason("day_passed")
        if not position.soon:
            return Reason("nothing_owed")
    elif not position.overdue:
        return Reason(f"left_alone_{position.blocks[0].kind.value}" if position.blocks else "nothing_owed")
    elif position.overdue[0].due_on + timedelta(days=step.day) > position.on:
        return Reason("not_that_late_any_more")
    return None if enough(position, minimum_open=strategy.minimum_open) else Reason("below_minimum")


def _too_soon(case: Case, going: Going, step: Step, on: date) -> date | None:
    """The first day that leaves the step's gap to the last contact, None when `on` leaves it."""
    last = last_contact_on(case, but=going.handed_at)
    free = None if last is None else last + timedelta(days=step.gap_days)
    return free if free is not None and free > on else None


def _reach(case: Case, going: Going) -> Reach | None:
    return next(
        (item for item in case.reaches if item.point_id == going.point_id and item.channel is going.channel),
        None,
    )


def _intent(going: Going, reach: Reach) -> Intent:
    return Intent(
        channel=going.channel,
        purpose=going.purpose,
        recipient=reach.recipient,
        opened_by_customer=going.purpose is Purpose.REQUESTED_INFO and going.is_awaited,
    )


def _copies(case: Case, going: Going, law: RuleStack, now: datetime) -> tuple[int, ...]:
    """Those of the copies that may still be written to, each judged as a recipient of its own."""
    return tuple(
        other.point_id
        for other in case.reaches
        if other.point_id in going.copies
        and other.channel is going.channel
        and law.judge(intent=_intent(going, other), subject=case.subject, at=now).allowed
    )
