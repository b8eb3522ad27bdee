# SPDX-License-Identifier: Apache-2.0
"""Running a world day by day: deeds at their moments, turns of work with crashes between them, and the audit."""

from __future__ import annotations

import gc
import heapq
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import OperationalError

from conserje.cli.simulation import accords, charging, crash, deeds, paying, plans
from conserje.cli.simulation.world import Plot, World, build, start_of
from conserje.services.insights import outline
from conserje.services.integrations import turn
from conserje.services.outreach import stop
from conserje.services.receivables import verify
from conserje.services.tenancy.act import reading
from conserje.testing.simulation.auditor import charges
from conserje.testing.simulation.auditor import day as audit
from conserje.testing.simulation.auditor.findings import Finding
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.cast import CURRENCY
from conserje.testing.simulation.draw import stream
from conserje.testing.simulation.faults import USUAL, Dial, of_turn, outages
from conserje.testing.simulation.places import EVERYWHERE

# Turns of a day in UTC: Bogota is five hours behind. Some begin so shortly before a window closes that letters are
# written inside it, and are still waiting to be handed over when it is over.
EDGES = (time(14, 45), time(20, 28, 50), time(23, 58, 50))
TURNS_AGAIN_MAX = 60
# Of a hundred hand-overs so many wait for a slow line, up to two minutes, before the point of no return.
HANGS = 6
# In days: how often the product's own checks are asked for, of the money and of the whole journal, which grows.
VERIFIED_EACH = 3
WHOLE_FIRST = 9
# Other evenings look at the letters of so many days; whatever waits is looked at each evening.
RECENT = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Report:
    """How a world ended. `findings` is empty when it lived through all its days; `digest` is its whole history's."""

    seed: int
    customers: int
    days: int
    days_lived: int
    first_day: date
    last_day: date
    events: int
    letters: int
    crashes: int
    digest: str
    kinds: dict[str, int]
    findings: tuple[Finding, ...]
    lines: tuple[str, ...] = ()
    refusals: frozenset[tuple[str, str]] = frozenset()
    reasons: frozenset[str] = frozenset()
    countries: tuple[str, ...] = ()

    @property
    def again(self) -> str:
        """The command that lives this world once more."""
        packs = "".join(f" --pack {code}" for code in self.countries)
        packs = " --pack all" if self.countries == EVERYWHERE else packs
        return f"conserje simulate --seed {self.seed} --customers {self.customers} --days {self.days}{packs}"

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def run(
    *,
    seed: int,
    customers: int,
    days: int,
    keep: bool = False,
    dial: Dial = USUAL,
    countries: tuple[str, ...] = (),
) -> Report:
    """Live a world in the database that Django is connected to, until its end or the first finding."""
    world = build(Plot(seed, customers, days, dial, countries, keep))
    world.desk.charged = lambda *seen: charging.charged(world, *seen)
    world.desk.gave_back = lambda *seen: charging.gave_back(world, *seen)
    world.line.between = lambda address, attempt: _between(world, address, attempt)
    # What a world is begun with stays: the collector of garbage need not look through it again and again.
    gc.freeze()
    start, lived = start_of(seed, days), 0
    silent = outages(seed=seed, start=start, days=days)
    world.last = days - len(silent)
    with crash.sessions():
        for ahead in range(days):
            on = start + timedelta(days=ahead)
            _day(world, on, silent=on in silent)
            lived += 1
            if world.auditor.findings:
                break
    return Report(
        seed=seed,
        customers=customers,
        days=days,
        days_lived=lived,
        first_day=start,
        last_day=start + timedelta(days=lived - 1),
        events=world.history.count,
        letters=world.auditor.letters_read,
        crashes=world.crashes,
        digest=world.history.digest,
        kinds=dict(sorted(world.history.kinds.items())),
        findings=tuple(world.auditor.findings),
        lines=tuple(world.history.lines),
        refusals=frozenset(world.refusals),
        reasons=frozenset(world.reasons),
        countries=countries,
    )


