# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a world, and when: crashes at the n-th statement or commit, lost answers, outages, clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from conserje.testing.simulation.draw import stream


class Crash(StrEnum):
    """Where a process ends: before its n-th statement, before or after its n-th commit. Or it lives, and loses its line
    to the database: before the n-th statement, or with the answer to the n-th commit.
    """

    STATEMENT = "statement"
    LINE_LOST = "line_lost"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    ANSWER_LOST = "answer_lost"


_STATEMENTS = (Crash.STATEMENT, Crash.LINE_LOST)


@dataclass(frozen=True, slots=True)
class Fault:
    """Which crash, at which count."""

    crash: Crash
    nth: int


@dataclass(frozen=True, slots=True)
class Dial:
    """How rough a world is: of a hundred turns and acts how many crash, how often something comes between judging and
    handing over, by how much the carrier's faults are multiplied; `hour` is when the creditor writes, if not as usual,
    `zone` where all customers under the law of Colombia are, `characters` the only ones among customers, and `cards`
    the only kinds of cards that they leave.
    """

    turns_crashed: int = 12
    acts_crashed: int = 6
    between: int = 5
    carrier: int = 1
    hour: str = ""
    zone: str = ""
    characters: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()


USUAL = Dial()
ROUGH = Dial(turns_crashed=30, acts_crashed=25, between=35, carrier=5)


def of_turn(*, seed: int, number: int, dial: Dial = USUAL) -> Fault | None:
    """What goes wrong in the turn of that number, if anything."""
    chance = stream(seed, "turn", number)
    if chance.random() * 100 >= dial.turns_crashed:
        return None
    crash = chance.choice(tuple(Crash))
    reach = chance.choice((8, 40, 200)) if crash in _STATEMENTS else chance.choice((3, 8, 30))
    return Fault(crash, chance.randint(1, reach))


def of_act(*, seed: int, number: int, twice: bool, dial: Dial = USUAL) -> Fault | None:
    """What goes wrong in a person's act; `twice`: whether the same act may be done again after its answer was lost."""
    chance = stream(seed, "act", number)
    if chance.random() * 100 >= dial.acts_crashed:
        return None
    crash = chance.choice(tuple(Crash) if twice else (*_STATEMENTS, Crash.BEFORE_COMMIT))
    return Fault(crash, chance.randint(1, 12) if crash in _STATEMENTS else 1)


def outages(*, seed: int, start: date, days: int) -> frozenset[date]:
    """Days on which no worker runs and nobody reaches a page: now and then one to four in a row."""
    chance = stream(seed, "outages")
    found: set[date] = set()
    day = 0
    while day < days:
        if chance.random() < 0.012:
            length = chance.randint(1, 4)
            found |= {start + timedelta(days=day + ahead) for ahead in range(length)}
            day += length + 5
        day += 1
    return frozenset(found)
