# SPDX-License-Identifier: Apache-2.0
"""A running world: its clock, its books, its people, and the doors through which deeds reach the product."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError

from conserje.cli.simulation import crash, setting
from conserje.services.insights import outline
from conserje.services.tenancy.act import acting
from conserje.testing.simulation import carrier, desk, gateway
from conserje.testing.simulation.auditor.auditor import Auditor
from conserje.testing.simulation.auditor.letters import NUMBER
from conserje.testing.simulation.behaviour import Deed, People
from conserje.testing.simulation.cast import Paper, Person, draw_cast
from conserje.testing.simulation.draw import stream
from conserje.testing.simulation.faults import Dial, of_act
from conserje.testing.simulation.history import Event, History

R = TypeVar("R")
FIRST_START = date(2026, 1, 12)
# A little beyond the day until which the law of Colombia was read: the last worlds live to see it run out.
LAST_DAY = date(2027, 5, 9)


@dataclass(slots=True)
class Clock:
    """The machine's clock of a world: each look at it is a little later."""

    seed: int
    moment: datetime
    looks: int = 0

    def __call__(self) -> datetime:
        """This moment."""
        self.looks += 1
        self.moment += timedelta(milliseconds=200 + (self.seed * 7919 + self.looks * 104_729) % 3_800)
        return self.moment


@dataclass(slots=True)
class OpenPlan:
    """A plan by its row: whose, how it stands, whether they keep it ("hand", "card", "some"), who moved its parts."""

    who: str
    row: int
    state: str
    keeps: str
    referred: bool = False
    by_person: bool = False
    kept_days: int = 0


@dataclass(frozen=True, slots=True)
class OpenAccord:
    """An agreement by its row, about these invoices; `dispute` is our number of the one it ends."""

    who: str
    row: int
    numbers: tuple[str, ...]
    dispute: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """A card by its number at the gateway: whose, and the name of its page."""

    who: str
    name: str


@dataclass(slots=True)
class Open:
    """What the creditor's people have on their desk, by our own number for it."""

    holds: dict[int, tuple[str, int]] = field(default_factory=dict)
    disputes: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    claims: dict[int, tuple[str, int]] = field(default_factory=dict)
    plans: dict[int, OpenPlan] = field(default_factory=dict)
    kept: dict[int, OpenPlan] = field(default_factory=dict)
    accords: dict[int, OpenAccord] = field(default_factory=dict)
    parts: dict[str, tuple[tuple[date, int], ...]] = field(default_factory=dict)
    contests: dict[str, list[str]] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    numbers: int = 0

    def number(self) -> int:
        """The next number."""
        self.numbers += 1
        return self.numbers

    def standing(self) -> dict[str, Any]:
        """Whose they are."""
        return {
            "holds": {number: ref for number, (ref, _) in self.holds.items()},
            "disputes": {number: ref for number, (ref, _, _) in self.disputes.items()},
            "claims": {number: ref for number, (ref, _) in self.claims.items()},
            "proposed": {number: one.who for number, one in self.plans.items() if one.state == "proposed"},
            "referred": {number: one.who for number, one in self.plans.items() if one.referred},
            "contests": sorted(self.contests),
            "stopped": self.stopped,
        }


@dataclass(slots=True)
class World:
    """One world."""

    seed: int
    creditor_id: int
    clock: Clock
    history: History
    auditor: Auditor
    people: People
    line: carrier.Line
    desk: desk.Desk
    ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    open: Open = field(default_factory=Open)
    queue: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    payment_ids: dict[str, int] = field(default_factory=dict)
    checkouts: dict[str, Any] = field(default_factory=dict)
    known_paid: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)
    put_off: int = 0
    known_back: dict[str, int] = field(default_factory=dict)
    given_back: dict[str, list[str]] = field(default_factory=dict)
    cards: dict[int, Held] = field(default_factory=dict)
    refusals: set[tuple[str, str]] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    acts: int = 0
    turns: int = 0
    crashes: int = 0
    days: int = 0
    last: int = 0
    nested: bool = False
    claimed: bool = False
    deeds: int = 0

    def push(self, *deeds: Deed) -> None:
        """Things that will be done."""
        for deed in deeds:
            self.deeds += 1
            heapq.heappush(self.queue, (deed.at, self.deeds, deed))

    def tell(self, kind: str, who: str = "", **facts: Any) -> None:
        """Something happened, and everybody outside knows it."""
        self.history.add(self.clock(), kind, who, **facts)

    def answered(self, external_id: str) -> None:
        """The gateway tells that a checkout is paid, and what of it went back by our own refunds."""
        (who, ref, _), back = self.checkouts[external_id], 0
        if not self.desk.charges[external_id].contested:
            back = self.desk.charges[external_id].returned - self.known_back.get(external_id, 0)
        facts = {"back": back, "numbers": self.given_back.get(external_id, [])} if back else {}
        self.tell("charged", who, new=bool(back) or ref not in self.known_paid, **facts)

    def today(self) -> date:
        """This day by the machine's clock, which is not looked at."""
        return self.clock.moment.date()

    def refuse(self, what: str, who: str, refused: Exception) -> None:
        """A service said no: the code of its sentence is kept, and everybody knows it."""
        code = str(refused.args[0]) if refused.args else ""
        # What is written for developers, with ids that differ between worlds, is known by the kind of error.
        code = code if not code or code.isidentifier() else type(refused).__name__
        self.refusals.add((what, code))
        self.tell("refused", who, what=what, code=code)

    def expire(self) -> None:
        """Let the claims of dead workers lapse, as two minutes would: the database's own clock cannot be moved."""
        with acting(creditor_id=self.creditor_id):
            outline.lapse(creditor_id=self.creditor_id)

    def act(self, call: Callable[[], R], *, twice: bool) -> R:
        """A person does something at a door; when the process dies under it, they do it once more.

        `twice`: whether that is safe even after a COMMIT whose answer was lost.
        """
        self.acts += 1
        fault = (
            None
            if self.line.calm
            else of_act(seed=self.seed, number=self.acts, twice=twice, dial=self.line.dial)
        )
        try:
            with crash.armed(fault):
                return call()
        except (crash.Killed, OperationalError):
            self.crashes += 1
            self.tell("act_crashed", crash=str(fault))
            return call()