def _day(world: World, on: date, *, silent: bool) -> None:
    if silent:
        world.tell("outage", on=on)
        return
    world.push(*world.people.of_day(on, world.open.standing()))
    worked = True
    for at in _moments(world.seed, on):
        _until(world, at)
        world.clock.moment = max(world.clock.moment, at)
        if stream(world.seed, "clock", on, at.time()).random() < 0.04:
            world.clock.moment -= timedelta(seconds=stream(world.seed, "back", on).randint(30, 5400))
            world.tell("clock_moved")
        worked = _work(world) and worked
        if world.auditor.findings:
            return
    world.clock.moment += timedelta(minutes=10)
    world.line.calm = True
    _work(world)
    charging.look(world)
    world.line.calm = False
    _audit(world, worked=worked)


def _moments(seed: int, on: date) -> list[datetime]:
    """When the queue's clock wakes a worker on `on`: the edges, and on every other day a moment drawn."""
    chance = stream(seed, "moments", on)
    if chance.random() < 0.5:
        return [datetime.combine(on, moment, UTC) for moment in EDGES]
    drawn = chance.choice(
        (time(10, 12), time(11, 58), time(12, 59, 50), time(13, 31), time(17, 20), time(19, 31))
    )
    return [datetime.combine(on, moment, UTC) for moment in sorted((*EDGES, drawn))]


def _until(world: World, at: datetime) -> None:
    while world.queue and world.queue[0][0] <= at and not world.auditor.findings:
        _, _, deed = heapq.heappop(world.queue)
        deeds.do(world, deed)


def _work(world: World) -> bool:
    """A worker's turn; when it dies the next one comes a minute later. False when nobody came to an end."""
    world.pending = set()
    if world.claimed:
        # Since the last turn more time has passed than any lease lasts.
        world.expire()
    for again in range(TURNS_AGAIN_MAX):
        asked = {key: charge.asked for key, charge in world.desk.charges.items()}
        for charge in world.desk.charges.values():
            charge.told = False
        ended = _turn(world, faulty=again == 0)
        told = {key for key, charge in world.desk.charges.items() if charge.told}
        if ended:
            quiet = {key for key in world.pending if world.desk.charges[key].asked == asked.get(key, 0)}
            _now_known(world, told | world.pending, at_least=told | quiet)
            plans.look_at_missed(world)
            charging.look_at_put_off(world)
            return True
        world.pending |= told
        world.clock.moment += timedelta(minutes=1)
    return False


def _now_known(world: World, heard: set[str], *, at_least: set[str]) -> None:
    """What the gateway told and the product recorded is in the books of both sides, in the order of its payments;
    `at_least` must be by now.
    """
    with reading(creditor_id=world.creditor_id):
        rows = outline.recorded(creditor_id=world.creditor_id, checkouts=sorted(heard))
    for key in sorted(rows.keys() | at_least, key=lambda one: (one not in rows, rows.get(one, 0), one)):
        paying.is_known(world, key)


def _turn(world: World, *, faulty: bool) -> bool:
    world.turns += 1
    faulty = faulty and not world.line.calm
    fault = of_turn(seed=world.seed, number=world.turns, dial=world.line.dial) if faulty else None
    try:
        with crash.armed(fault):
            done = turn.turn(creditor_id=world.creditor_id, clock=world.clock)
    except (crash.Killed, OperationalError):
        world.nested, world.claimed = False, True
        world.crashes += 1
        world.tell("crashed", fault=None if fault is None else f"{fault.crash} {fault.nth}")
        world.expire()
        _hear_of_stops(world)
        return False
    world.claimed = done.lapses_in is not None
    if done.sent.total:
        _hear_of_stops(world)
    world.tell("turn", sent=dict(sorted(done.sent.outcomes.items())), judged=done.swept.judged)
    return True


def _hear_of_stops(world: World) -> None:
    """The people hear of what the product has stopped by itself: its fuse blows when too much fails."""
    with reading(creditor_id=world.creditor_id):
        standing = stop.in_force(creditor_id=world.creditor_id)
    for one in standing:
        if one.by == "system" and one.channel not in world.open.stopped:
            world.open.stopped.append(one.channel)
            world.tell("stopped", channel=one.channel, why=one.reason)


