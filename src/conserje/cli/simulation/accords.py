# SPDX-License-Identifier: Apache-2.0
"""Disputes that end in an agreement, and settlements: proposed, countered, accepted, paid or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from conserje.cli.simulation import paying, setting
from conserje.cli.simulation.plans import LOCALE, spread
from conserje.cli.simulation.world import OpenAccord, World, may_be_refused
from conserje.domain.arrangements.proposal import Terms
from conserje.services.arrangements import agreement, dispute, dispute_look, proposal, settlement
from conserje.services.arrangements.speaker import Speaker
from conserje.services.outreach import telling
from conserje.services.receivables import agreement as agreed
from conserje.services.tenancy.act import reading
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.draw import stream

DESK = Speaker(setting.BY)
PESO = 100
_NOT_DONE = (proposal.Refused, dispute.Refused, dispute.UnknownDispute)


def _customer(world: World, ref: str) -> Speaker:
    return Speaker("customer", "203.0.113.7", world.ids[ref])


@may_be_refused(*_NOT_DONE)
def _propose(world: World, deed: Deed) -> None:
    """The creditor says how it could end."""
    ours = deed.facts["dispute"]
    if ours in world.open.disputes:
        _make(world, deed, ours, DESK)


def _make(world: World, deed: Deed, ours: int, by: Speaker) -> None:
    """One side proposes terms for all that is open; the other answers in some days."""
    ref, number, row = world.open.disputes[ours]
    chance = stream(world.seed, "terms", ours, deed.at.isoformat())
    owed = world.auditor.books.invoices[number].open
    pay = owed * chance.choice((0, 40, 70, 85, 100)) // 100 // PESO * PESO
    credit = (owed - pay) * chance.choice((0, 0, 50, 100)) // 100 // PESO * PESO
    with reading(creditor_id=world.creditor_id):
        whole = dispute_look.one(creditor_id=world.creditor_id, dispute_id=row)
    standing = whole.open_proposal if whole is not None else None
    terms = Terms(pay, credit, owed - pay - credit, deed.at.date() + timedelta(days=chance.randint(3, 20)))
    new = proposal.NewProposal(terms, standing.id if standing is not None else None, LOCALE)
    call = partial(
        proposal.make, creditor_id=world.creditor_id, dispute_id=row, new=new, by=by, now=world.clock()
    )
    world.act(call, twice=True)
    world.tell("proposed", ref, dispute=ours, pay=pay, credit=credit)
    at = deed.at + timedelta(hours=chance.randint(2, 90))
    world.push(Deed(at, "answer_proposal", ref, {"dispute": ours, "customer": not by.is_customer}))


@may_be_refused(*_NOT_DONE)
def _answer(world: World, deed: Deed) -> None:
    """The other side accepts, proposes something else, or writes only."""
    ours = deed.facts["dispute"]
    if ours not in world.open.disputes:
        return
    ref, _, row = world.open.disputes[ours]
    by = _customer(world, ref) if deed.facts["customer"] else DESK
    draw = stream(world.seed, "answer", ours, deed.at.isoformat()).random()
    if draw < 0.6:
        _accept(world, deed, ours, by)
    elif draw < 0.8:
        _make(world, deed, ours, by)
    else:
        said = dispute.Said("Déjeme revisarlo.", f"word-{ours}-{deed.at.isoformat()}")
        call = partial(
            dispute.write, creditor_id=world.creditor_id, dispute_id=row, said=said, by=by, now=world.clock()
        )
        world.act(call, twice=True)
        world.tell("written", ref, dispute=ours)


def _accept(world: World, deed: Deed, ours: int, by: Speaker) -> None:
    ref, number, row = world.open.disputes[ours]
    with reading(creditor_id=world.creditor_id):
        whole = dispute_look.one(creditor_id=world.creditor_id, dispute_id=row)
    standing = whole.open_proposal if whole is not None else None
    if standing is None:
        return
    call = partial(
        agreed.accept,
        creditor_id=world.creditor_id,
        proposal_id=standing.id,
        seen_hash=standing.hash,
        by=by,
        now=world.clock(),
    )
    made = world.act(call, twice=True)
    _concluded(world, ref, made, [number], dispute_=ours)


def _concluded(world: World, ref: str, row: int, numbers: list[str], *, dispute_: int | None) -> None:
    """Something is agreed: it stands in the books of both sides, and most pay it."""
    with reading(creditor_id=world.creditor_id):
        shown = agreement.one(creditor_id=world.creditor_id, agreement_id=row)
    assert shown is not None
    books, ours = world.auditor.books, world.open.number()
    parts = world.open.parts.pop(ref, None) or ((shown.pay_by, shown.pay.minor),)
    world.open.accords[ours] = OpenAccord(ref, row, tuple(numbers), dispute_)
    world.tell(
        "agreed",
        ref,
        accord=ours,
        of=shown.kind,
        opens=[[number, books.invoices[number].open] for number in numbers],
        pay=shown.pay.minor,
        future=shown.credit.minor,
        given=shown.discount.minor,
        days=[[on, minor] for on, minor in parts],
        dispute=dispute_,
    )
    chance = stream(world.seed, "accord", ours)
    kept = len(parts) if chance.random() < 0.75 else chance.randint(0, len(parts) - 1)
    for on, minor in parts[:kept]:
        at = max(world.clock.moment, datetime.combine(on - timedelta(days=1), time(15), UTC))
        world.push(Deed(at, "pay_accord", ref, {"accord": ours, "minor": minor}))


def _pay_accord(world: World, deed: Deed) -> None:
    one = world.open.accords.get(deed.facts["accord"])
    if one is not None:
        books = world.auditor.books
        numbers = sorted(
            one.numbers, key=lambda item: (books.invoices[item].dues[0][0], books.invoices[item].opened)
        )
        paying.pay_shares(world, deed, spread(world, numbers, deed.facts["minor"]))


@may_be_refused(settlement.Refused)
def _settle(world: World, deed: Deed) -> None:
    """The customer looks whether the page offers to end it for less, and agrees to it."""
    who: dict[str, Any] = {"creditor_id": world.creditor_id, "customer_id": world.ids[deed.who]}
    now = world.clock()
    with reading(creditor_id=world.creditor_id):
        case = telling.case(**who, now=now)
        ways = settlement.offered(creditor_id=world.creditor_id, case=case, locale=LOCALE, now=now)
    if not ways:
        return
    way = stream(world.seed, "settle", deed.who, deed.at.isoformat()).choice(ways)
    wish = settlement.Wish(max(1, len(way.offer.parts)), way.text.hash, LOCALE)
    call = partial(settlement.accept, **who, wish=wish, by=_customer(world, deed.who), now=now)
    made = world.act(call, twice=True)
    world.open.parts[deed.who] = tuple((on, money.minor) for on, money in way.offer.parts)
    _concluded(world, deed.who, made, list(way.numbers), dispute_=None)


def look(world: World) -> None:
    """The customers look at what was agreed, until it has ended."""
    found = dict(world.open.accords)
    if not found:
        return
    with reading(creditor_id=world.creditor_id):
        rows = agreement.many(creditor_id=world.creditor_id, ids=[one.row for one in found.values()])
    shown = {one.id: one for one in rows}
    for ours, one in found.items():
        state = shown[one.row].state
        world.tell("accord_seen", one.who, accord=ours, state=state)
        if state != "accepted":
            world.open.accords.pop(ours)
            if state == "carried_out" and one.dispute is not None:
                world.open.disputes.pop(one.dispute, None)


DOERS: dict[str, Callable[[World, Deed], None]] = {
    "propose": _propose,
    "answer_proposal": _answer,
    "pay_accord": _pay_accord,
    "settle": _settle,
}
