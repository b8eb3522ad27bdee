# SPDX-License-Identifier: Apache-2.0
"""What people do: customers who pay, promise, object, leave or stay silent, and a creditor with a desk and bad days."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from conserje.testing.simulation.books import Books
from conserje.testing.simulation.cast import Paper, Person, draw_paper
from conserje.testing.simulation.draw import later, stream
from conserje.testing.simulation.places import places

PLACES = (
    ("CO", "Europe/Madrid"),
    ("CO", "America/New_York"),
    ("CO", "America/Bogota"),
    ("XX", "America/Santiago"),
)


_GOES_BACK = (("go_back", 0.0015), ("refund", 0.002), ("contest", 0.0015), ("end_card", 0.001))
PAPERS_A_DAY = 0.018
PAPERS_A_QUIET_DAY = 0.004


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person does at an instant: `what` names it, `who` is the customer it is about, if any."""

    at: datetime
    what: str
    who: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class People:
    """Everybody of a world."""

    seed: int
    cast: dict[str, Person]
    books: Books
    countries: tuple[str, ...] = ()
    letters: dict[str, int] = field(default_factory=dict)

    def on_paper(self, person: Person, paper: Paper, at: datetime) -> list[Deed]:
        """What a customer does by itself about a new invoice."""
        chance = stream(self.seed, "paper", paper.number)
        if person.character in ("carded", "subscriber") and not person.cards and not person.cancelled:
            at = later(chance, at, hours=(1, 30))
            return [Deed(at, "card", person.ref, {"covers": True})] if chance.random() < 0.8 else []
        if person.character != "punctual":
            return []
        moment = _at(paper.dues[0][0], chance, days=(-3, 2))
        return [_pay(chance, person, max(moment, later(chance, at, hours=(1, 48))), [paper.number])]

    def on_letter(self, ref: str, at: datetime, numbers: tuple[str, ...]) -> list[Deed]:
        """What a customer does after a letter that asks for `numbers`."""
        person = self.cast[ref]
        count = self.letters[ref] = self.letters.get(ref, 0) + 1
        chance = stream(self.seed, "letter", ref, count)
        moment = later(chance, at, hours=(0, 90))
        if chance.random() < 0.03:
            country, zone = self._place(chance, person)
            return [Deed(moment, "move", ref, {"country": country, "zone": zone})]
        react = _REACTIONS.get(person.character)
        return react(Read(chance, person, moment, list(numbers), count)) if react is not None else []

    def _place(self, chance: random.Random, person: Person) -> tuple[str, str]:
        person.moved += 1
        if self.countries:
            return chance.choice(places(self.countries, company=person.kind == "company"))
        if person.country == "XX":
            return "XX", "America/Punta_Arenas" if "Santiago" in person.zone else "America/Santiago"
        return chance.choice(PLACES if person.kind == "person" else PLACES[:3])

    def of_day(self, on: date, standing: Mapping[str, Any]) -> list[Deed]:
        """What the creditor's people do on `on`; `standing` are open holds, disputes, claims and stops."""
        chance = stream(self.seed, "desk", on.isoformat())
        deeds = [*self._papers(chance, on), *self._odd(chance, on)]
        for number, placed in sorted(standing["holds"].items()):
            if chance.random() < 0.12:
                deeds.append(Deed(_at(on, chance), "release", placed, {"hold": number}))
        for number, ref in sorted(standing["disputes"].items()):
            if chance.random() < 0.12:
                deeds.append(Deed(_at(on, chance), "close_dispute", ref, {"dispute": number}))
        for number, ref in sorted(standing["claims"].items()):
            if chance.random() < 0.15:
                deeds.append(Deed(_at(on, chance), "answer_claim", ref, {"claim": number}))
        for what, rate in (("proposed", 0.4), ("referred", 0.15)):
            for number, ref in sorted(standing[what].items()):
                if chance.random() < rate:
                    deed = "answer_plan" if what == "proposed" else "look_after_plan"
                    deeds.append(Deed(_at(on, chance), deed, ref, {"plan": number}))
        for number, ref in sorted(standing["disputes"].items()):
            if chance.random() < 0.12:
                deeds.append(Deed(_at(on, chance), "propose", ref, {"dispute": number}))
        for ref in standing["contests"]:
            if chance.random() < 0.2:
                deeds.append(Deed(_at(on, chance), "decide_contest", ref))
        if standing["stopped"] and chance.random() < 0.5:
            deeds.append(Deed(_at(on, chance), "lift", "", {"channel": standing["stopped"][0]}))
        if on.weekday() < 5:
            deeds.append(Deed(_at(on, chance, hour=16), "drafts"))
            deeds.append(Deed(_at(on, chance, hour=15), "unsure"))
            if not self._lapse(on):
                deeds.append(Deed(_at(on, chance, hour=12), "fresh", "", {"through": on - timedelta(days=1)}))
        return deeds

    def _lapse(self, on: date) -> bool:
        """Weeks in which nobody says through which day payments are recorded."""
        year, week, _ = on.isocalendar()
        return stream(self.seed, "lapse", year, week).random() < 0.08

    def _papers(self, chance: random.Random, on: date) -> list[Deed]:
        deeds = []
        for ref in sorted(self.cast):
            rate = PAPERS_A_QUIET_DAY if self.cast[ref].quiet else PAPERS_A_DAY
            if chance.random() < rate and not self.cast[ref].cancelled:
                paper = draw_paper(chance, self.cast[ref], due_on=on + timedelta(days=chance.randint(-8, 30)))
                deeds.append(Deed(_at(on, chance), "invoice", ref, {"paper": paper}))
        return deeds

    def _odd(self, chance: random.Random, on: date) -> list[Deed]:
        """Now and then a hold, a stop, a write-off, a credit note, money that goes back."""
        deeds = []
        refs = sorted(self.cast)
        for what, rate in (("hold", 0.006), ("write_off", 0.0015), ("credit", 0.003), *_GOES_BACK):
            for _ in range(len(refs)):
                if chance.random() < rate:
                    facts = {"draw": chance.randint(0, 10**9)}
                    deeds.append(Deed(_at(on, chance), what, chance.choice(refs), facts))
        if chance.random() < 0.02:
            deeds.append(Deed(_at(on, chance), "stop", "", {"channel": chance.choice(("", "email"))}))
        return deeds


