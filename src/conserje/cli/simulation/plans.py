# SPDX-License-Identifier: Apache-2.0
"""Paying in parts: chosen and signed on the customer's page, answered by a person, kept, broken, moved, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from conserje.cli.simulation import paying, setting
from conserje.cli.simulation.world import OpenPlan, World, may_be_refused
from conserje.domain.arrangements.plan import Spacing
from conserje.services.arrangements import plan, plan_read, plan_terms
from conserje.services.arrangements.plan_terms import Wish
from conserje.services.receivables import mandate
from conserje.services.tenancy.act import reading
from conserje.testing.simulation.auditor.accords import MISSED_DAYS
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.cast import CURRENCY
from conserje.testing.simulation.draw import stream

BY = setting.BY
LOCALE = "es_CO"
NAME = "Laura Pérez"
# How long a plan that was kept is looked at once more each evening: money may go back.
KEPT_SHOWN_DAYS = 5
# A part of so long ago that is not paid is moved to the end about now, somewhere on earth.
MISSED = timedelta(days=MISSED_DAYS - 2)


@may_be_refused(plan.Refused)
def _plan(world: World, deed: Deed) -> None:
    """The customer chooses parts, reads the words and signs them."""
    if any(one.who == deed.who for one in world.open.plans.values()):
        return
    who: dict[str, Any] = {"creditor_id": world.creditor_id, "customer_id": world.ids[deed.who]}
    now, facts = world.clock(), deed.facts
    with reading(creditor_id=world.creditor_id):
        room = plan_terms.room(**who, now=now)
        if CURRENCY not in room.offered():
            return
        first_on = room.today + timedelta(days=facts["ahead"])
        wish = Wish(CURRENCY, facts["number"], Spacing(facts["spacing"]), first_on)
        draft = plan_terms.draft(of=room, wish=wish)
        words = plan.text(creditor_id=world.creditor_id, of=room, draft=draft, locale=LOCALE)
    signing = plan.Signing(NAME, words.hash, LOCALE)
    made = world.act(lambda: plan.propose(**who, wish=wish, signing=signing, now=now), twice=True)
    shown = _shown(world, [made.plan_id])[made.plan_id]
    ours = world.open.number()
    world.open.plans[ours] = OpenPlan(deed.who, made.plan_id, made.state, facts["keeps"])
    world.tell(
        "plan_agreed",
        deed.who,
        plan=ours,
        numbers=list(shown.numbers),
        total=shown.amount.minor,
        parts=[[line.position, line.due_on, line.amount.minor] for line in shown.lines],
        state=made.state,
    )
    if made.state == "active":
        _keep(world, ours, shown)


def _keep(world: World, ours: int, shown: plan_read.Plan) -> None:
    """What the customer will do about a plan that is in force."""
    one = world.open.plans[ours]
    chance = stream(world.seed, "keeps", ours)
    lines = shown.lines
    if one.keeps == "card":
        at = world.clock.moment + timedelta(hours=chance.randint(1, 20))
        world.push(Deed(at, "card", one.who, {"covers": False, "plan": ours}))
        return
    if one.keeps == "some":
        lines = lines[: chance.randint(0, len(lines) - 1)]
    for line in lines:
        on = line.due_on + timedelta(days=chance.randint(-1, 1))
        at = datetime.combine(on, time(chance.randint(13, 22), chance.randint(0, 59)), UTC)
        world.push(Deed(max(at, world.clock.moment), "instalment", one.who, {"plan": ours}))
    if chance.random() < 0.2 and len(lines) > 1:
        at = world.clock.moment + timedelta(days=chance.randint(1, 6))
        world.push(Deed(at, "other_day", one.who, {"plan": ours, "later": chance.randint(1, 6)}))


def _instalment(world: World, deed: Deed) -> None:
    """The customer pays the next part, whatever its day is by now."""
    one = world.open.plans.get(deed.facts["plan"])
    if one is None or one.state != "active":
        return
    shown = _shown(world, [one.row])[one.row]
    if shown.next is None:
        return
    shares = spread(world, shown.numbers, shown.next.open.minor)
    paying.pay_shares(world, deed, shares)


def spread(world: World, numbers: Any, minor: int) -> list[tuple[str, int]]:
    """`minor` over what is open of these invoices, one after the other."""
    shares = []
    for number in numbers:
        part = min(minor, world.auditor.books.invoices[number].open)
        minor -= part
        if part:
            shares.append((number, part))
    return shares


@may_be_refused(plan.Refused)
def _other_day(world: World, deed: Deed) -> None:
    one = world.open.plans.get(deed.facts["plan"])
    if one is None or one.state != "active":
        return
    line = _shown(world, [one.row])[one.row].next
    if line is None:
        return
    on, now = line.due_on + timedelta(days=deed.facts["later"]), world.clock()
    call = partial(
        plan.change_day,
        creditor_id=world.creditor_id,
        customer_id=world.ids[deed.who],
        plan_id=one.row,
        position=line.position,
        on=on,
        now=now,
    )
    world.act(call, twice=False)
    moved = _shown(world, [one.row])[one.row]
    after = next(item.due_on for item in moved.lines if item.position == line.position)
    world.tell("plan_day_asked", deed.who, plan=deed.facts["plan"], position=line.position, on=after)


@may_be_refused(plan.Refused)
def _by_card(world: World, deed: Deed) -> None:
    """The parts are charged to the card that the customer has left."""
    one = world.open.plans.get(deed.facts["plan"])
    if one is None:
        return
    with reading(creditor_id=world.creditor_id):
        held = mandate.in_force(creditor_id=world.creditor_id, customer_id=world.ids[deed.who])
    call = partial(
        plan.use_mandate,
        creditor_id=world.creditor_id,
        customer_id=world.ids[deed.who],
        plan_id=one.row,
        mandate_id=held[0].id if held else None,
        now=world.clock(),
    )
    world.act(call, twice=True)
    world.tell("plan_by_card", deed.who, plan=deed.facts["plan"])


@may_be_refused(plan.Refused)
def _answer_plan(world: World, deed: Deed) -> None:
    """A person agrees to what policy does not, or does not."""
    ours = deed.facts["plan"]
    one = world.open.plans.get(ours)
    if one is None or one.state != "proposed":
        return
    now, yes = world.clock(), stream(world.seed, "answer_plan", ours).random() < 0.7
    move: Callable[..., Any] = plan.accept if yes else plan.refuse
    call = partial(move, creditor_id=world.creditor_id, plan_id=one.row, by=BY, now=now)
    world.act(call, twice=True)
    if not yes:
        _over(world, ours)
        return
    one.state = "active"
    world.tell("plan_begun", one.who, plan=ours)
    _keep(world, ours, _shown(world, [one.row])[one.row])


@may_be_refused(plan.Refused)
def _look_after_plan(world: World, deed: Deed) -> None:
    """A person talks with who missed a second part: more time, or the plan ends."""
    ours = deed.facts["plan"]
    one = world.open.plans.get(ours)
    if one is None or one.state != "active" or not one.referred:
        return
    chance, now = stream(world.seed, "after_plan", ours, deed.at.date()), world.clock()
    gives_time = chance.random() < 0.5
    move: Callable[..., Any] = plan.give_time if gives_time else plan.end
    call = partial(move, creditor_id=world.creditor_id, plan_id=one.row, by=BY, now=now)
    world.act(call, twice=not gives_time)
    if gives_time:
        one.by_person, one.referred = True, False
        look(world, only=ours)
    else:
        _over(world, ours)


def _over(world: World, ours: int) -> None:
    one = world.open.plans.pop(ours)
    world.tell("plan_over", one.who, plan=ours)


def look_at_missed(world: World) -> None:
    """Who missed a part looks at the plan after each turn: from when it is moved, money pays another part."""
    for ours, one in list(world.open.plans.items()):
        plan_ = world.auditor.dossiers[one.who].plan(ours)
        if one.referred or plan_ is None or not plan_.active:
            continue
        missed = [position for position, on, _ in plan_.in_order() if on < world.today() - MISSED]
        if any(plan_.left(position, world.auditor.books) for position in missed):
            look(world, only=ours)


def look(world: World, only: int | None = None) -> None:
    """The customers look at their plans; one that is kept is looked at no more after a while, unless its money went
    back.
    """
    if only is None:
        _money_went_back(world)
    found = {ours: one for ours, one in world.open.plans.items() if only in (None, ours)}
    shown = _shown(world, [one.row for one in found.values()])
    for ours, one in found.items():
        plan_ = shown[one.row]
        one.referred = plan_.referred_at is not None
        if plan_.state in ("ended", "refused"):
            _over(world, ours)
            continue
        one.state = plan_.state
        one.kept_days += only is None and plan_.state == "kept"
        if one.kept_days > KEPT_SHOWN_DAYS:
            world.open.kept[ours] = world.open.plans.pop(ours)
        world.tell(
            "plan_seen",
            one.who,
            plan=ours,
            state=plan_.state,
            lines=[[line.position, line.due_on, line.amount.minor, line.open.minor] for line in plan_.lines],
            referred_on=None if plan_.referred_at is None else plan_.referred_at.date(),
            by_person=one.by_person,
        )


def _money_went_back(world: World) -> None:
    for ours, one in list(world.open.kept.items()):
        plan_ = world.auditor.dossiers[one.who].plan(ours)
        if plan_ is not None and plan_.open(world.auditor.books):
            world.open.plans[ours] = world.open.kept.pop(ours)
            one.kept_days = 0


def _shown(world: World, ids: list[int]) -> dict[int, plan_read.Plan]:
    if not ids:
        return {}
    with reading(creditor_id=world.creditor_id):
        return {one.id: one for one in plan_read.many(creditor_id=world.creditor_id, ids=ids)}


DOERS: dict[str, Callable[[World, Deed], None]] = {
    "plan": _plan,
    "instalment": _instalment,
    "other_day": _other_day,
    "plan_by_card": _by_card,
    "answer_plan": _answer_plan,
    "look_after_plan": _look_after_plan,
}
