# SPDX-License-Identifier: Apache-2.0
"""Which rung is next on a given day: the current one, never a repeated one, never one whose turn has not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.position import Position
from conserje.domain.outreach.strategy import Stage, Step, Strategy
from conserje.domain.rules.facts import ContactOutcome, Purpose

CHASING = frozenset({Purpose.COLLECTION, Purpose.PRE_DUE_REMINDER})
FAILURES_MAX = 2


@dataclass(frozen=True, slots=True)
class Rung:
    """A step, the earliest local date it may be made, and the optional steps that it overtakes."""

    step: Step
    earliest_on: date
    overtaken: tuple[str, ...]


def next_rung(case: Case, *, position: Position, strategy: Strategy) -> Rung | None:
    """The rung to make on or after `position.on`, None when every step has been made.

    The current rung is the last one whose day has come and whose required steps were made; earlier ones that were not
    made are overtaken. When no rung's day has come, it is the one whose day comes first.
    """
    anchor = position.anchor
    if anchor is None:
        return None
    possible = _after_the_last_made(case, strategy, preventive=not position.overdue)
    if not possible:
        return None
    age_days = (position.on - anchor).days
    come = [step for step in possible if step.day <= age_days]
    if not come:
        return Rung(possible[0], _earliest(case, possible[0], anchor), ())
    return Rung(come[-1], _earliest(case, come[-1], anchor), tuple([step.key for step in come[:-1]]))


def _after_the_last_made(case: Case, strategy: Strategy, *, preventive: bool) -> list[Step]:
    """The steps that may still be made, in their order: none stands before one that was made."""
    made = {item.step for item in case.made if item.counted}
    possible: list[Step] = []
    for step in strategy.steps:
        if step.key in made:
            possible.clear()
        elif (
            (step.stage is Stage.PREVENTIVE) is preventive
            and step.key not in case.refused
            and made.issuperset(step.requires)
        ):
            possible.append(step)
    return possible


def _earliest(case: Case, step: Step, anchor: date) -> date:
    day = anchor + timedelta(days=step.day)
    last = last_contact_on(case)
    return day if last is None else max(day, last + timedelta(days=step.gap_days))


def last_contact_on(case: Case, *, but: datetime | None = None) -> date | None:
    """Local date of the last chasing contact of ours that may have reached the customer, whoever made it.

    `but` leaves the contact of that instant out: an earlier attempt of the touch that is being judged.
    """
    for past in reversed(case.subject.past):
        if past.at == but or past.inbound:
            continue
        if past.purpose in CHASING and past.outcome is not ContactOutcome.FAILED_BEFORE:
            return local_date(past.at, case.zone)
    return None


def failures(case: Case, *, step: str) -> int:
    """How often this step was proven not to arrive in this episode."""
    return sum(1 for item in case.made if item.step == step and not item.counted)
