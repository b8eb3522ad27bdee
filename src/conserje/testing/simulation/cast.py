# SPDX-License-Identifier: Apache-2.0
"""Who lives in a world: customers with their character, their addresses and the invoices they begin with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from conserje.testing.simulation.draw import stream
from conserje.testing.simulation.places import ZONES

# A character and how many of a hundred have it.
CHARACTERS = {
    "punctual": 18,
    "reminded": 24,
    "slow": 12,
    "promising": 14,
    "breaking": 6,
    "objecting": 8,
    "already_paid": 6,
    "leaving": 5,
    "silent": 7,
    "dividing": 11,
    "carded": 6,
    "subscriber": 9,
    "settling": 5,
}
ZONES_OF_XX = ("America/Santiago", "America/Punta_Arenas")
CURRENCY = "COP"
# The first customers of a world all owe something; of those after them, as in a real book, three of five are quiet.
BUSY = 50
QUIET = 0.6


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice as it is given: amounts in minor units by due date, oldest first. `kind` as the product has them."""

    number: str
    owner: str
    issued_on: date
    dues: tuple[tuple[date, int], ...]
    kind: str = "invoice"

    @property
    def minor(self) -> int:
        """The whole amount."""
        return sum(minor for _, minor in self.dues)


@dataclass(slots=True)
class Person:
    """A customer. `permitted`: whether anybody said that they may be written to; `dead`: mail to them bounces;
    `quiet`: owes nothing at first and buys seldom.
    """

    ref: str
    name: str
    kind: str
    country: str
    zone: str
    address: str
    character: str
    permitted: bool
    dead: bool
    papers: int = 0
    above: str = ""
    moved: int = 0
    changes: int = 0
    cards: int = 0
    quiet: bool = False
    cancelled: bool = False
    first: list[Paper] = field(default_factory=list)


def draw_cast(
    *,
    seed: int,
    customers: int,
    start: date,
    countries: tuple[str, ...] = (),
    characters: tuple[str, ...] = (),
) -> list[Person]:
    """The customers of a world as they stand on the evening before `start`; over `countries`, if any are named, and
    only of these `characters`.
    """
    people: list[Person] = []
    for index in range(customers):
        chance = stream(seed, "cast", index)
        person = _person(chance, index, people)
        if characters:
            person.character = characters[index % len(characters)]
        if countries:
            person.country = countries[index % len(countries)]
            person.zone = stream(seed, "zone", index).choice(ZONES[person.country])
            if person.country == "XX":
                person.kind, person.above = "person", ""  # its law knows no companies in trade
        person.quiet = index >= BUSY and stream(seed, "quiet", index).random() < QUIET
        for _ in range(0 if person.quiet else chance.choice((1, 1, 1, 2, 3, 5))):
            person.first.append(draw_paper(chance, person, due_on=start + timedelta(days=_age(chance))))
        people.append(person)
    return people


def _person(chance: random.Random, index: int, people: list[Person]) -> Person:
    foreign = chance.random() < 0.18
    kind = "person" if foreign or chance.random() < 0.3 else "company"
    address = f"pagos{index:05d}@cliente{index:05d}.example"
    if people and chance.random() < 0.04:
        address = people[-1].address  # one bookkeeper for two customers
    return Person(
        ref=f"C{index:05d}",
        name=f"Cliente {index:05d}",
        kind=kind,
        country="XX" if foreign else "CO",
        zone=chance.choice(ZONES_OF_XX) if foreign else _zone(chance),
        address=address,
        character=chance.choices(list(CHARACTERS), list(CHARACTERS.values()))[0],
        permitted=chance.random() > 0.03,
        dead=chance.random() < 0.04,
        above=f"gerencia{index:05d}@cliente{index:05d}.example"
        if kind == "company" and chance.random() < 0.3
        else "",
    )


def _zone(chance: random.Random) -> str:
    if chance.random() < 0.9:
        return "America/Bogota"
    return chance.choice(("America/New_York", "Europe/Madrid", "Pacific/Auckland"))


def _age(chance: random.Random) -> int:
    """Days from the start to a due date: most are to come or fresh, some are old."""
    days: int = chance.choice((*range(-20, 25), *range(-20, 25), -90, -60, -45, -35, 30, 40))
    return days


def draw_paper(chance: random.Random, person: Person, *, due_on: date) -> Paper:
    """The next invoice of `person`: whole pesos, one due date or two."""
    person.papers += 1
    pesos = chance.choice((45_000, 120_000, 380_000, 950_000, 2_400_000, 18_000_000)) + chance.randint(
        1, 9_999
    )
    dues = [(due_on, pesos * 100)]
    if chance.random() < 0.12 and person.character != "subscriber":
        half = pesos // 2
        dues = [(due_on, half * 100), (due_on + timedelta(days=15), (pesos - half) * 100)]
    number = f"{person.ref}-{person.papers:03d}"
    kind = "subscription" if person.character == "subscriber" else "invoice"
    return Paper(number, person.ref, due_on - timedelta(days=30), tuple(dues), kind)
