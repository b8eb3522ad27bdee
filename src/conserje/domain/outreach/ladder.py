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
    made = {item.step for item in case.made if item.counted}
    possible = [
        step
        for step in strategy.steps
        if step.key not in made
        and step.key not in case.refused
        and (step.stage is Stage.PREVENTIVE) == (not position.overdue)
        and all(key in made for key in step.requires)
    ]
    if not possible:
        return None
    come = [step for step in possible if anchor + timedelta(days=step.day) <= position.on]
    reached = _last_reached(strategy, made)
    ahead = [step for step in (come or possible) if strategy.steps.index(step) > reached]
    if not ahead:
        ahead = [step for step in possible if strategy.steps.index(step) > reached]
    if not ahead:
        return None
    step = ahead[-1] if come and ahead[-1] in come else ahead[0]
    before = strategy.steps.index(step)
    overtaken = tuple(item.key for item in ahead if strategy.steps.index(item) < before)
    return Rung(step=step, earliest_on=_earliest(case, step, anchor), overtaken=overtaken)


def _last_reached(strategy: Strategy, made: set[str]) -> int:
    return max((index for index, step in enumerate(strategy.steps) if step.key in made), default=-1)


def _earliest(case: Case, step: Step, anchor: date) -> date:
    day = anchor + timedelta(days=step.day)
    last = last_contact_on(case)
    return day if last is None else max(day, last + timedelta(days=step.gap_days))


def last_contact_on(case: Case, *, but: datetime | None = None) -> date | None:
    """Local date of the last chasing contact that may have reached the customer, whoever made it.

    `but` leaves the contact of that instant out: an earlier attempt of the touch that is being judged.
    """
    for past in reversed(case.subject.past):
        if past.at == but:
            continue
        if past.purpose in CHASING and past.outcome is not ContactOutcome.FAILED_BEFORE:
            return local_date(past.at, case.zone)
    return None


def failures(case: Case, *, step: str) -> int:
    """How often this step was proven not to arrive in this episode."""
    return sum(1 for item in case.made if item.step == step and not item.counted)