@dataclass(frozen=True, slots=True)
class Plot:
    """Which world: its seed, how many customers and days, how rough, over which countries (none: as one seller's)."""

    seed: int
    customers: int
    days: int
    dial: Dial
    countries: tuple[str, ...] = ()
    keep: bool = False


def build(plot: Plot) -> World:
    """A world on the evening before its first day, written into the database that Django is connected to."""
    seed, days, dial = plot.seed, plot.days, plot.dial
    start = start_of(seed, days)
    clock = Clock(seed, datetime.combine(start - timedelta(days=1), time(12), UTC))
    auditor = Auditor()
    drawn = draw_cast(
        seed=seed,
        customers=plot.customers,
        start=start,
        countries=plot.countries,
        characters=dial.characters,
    )
    cast = {person.ref: person for person in drawn}
    for person in cast.values():
        person.zone = dial.zone if dial.zone and person.country == "CO" else person.zone
    people = People(seed, cast, auditor.books, plot.countries)
    history = History(auditor.hear, keep=plot.keep)
    line = carrier.Line(seed, history, clock, crash.kill, lambda address, attempt: None)
    line.dial, line.deaths = dial, (crash.Killed, OperationalError)
    line.dead |= {person.address for person in cast.values() if person.dead}
    world = World(
        seed=seed,
        creditor_id=setting.prepare(seed=seed, now=clock(), hour=dial.hour),
        clock=clock,
        history=history,
        auditor=auditor,
        people=people,
        line=line,
        desk=desk.Desk(seed),
    )
    history.heard = lambda event: _heard(world, event)
    world.desk.today = world.today
    world.desk.answered = world.answered
    carrier.ADAPTER.line, gateway.ADAPTER.desk = line, world.desk
    _first_evening(world, list(cast.values()))
    return world


def start_of(seed: int, days: int) -> date:
    """The first day of the world of that seed; worlds end before the auditor's calendar does. Raises `ValueError`."""
    spread = (LAST_DAY - FIRST_START).days - days
    if spread < 1:
        raise ValueError(
            f"A world has at most {(LAST_DAY - FIRST_START).days - 1} days: the calendar ends there."
        )
    return FIRST_START + timedelta(days=stream(seed, "start").randrange(spread))


def _first_evening(world: World, cast: list[Person]) -> None:
    now = world.clock()
    world.ids = setting.write_in(creditor_id=world.creditor_id, people=cast, now=now)
    for person in cast:
        facts: dict[str, Any] = {"country": person.country, "zone": person.zone, "address": person.address}
        facts |= {"company": person.kind == "company"}
        world.tell("customer", person.ref, **facts, permitted=person.permitted)
    open_papers(world, [paper for person in cast for paper in person.first])


def open_papers(world: World, papers: list[Paper]) -> None:
    """New invoices reach the books, and their customers' plans."""
    now = world.clock()
    world.numbers |= world.act(
        lambda: setting.open_papers(creditor_id=world.creditor_id, papers=papers, ids=world.ids, now=now),
        twice=True,
    )
    for paper in papers:
        facts = {"number": paper.number, "dues": [list(due) for due in paper.dues], "of": paper.kind}
        world.tell("invoice", paper.owner, issued_on=paper.issued_on, **facts)
        world.push(*world.people.on_paper(world.people.cast[paper.owner], paper, now))


def _heard(world: World, event: Event) -> None:
    """The auditor hears everything; a customer who reads a letter may do something about it."""
    before = len(world.auditor.findings)
    world.auditor.hear(event)
    if event.kind == "handed" and event.facts["stops"] and len(world.auditor.findings) == before:
        numbers = tuple(dict.fromkeys(NUMBER.findall(event.facts["subject"] + event.facts["text"])))
        if numbers:
            owner = world.auditor.books.invoices[numbers[0]].owner
            world.push(*world.people.on_letter(owner, event.at, numbers))
    if event.kind == "bounced":
        _look_for_address(world, event)


def _look_for_address(world: World, event: Event) -> None:
    chance = stream(world.seed, "search", event.facts["address"])
    for person in world.people.cast.values():
        if person.address == event.facts["address"] and chance.random() < 0.7:
            at = event.at + timedelta(days=chance.randint(1, 6), hours=2)
            world.push(Deed(at, "new_address", person.ref))


Doer = Callable[[World, Deed], None]


def may_be_refused(*kinds: type[Exception]) -> Callable[[Doer], Doer]:
    """For a deed to which a service may say no, by one of `kinds`: the deed ends there, and everybody knows it."""

    def wrap(doer: Doer) -> Doer:
        @wraps(doer)
        def doing(world: World, deed: Deed) -> None:
            try:
                doer(world, deed)
            except kinds as refused:
                world.refuse(deed.what, deed.who, refused)

        return doing

    return wrap
