# SPDX-License-Identifier: Apache-2.0
"""The second and third judgement: is this contact, planned some time ago, still right at this instant?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conserje.domain.kit.days import instant, local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Asked, Reason
from conserje.domain.outreach.position import Position, asked, on_day
from conserje.domain.outreach.strategy import Stage, Strategy
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Intent, Purpose, RecipientRole
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.verdict import Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Going:
    """A touch about to leave. `step` is None for a message that is not chasing."""

    step: str | None
    channel: Channel
    purpose: Purpose
    point_id: int


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave now, about these amounts, with these mandatory texts."""

    asked: tuple[Asked, ...]
    verdict: Verdict


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
    """Judge a touch on fresh facts at the instant it would leave: owed, not left alone, reachable, lawful."""
    case = replace(case, in_hand=None)
    amounts: tuple[Asked, ...] = ()
    if going.step is not None:
        position = on_day(case, on=local_date(now, case.zone), soon_days=strategy.preventive_days)
        reason = _no_longer(position, going.step, strategy)
        if reason is not None:
            return Drop(reason, None)
        amounts = asked(position.overdue or position.soon)
        working_day = strategy.working_day(position.on)
        if working_day > position.on:
            return Later(instant(working_day, strategy.hour, case.zone), Reason("not_a_writing_day"), None)
    reach = next(
        (item for item in case.reaches if item.point_id == going.point_id and item.channel is going.channel),
        None,
    )
    if reach is None:
        return Drop(Reason("no_address", (("channel", going.channel.value),)), None)
    if going.channel not in case.ready:
        return Later(
            now + timedelta(minutes=15),
            Reason("channel_not_ready", (("channel", going.channel.value),)),
            None,
        )
    intent = Intent(channel=going.channel, purpose=going.purpose, recipient=reach.recipient)
    return _by_law(law.judge(intent=intent, subject=case.subject, at=now), amounts)


def _by_law(verdict: Verdict, amounts: tuple[Asked, ...]) -> Go | Later | Drop:
    if verdict.allowed:
        return Go(amounts, verdict)
    hits = [hit for hit in verdict.hits if hit.ruling is verdict.ruling]
    reason = Reason(hits[0].reason if hits else "refused", (("rule", hits[0].rule if hits else ""),))
    if verdict.ruling is Ruling.DEFER_UNTIL and verdict.until is not None:
        return Later(verdict.until, reason, verdict)
    return Drop(reason, verdict)


def _no_longer(position: Position, step_key: str, strategy: Strategy) -> Reason | None:
    """Why the step is not due any more on that day, None when it still is."""
    step = strategy.step(step_key)
    if position.whole is not None:
        return Reason(f"left_alone_{position.whole.kind.value}")
    if step.stage is Stage.PREVENTIVE:
        if position.overdue:
            return Reason("day_passed")
        if not position.soon:
            return Reason("nothing_owed")
        return None
    if not position.overdue:
        return Reason(f"left_alone_{position.blocks[0].kind.value}" if position.blocks else "nothing_owed")
    if position.overdue[0].due_on + timedelta(days=step.day) > position.on:
        return Reason("not_that_late_any_more")
    return None


def still_lawful(*, law: RuleStack, case: Case, going: Going, at: datetime, recipient: RecipientRole) -> bool:
    """The last look at the clock, just before the point of no return."""
    intent = Intent(channel=going.channel, purpose=going.purpose, recipient=recipient)
    return law.judge(intent=intent, subject=case.subject, at=at).allowed