def _pay(
    chance: random.Random, person: Person, at: datetime, numbers: list[str], *, part: bool = False
) -> Deed:
    way = chance.choice(("checkout", "checkout", "bank", "both", "person"))
    facts = {"way": way, "numbers": numbers, "part": part, "more": chance.random() < 0.04}
    return Deed(at, "pay", person.ref, facts)


def _at(
    on: date, chance: random.Random, *, days: tuple[int, int] = (0, 0), hour: int | None = None
) -> datetime:
    """A moment of the working day in Bogota, in UTC."""
    day = on + timedelta(days=chance.randint(*days))
    whole = time(
        hour if hour is not None else chance.randint(13, 23), chance.randint(0, 59), chance.randint(0, 59)
    )
    return datetime.combine(day, whole, UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """A letter that was read: by whom, when they act on it, about which invoices, the how manieth it was."""

    chance: random.Random
    person: Person
    at: datetime
    numbers: list[str]
    count: int

    def pay(self, numbers: list[str], *, at: datetime | None = None, part: bool = False) -> Deed:
        """Pay these invoices, by whatever way."""
        return _pay(self.chance, self.person, at or self.at, numbers, part=part)

    def deed(self, what: str, **facts: Any) -> Deed:
        """Do something else at once."""
        return Deed(self.at, what, self.person.ref, facts)


def _punctual(read: Read) -> list[Deed]:
    return [read.pay(read.numbers)] if read.chance.random() < 0.7 else []


def _reminded(read: Read) -> list[Deed]:
    if read.chance.random() < 0.2:
        return []
    return [read.pay(read.numbers if read.chance.random() < 0.6 else read.numbers[:1])]


def _slow(read: Read) -> list[Deed]:
    if read.count % 3:
        return [read.pay(read.numbers[:1], part=True)] if read.chance.random() < 0.3 else []
    return [read.pay(read.numbers)]


def _promising(read: Read) -> list[Deed]:
    on = read.at.date() + timedelta(days=read.chance.randint(2, 12))
    word = read.deed("promise", on=on, numbers=read.numbers if read.chance.random() < 0.5 else [])
    if read.chance.random() < 0.25:
        return [word]
    return [word, read.pay(read.numbers, at=_at(on, read.chance, days=(-1, 1)))]


def _breaking(read: Read) -> list[Deed]:
    if read.count > 3:
        return [read.pay(read.numbers)]
    return [read.deed("promise", on=read.at.date() + timedelta(days=read.chance.randint(1, 6)), numbers=[])]


def _objecting(read: Read) -> list[Deed]:
    if read.count % 2 == 0:
        return [read.pay(read.numbers)] if read.chance.random() < 0.6 else []
    percent = None if read.chance.random() < 0.5 else read.chance.randint(10, 70)
    return [read.deed("dispute", number=read.chance.choice(read.numbers), percent=percent)]


def _already_paid(read: Read) -> list[Deed]:
    said = read.deed("say_paid", numbers=read.numbers if read.chance.random() < 0.6 else [])
    if read.chance.random() < 0.4:
        return [said]
    paid_at = later(read.chance, read.at, hours=(20, 140))
    return [said, Deed(paid_at, "pay", read.person.ref, {"way": "person", "numbers": read.numbers})]


def _leaving(read: Read) -> list[Deed]:
    deeds = [read.deed("leave")]
    if read.chance.random() < 0.3:
        back_at = later(read.chance, read.at, hours=(200, 900))
        deeds.append(Deed(back_at, "come_back", read.person.ref))
    return deeds


def _dividing(read: Read) -> list[Deed]:
    """Pays in parts, as the page offers; some ask for more parts than are agreed without a person."""
    if read.chance.random() < 0.25:
        return [read.pay(read.numbers[:1])] if read.count > 2 else []
    return [
        read.deed(
            "plan",
            number=read.chance.choice((2, 3, 3, 4, 6, 9)),
            spacing=read.chance.choice(("weekly", "weekly", "fortnightly", "monthly")),
            ahead=read.chance.randint(0, 15),
            keeps=read.chance.choice(("hand", "hand", "hand", "card", "some")),
        )
    ]


def _carded(read: Read) -> list[Deed]:
    """Leaves cards; when one does not go through, another one, another way, or nothing for long."""
    draw = read.chance.random()
    if draw < 0.4:
        return [read.deed("card", covers=True, good=read.chance.random() < 0.6)]
    if draw < 0.65:
        return [read.pay(read.numbers)]
    if draw < 0.72:
        return [read.deed("end_card")]
    return []


def _subscriber(read: Read) -> list[Deed]:
    draw = read.chance.random()
    if draw < 0.35:
        return [read.deed("card", covers=True, good=read.chance.random() < 0.6)]
    if draw < 0.5:
        return [read.pay(read.numbers)]
    if draw < 0.6:
        return [read.deed("cancel")]
    if draw < 0.75:
        return [read.deed("plan", number=2, spacing="weekly", ahead=read.chance.randint(0, 6), keeps="hand")]
    if draw < 0.85:
        return [read.deed("settle")]
    return []


def _settling(read: Read) -> list[Deed]:
    """Waits for the page to offer something, and takes it."""
    return [read.deed("settle")] if read.count > 2 else []


_REACTIONS: dict[str, Callable[[Read], list[Deed]]] = {
    "punctual": _punctual,
    "reminded": _reminded,
    "slow": _slow,
    "promising": _promising,
    "breaking": _breaking,
    "objecting": _objecting,
    "already_paid": _already_paid,
    "leaving": _leaving,
    "dividing": _dividing,
    "carded": _carded,
    "subscriber": _subscriber,
    "settling": _settling,
}
