# SPDX-License-Identifier: Apache-2.0
"""What a creditor agrees to without being asked: plans and promises within bounds, how long a payment may travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from conserje.domain.arrangements.plan import NUMBER_MAX, Part, Spacing, Terms
from conserje.domain.kit.money import Money

KINDS: Final = ("company", "person")
RAILS: Final = ("card", "transfer", "cash")
SHARES: Final = range(91)


class PolicyRefused(ValueError):
    """The policy does not hold together; its first argument is the field that is wrong."""


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """Which plans are agreed at once. `kinds` of customers may have one (none: nobody); amounts are in minor units by
    currency, a currency that is not named has no bound.

    `down_percent` of the amount is paid first; the last instalment is within `longest_days`. Above `person_above` a
    person agrees. An instalment that is not paid `move_after_days` after its day moves to the end once; the second time
    a person decides. The customer may move a day `date_changes` times, by at most `date_change_days`.
    """

    kinds: frozenset[str]
    least: Mapping[str, int]
    person_above: Mapping[str, int]
    down_percent: int
    number_max: int
    spacings: tuple[Spacing, ...]
    longest_days: int
    first_within_days: int
    move_after_days: int
    date_changes: int
    date_change_days: int


@dataclass(frozen=True, slots=True)
class PromisePolicy:
    """A promise is taken by itself up to `latest_days` ahead, until `broken_max` were broken within a year."""

    latest_days: int
    broken_max: int


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it. `grace_days` by how the money travels: so long after its day a payment still counts as in time."""

    version: int
    plans: PlanPolicy
    promises: PromisePolicy
    grace_days: Mapping[str, int]

    def grace(self, rail: str = "") -> int:
        """Days of grace for a way of paying; the longest when it is not known."""
        return self.grace_days.get(rail, max(self.grace_days.values(), default=0))


DEFAULT: Final[Mapping[str, Any]] = {
    "version": 0,
    "plans": {
        "kinds": list(KINDS),
        "least": {},
        "person_above": {},
        "down_percent": 0,
        "number_max": 6,
        "spacings": [item.value for item in Spacing],
        "longest_days": 190,
        "first_within_days": 35,
        "move_after_days": 7,
        "date_changes": 2,
        "date_change_days": 10,
    },
    "promises": {"latest_days": 60, "broken_max": 2},
    "grace_days": {"card": 1, "transfer": 2, "cash": 2},
}


def read(data: Mapping[str, Any]) -> Policy:
    """A policy from its stored plain form. Raises `PolicyRefused` with the field that is missing or out of bounds."""
    try:
        plans, promises = data["plans"], data["promises"]
        found = Policy(
            version=int(data["version"]),
            plans=PlanPolicy(
                kinds=frozenset(plans["kinds"]),
                least={str(code): int(minor) for code, minor in plans["least"].items()},
                person_above={str(code): int(minor) for code, minor in plans["person_above"].items()},
                spacings=tuple(Spacing(item) for item in plans["spacings"]),
                **{name: int(plans[name]) for name in _BOUNDS},
            ),
            promises=PromisePolicy(int(promises["latest_days"]), int(promises["broken_max"])),
            grace_days={str(rail): int(days) for rail, days in data["grace_days"].items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyRefused(str(error.args[0] if error.args else error)) from error
    _check(found)
    return found


_BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "down_percent": (0, 90),
    "number_max": (2, NUMBER_MAX),
    "longest_days": (7, 3660),
    "first_within_days": (0, 366),
    "move_after_days": (1, 60),
    "date_changes": (0, 99),
    "date_change_days": (0, 60),
}


def _check(policy: Policy) -> None:
    plans, promises = policy.plans, policy.promises
    for name, (low, high) in _BOUNDS.items():
        if not low <= getattr(plans, name) <= high:
            raise PolicyRefused(name)
    if not plans.kinds.issubset(KINDS):
        raise PolicyRefused("kinds")
    if not plans.spacings:
        raise PolicyRefused("spacings")
    if any(minor < 0 for minor in (*plans.least.values(), *plans.person_above.values())):
        raise PolicyRefused("least")
    if not 0 <= promises.latest_days <= 366:
        raise PolicyRefused("latest_days")
    if not 0 <= promises.broken_max <= 99:
        raise PolicyRefused("broken_max")
    if set(policy.grace_days) != set(RAILS) or any(
        not 0 <= days <= 15 for days in policy.grace_days.values()
    ):
        raise PolicyRefused("grace_days")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policy says to a wish: `agreed` at once, or why a person looks at it, or why there is no plan at all.

    `code` is empty when agreed. `possible`: a person may agree to it.
    """

    agreed: bool
    possible: bool
    code: str = ""


def offered(*, policy: PlanPolicy, kind: str, amount: Money) -> bool:
    """Whether a customer of this kind may pay this amount in parts at all."""
    return kind in policy.kinds and amount.minor >= max(2, policy.least.get(amount.currency, 0))


def down_payment(*, policy: PlanPolicy, amount: Money) -> Money | None:
    """What is paid first, rounded up to the minor unit; None when nothing is."""
    minor = -(-amount.minor * policy.down_percent // 100)
    return Money(amount.currency, minor) if minor else None


def judge(*, policy: PlanPolicy, kind: str, terms: Terms, parts: tuple[Part, ...], today: date) -> Answer:
    """What the policy says to a plan of these `parts`; they are what `schedule` made of `terms`."""
    amount = parts[0].amount
    for part in parts[1:]:
        amount += part.amount
    if not offered(policy=policy, kind=kind, amount=amount):
        return Answer(False, False, "no_plan_here")
    down = down_payment(policy=policy, amount=amount)
    above = policy.person_above.get(amount.currency)
    if above is not None and amount.minor > above:
        return Answer(False, True, "person_above")
    if terms.number > policy.number_max:
        return Answer(False, True, "too_many")
    if terms.spacing not in policy.spacings:
        return Answer(False, True, "other_spacing")
    if (terms.down or Money(amount.currency, 0)).minor < (down.minor if down is not None else 0):
        return Answer(False, True, "less_down")
    if parts[0].due_on > today + timedelta(days=policy.first_within_days):
        return Answer(False, True, "first_too_late")
    if parts[-1].due_on > today + timedelta(days=policy.longest_days):
        return Answer(False, True, "too_long")
    return Answer(True, True)