def _between(world: World, address: str, attempt: int) -> None:
    """Between judging a letter and handing it over the line hangs, another worker works, its customer says a word."""
    chance = stream(world.seed, "between", address, attempt)
    if chance.random() * 100 < HANGS:
        since = world.clock.moment
        world.clock.moment += timedelta(seconds=chance.randint(10, 120))
        world.tell("hung", since=since)
    if world.nested or chance.random() * 100 >= world.line.dial.between:
        return
    refs = [one.ref for one in world.people.cast.values() if one.address == address]
    what = chance.choice(("turn", "zombie", "pay", "leave", "hold", "promise", "stop"))
    world.nested = True
    with crash.elsewhere():
        if what in ("turn", "zombie"):
            if what == "zombie":
                world.expire()
            turn.turn(creditor_id=world.creditor_id, clock=world.clock)
        elif refs:
            _word(world, what, refs[0], chance.randint(0, 10**9))
    world.nested = False


def _word(world: World, what: str, ref: str, draw: int) -> None:
    now = world.clock.moment
    every: dict[str, dict[str, Any]] = {
        "pay": {"ref": f"between-{ref}-{draw}", "shares": [], "minor": 5_000_000},
        "hold": {"draw": draw},
        "promise": {"on": now.date() + timedelta(days=4), "numbers": []},
        "stop": {"channel": ""},
        "leave": {},
    }
    facts = every[what]
    if what == "pay":
        # What the gateway told in this turn is in the books before this payment is.
        told = {key for key, charge in world.desk.charges.items() if charge.told or key in world.pending}
        _now_known(world, {key for key in told if world.checkouts[key][0] == ref}, at_least=set())
        numbers = [one.number for one in world.auditor.books.owed(ref)]
        shares = [(number, world.auditor.books.invoices[number].open) for number in numbers]
        facts |= {"shares": shares, "minor": sum(minor for _, minor in shares)}
        if not shares:
            return
    deeds.do(world, Deed(now, "by_hand" if what == "pay" else what, ref if what != "stop" else "", facts))


def _audit(world: World, *, worked: bool) -> None:
    """The auditor's evening: forgotten customers, told and done, the books, every letter's end; then `verify`."""
    if worked:
        plans.look(world)
        accords.look(world)
    world.days += 1
    at, auditor, creditor_id = world.clock.moment, world.auditor, world.creditor_id
    with reading(creditor_id=creditor_id):
        shown = outline.balances(creditor_id=creditor_id, currency=CURRENCY)
        since = None if _whole(world) else at - RECENT
        touches = outline.touches(creditor_id=creditor_id, since=since)
    # Who writes in the last minute of the day cannot be held to the day.
    audit.told_and_done(auditor, at, worked=worked and not world.line.dial.hour)
    audit.forgotten(auditor, at, worked=worked)
    charges.known(auditor, at)
    audit.balances(auditor, at, {item.reference: (item.open, item.left) for item in shown})
    world.reasons |= {item.reason for item in touches if item.reason}
    audit.conserved(auditor, at, [_shown(world, item) for item in touches], every=since is None)
    for item in _verified(world):
        if item.state == verify.BROKEN:
            auditor.find(at, f"verify: {item.name}", "", "; ".join(item.findings[:3]))


def _whole(world: World) -> bool:
    """Whether all that ever happened is looked at: on days that double, and on the last one."""
    doubled = world.days % WHOLE_FIRST == 0 and (world.days // WHOLE_FIRST).bit_count() == 1
    return doubled or world.days == world.last


def _verified(world: World) -> tuple[verify.Property, ...]:
    """The product's own checks, on the days that have them."""
    if _whole(world):
        return verify.verify(creditor_id=world.creditor_id).properties
    if world.days % VERIFIED_EACH:
        return ()
    with reading(creditor_id=world.creditor_id):
        return verify.money(creditor_id=world.creditor_id)


def _shown(world: World, item: outline.TouchEnded) -> audit.Shown:
    return audit.Shown(
        message=world.line.number_of(item.key),
        who=item.reference,
        step=item.step,
        state=item.state,
        reason=item.reason,
        planned_at=item.planned_at,
        waits_until=item.retry_at,
        perhaps_read=item.perhaps_read,
    )
