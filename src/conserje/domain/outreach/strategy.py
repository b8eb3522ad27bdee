# SPDX-License-Identifier: Apache-2.0
"""A strategy: the stages, the steps of the ladder and the courtesies between them, as plain versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose

BUSINESS = "business"
SHOPPERS = "shoppers"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class StrategyRefused(ValueError):
    """The strategy's data does not hold together: says which step, why and what to write."""


class Stage(StrEnum):
    """Where a case stands, by the age of its oldest open invoice."""

    PREVENTIVE = "preventive"
    FRIENDLY = "friendly"
    FOLLOW_UP = "follow_up"
    ESCALATION = "escalation"
    FINAL = "final"


class Mode(StrEnum):
    """How far a step may go by itself: only told, written as a draft, or sent."""

    SIMULATE = "simulate"
    DRAFT = "draft"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. `day` counts from the due date; `channels` are tried in order; `requires` names steps made before it.

    `notice_hours` is how long the creditor sees it coming; `copies` the roles that read along.
    """

    key: str
    stage: Stage
    letter: str
    day: int
    channels: tuple[Channel, ...]
    requires: tuple[str, ...]
    gap_days: int
    notice_hours: int
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A whole ladder with its limits. `minimum_open` is by currency in minor units; below it nothing is chased.

    `hour` is the preferred local time, `weekdays` (0 is Monday) the days on which we write at all;
    `preventive_days` is how long before a due date a reminder may leave, `serves` whom the strategy is for.
    """

    name: str
    version: int
    steps: tuple[Step, ...]
    modes: Mapping[Stage, Mode]
    hour: time
    weekdays: frozenset[int]
    preventive_days: int
    contacts_max: int
    minimum_open: Mapping[str, int]
    serves: str = BUSINESS

    def step(self, key: str) -> Step:
        """The step called `key`; raises `StrategyRefused`."""
        found = self.find(key)
        if found is None:
            raise StrategyRefused(
                f"Strategy {self.label} has no step '{key}'. Its steps: {', '.join(s.key for s in self.steps)}."
            )
        return found

    def find(self, key: str) -> Step | None:
        """The step called `key`, None when this version has none."""
        return next((step for step in self.steps if step.key == key), None)

    @property
    def above(self) -> frozenset[str]:
        """Roles that only ever read along: nobody of them is written to in place of the usual contact."""
        return frozenset(role for step in self.steps for role in step.copies)

    def working_day(self, on: date) -> date:
        """The first day from `on` on which this strategy writes."""
        while on.weekday() not in self.weekdays:
            on += timedelta(days=1)
        return on

    def noticed_on(self, on: date, *, hours: int) -> date:
        """The day on which a contact of `on` is planned for the creditor to see it coming: so much earlier in days on
        which this strategy writes, for on others nobody looks.
        """
        for _ in range(-(-hours // 24)):
            on -= timedelta(days=1)
            while on.weekday() not in self.weekdays:
                on -= timedelta(days=1)
        return on

    @property
    def label(self) -> str:
        """Name and version, as stored with every decision: "business 1"."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Strategies:
    """A creditor's strategies in force, one for each that they serve."""

    each: Mapping[str, Strategy]

    def serving(self, whom: str) -> Strategy:
        """The strategy for `whom`, the business's where none is for them; raises `StrategyRefused` without any."""
        found = self.each.get(whom) or self.each.get(BUSINESS)
        if found is None:
            raise StrategyRefused(
                "This creditor has no strategy in force. Adopt one before planning contacts."
            )
        return found

    def preventive_days_for(self, serves: str) -> int:
        """How long before a due date the one that serves these may remind; 0 when there is none."""
        found = self.each.get(serves) or self.each.get(BUSINESS)
        return 0 if found is None else found.preventive_days

    @property
    def preventive_days(self) -> int:
        """The longest time before a due date at which any of them may remind."""
        return max((one.preventive_days for one in self.each.values()), default=0)


def purpose_of(step: Step) -> Purpose:
    """What the law calls a contact of this step."""
    return Purpose.PRE_DUE_REMINDER if step.stage is Stage.PREVENTIVE else Purpose.COLLECTION


def read(data: Mapping[str, Any]) -> Strategy:
    """A strategy from its stored plain form; raises `StrategyRefused` with the step and the remedy."""
    try:
        steps = tuple(_step(item) for item in data["steps"])
        strategy = Strategy(
            name=str(data["name"]),
            version=int(data["version"]),
            steps=steps,
            modes={Stage(stage): Mode(mode) for stage, mode in data["modes"].items()},
            hour=time.fromisoformat(data["hour"]),
            weekdays=frozenset(_WEEKDAYS.index(day) for day in data["weekdays"]),
            preventive_days=int(data["preventive_days"]),
            contacts_max=int(data["contacts_max"]),
            minimum_open={str(code): int(minor) for code, minor in data.get("minimum_open", {}).items()},
            serves=str(data.get("serves", BUSINESS)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise StrategyRefused(
            f"The strategy cannot be read: {error!r}. Compare it with the default strategy's file."
        ) from error
    _check(strategy)
    return strategy


def _step(item: Mapping[str, Any]) -> Step:
    return Step(
        key=str(item["key"]),
        stage=Stage(item["stage"]),
        letter=str(item["letter"]),
        day=int(item["day"]),
        channels=tuple(Channel(name) for name in item["channels"]),
        requires=tuple(item.get("requires", ())),
        gap_days=int(item.get("gap_days", 7)),
        notice_hours=int(item.get("notice_hours", 0)),
        copies=tuple(item.get("copies", ())),
    )


def _check(strategy: Strategy) -> None:
    seen: list[str] = []
    for step in strategy.steps:
        unknown = [key for key in step.requires if key not in seen]
        if step.key in seen or unknown or not step.channels:
            raise StrategyRefused(
                f"Step '{step.key}' must have a name of its own, at least one channel, and require only steps above it "
                f"(found: {', '.join(unknown) or 'no unknown step'})."
            )
        if step.stage not in strategy.modes:
            raise StrategyRefused(
                f"Stage '{step.stage}' has no mode. Write simulate, draft or automatic for it."
            )
        seen.append(step.key)
    if strategy.serves not in (BUSINESS, SHOPPERS):
        raise StrategyRefused(f"A strategy serves {BUSINESS} or {SHOPPERS}, not '{strategy.serves}'.")
    if not strategy.weekdays:
        raise StrategyRefused(
            "A strategy writes on at least one day of the week. Name them, as in [mon, tue]."
        )
    days = [step.day for step in strategy.steps]
    if days != sorted(days):
        raise StrategyRefused("Steps must stand in the order of their days.")
