# SPDX-License-Identifier: Apache-2.0
"""What people do, as calls of the doors' services; what the product took is told to the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from conserje.cli.simulation import accords, charging, paying, plans, setting
from conserje.cli.simulation.world import World, may_be_refused, open_papers
from conserje.domain.receivables.customer import Fact, NewContact, NewCustomer
from conserje.services.arrangements import claim, dispute, promise, proof
from conserje.services.insights import outline
from conserje.services.outreach import address, draft, hold, stop, unsure
from conserje.services.receivables import contact, customer, freshness
from conserje.services.tenancy.act import acting, reading
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.draw import stream

BY = setting.BY


def do(world: World, deed: Deed) -> None:
    """One deed, at its moment."""
    world.clock.moment = max(world.clock.moment, deed.at)
    _DOERS[deed.what](world, deed)


@may_be_refused(promise.Refused)
def _promise(world: World, deed: Deed) -> None:
    numbers, now = _still_open(world, deed), world.clock()
    world.act(
        lambda: promise.make(
            creditor_id=world.creditor_id,
            customer_id=world.ids[deed.who],
            invoice_ids=[world.numbers[number] for number in numbers],
            promised_on=deed.facts["on"],
            through="portal",
            now=now,
        ),
        twice=True,
    )
    world.tell("promised", deed.who, numbers=numbers, on=deed.facts["on"])


def _say_paid(world: World, deed: Deed) -> None:
    for number in _still_open(world, deed) or [""]:
        now = world.clock()
        call = partial(
            claim.make,
            creditor_id=world.creditor_id,
            customer_id=world.ids[deed.who],
            invoice_ids=[world.numbers[number]] if number else [],
            said=claim.Said(paid_on=None, method="transfer", receipt=_receipt(world, deed)),
            now=now,
        )
        made = world.act(call, twice=False)
        if made:
            ours = world.open.number()
            world.open.claims[ours] = (deed.who, made[0])
            world.tell("said_paid", deed.who, numbers=[number] if number else [], claim=ours)


def _receipt(world: World, deed: Deed) -> proof.File | None:
    """Half of them send the picture of the bank's screen."""
    chance = stream(world.seed, "receipt", deed.who, deed.at.isoformat())
    picture = b"\x89PNG\r\n\x1a\n" + f"{deed.who} {deed.at.isoformat()}".encode()
    return proof.File("pago.png", picture) if chance.random() < 0.5 else None


def _still_open(world: World, deed: Deed) -> list[str]:
    return [number for number in deed.facts["numbers"] if world.auditor.books.invoices[number].open]


def _answer_claim(world: World, deed: Deed) -> None:
    ref, claim_id = world.open.claims.pop(deed.facts["claim"], ("", 0))
    if not ref:
        return  # somebody else was faster, on the day after an outage
    now = world.clock()
    try:
        world.act(
            lambda: claim.answer(
                creditor_id=world.creditor_id, claim_id=claim_id, found=False, by=BY, now=now
            ),
            twice=False,
        )
    except claim.Refused:
        return  # the payment was found meanwhile
    world.tell("claim_answered", ref, claim=deed.facts["claim"])


@may_be_refused(dispute.Refused)
def _dispute(world: World, deed: Deed) -> None:
    number, percent = deed.facts["number"], deed.facts["percent"]
    owed = world.auditor.books.invoices[number].open
    minor = None if percent is None else owed * percent // 10_000 * 100
    if not owed or minor == 0 or any(number == other for _, other, _ in world.open.disputes.values()):
        return
    now, about = world.clock(), dispute.About(amount_minor=minor, kind="scope", words="No es lo acordado.")
    call = partial(dispute.open_, invoice_id=world.numbers[number], about=about, by="customer", now=now)
    row = world.act(lambda: call(creditor_id=world.creditor_id), twice=True)
    ours = world.open.number()
    world.open.disputes[ours] = (deed.who, number, row)
    world.tell("disputed", deed.who, number=number, minor=minor, dispute=ours)


def _close_dispute(world: World, deed: Deed) -> None:
    ref, _, row = world.open.disputes.pop(deed.facts["dispute"], ("", "", 0))
    if not ref:
        return
    now = world.clock()
    call = partial(dispute.close, dispute_id=row, outcome="rejected", by=BY, now=now)
    try:
        world.act(lambda: call(creditor_id=world.creditor_id), twice=False)
    except dispute.UnknownDispute:
        return  # what was agreed on it has ended it
    world.tell("dispute_closed", ref, dispute=deed.facts["dispute"])


def _hold(world: World, deed: Deed) -> None:
    chance = stream(world.seed, "hold", deed.facts["draw"])
    owed = world.auditor.books.owed(deed.who)
    number = chance.choice(owed).number if owed and chance.random() < 0.5 else ""
    until = deed.at.date() + timedelta(days=chance.randint(1, 20)) if chance.random() < 0.6 else None
    pause = hold.Pause(world.numbers[number] if number else None, "agreed", until)
    now = world.clock()
    row = world.act(
        lambda: hold.place(
            creditor_id=world.creditor_id, customer_id=world.ids[deed.who], pause=pause, by=BY, now=now
        ),
        twice=True,
    )
    if (deed.who, row) in world.open.holds.values():
        return  # the same pause was in force already
    ours = world.open.number()
    world.open.holds[ours] = (deed.who, row)
    world.tell("held", deed.who, number=number, until=until, hold=ours)


def _release(world: World, deed: Deed) -> None:
    ref, row = world.open.holds.pop(deed.facts["hold"], ("", 0))
    if not ref:
        return
    now = world.clock()
    world.act(lambda: hold.release(creditor_id=world.creditor_id, hold_id=row, by=BY, now=now), twice=False)
    world.tell("released", ref, hold=deed.facts["hold"])


def _stop(world: World, deed: Deed) -> None:
    channel, now = deed.facts["channel"], world.clock()
    if world.open.stopped:
        return
    world.act(
        lambda: stop.place(creditor_id=world.creditor_id, channel=channel, reason="", by=BY, now=now),
        twice=True,
    )
    world.open.stopped.append(channel)
    world.tell("stopped", channel=channel)


def _lift(world: World, deed: Deed) -> None:
    channel, now = deed.facts["channel"], world.clock()
    if channel not in world.open.stopped:
        return
    world.act(lambda: stop.lift(creditor_id=world.creditor_id, channel=channel, by=BY, now=now), twice=True)
    world.open.stopped.remove(channel)
    world.tell("lifted", channel=channel)


def _leave(world: World, deed: Deed) -> None:
    _stand(world, deed, address.stop, "left")


def _come_back(world: World, deed: Deed) -> None:
    _stand(world, deed, address.resume, "came_back")


def _stand(world: World, deed: Deed, call: Callable[..., Any], what: str) -> None:
    own = world.people.cast[deed.who].address
    with reading(creditor_id=world.creditor_id):
        known = address.of_customer(creditor_id=world.creditor_id, customer_id=world.ids[deed.who])
    points = [item.point_id for item in known if item.address == own]
    if not points:
        return
    now = world.clock()
    world.act(
        lambda: call(
            creditor_id=world.creditor_id,
            customer_id=world.ids[deed.who],
            point_ids=points,
            how="one_click",
            now=now,
        ),
        twice=True,
    )
    world.tell(what, deed.who, address=own)


def _move(world: World, deed: Deed) -> None:
    person, now = world.people.cast[deed.who], world.clock()
    facts = (Fact("country", deed.facts["country"], "told"), Fact("time_zone", deed.facts["zone"], "told"))

    def write() -> None:
        with acting(creditor_id=world.creditor_id):
            told = NewCustomer(person.ref, person.name, facts)
            customer.upsert_many(creditor_id=world.creditor_id, customers=[told], stated_by=BY, now=now)
            setting.wake(creditor_id=world.creditor_id, customer_ids=[world.ids[deed.who]], now=now)

    world.act(write, twice=True)
    person.country, person.zone = deed.facts["country"], deed.facts["zone"]
    world.tell("moved", deed.who, country=person.country, zone=person.zone)


def _new_address(world: World, deed: Deed) -> None:
    person, now = world.people.cast[deed.who], world.clock()
    person.changes += 1
    fresh = f"nuevo{person.changes}-{person.ref.lower()}@otro.example"

    def write() -> None:
        with acting(creditor_id=world.creditor_id):
            told = NewContact(world.ids[deed.who], name="Laura Pérez", emails=(fresh,))
            contact.upsert_many(creditor_id=world.creditor_id, contacts=[told], now=now)
            setting.wake(creditor_id=world.creditor_id, customer_ids=[world.ids[deed.who]], now=now)

    world.act(write, twice=True)
    person.address = fresh
    world.tell("address_given", deed.who, address=fresh)


def _invoice(world: World, deed: Deed) -> None:
    open_papers(world, [deed.facts["paper"]])


def _fresh(world: World, deed: Deed) -> None:
    through, now = deed.facts["through"], world.clock()
    world.act(
        lambda: freshness.state(creditor_id=world.creditor_id, through=through, by=BY, now=now), twice=True
    )
    world.tell("fresh", through=through)


def _drafts(world: World, deed: Deed) -> None:
    """Somebody reads the drafts: nearly all are approved."""
    with reading(creditor_id=world.creditor_id):
        waiting = draft.waiting(creditor_id=world.creditor_id)
    by_id = {row: ref for ref, row in world.ids.items()}
    refused: list[draft.Draft] = []
    approved: list[draft.Draft] = []
    for item in waiting:
        chance = stream(world.seed, "draft", by_id[item.customer_id], item.planned_at.isoformat())
        (refused if chance.random() < 0.05 else approved).append(item)
    for items, move in ((approved, draft.approve), (refused, draft.refuse)):
        now, ids = world.clock(), [item.touch_id for item in items]
        if ids:
            call = partial(move, creditor_id=world.creditor_id, touch_ids=ids, by=BY, now=now)
            world.act(call, twice=True)
    for item in approved:
        world.tell("approved", by_id[item.customer_id])
    for item in refused:
        world.tell("refused_draft", by_id[item.customer_id])


def _unsure(world: World, deed: Deed) -> None:
    """Somebody looks at what nobody knows of: it arrived, or it shall leave again, or it waits."""
    with reading(creditor_id=world.creditor_id):
        waiting = unsure.waiting(creditor_id=world.creditor_id)
        since = min((item.handed_at for item in waiting), default=None)
        shown = outline.touches(creditor_id=world.creditor_id, since=since) if waiting else ()
        keys = {item.id: item.key for item in shown}
    by_id = {row: ref for ref, row in world.ids.items()}
    for item in waiting:
        chance = stream(world.seed, "unsure", item.address, item.handed_at.isoformat(), deed.at.date())
        draw, now = chance.random(), world.clock()
        if draw < 0.3:
            continue
        answer = unsure.treat_as_sent if draw < 0.65 else unsure.send_again
        call = partial(answer, creditor_id=world.creditor_id, touch_ids=[item.touch_id], by=BY, now=now)
        moved = world.act(call, twice=False)
        if moved:
            what = "asked_again" if answer is unsure.send_again else "treated_as_sent"
            world.tell(what, by_id[item.customer_id], message=world.line.key(keys[item.touch_id]))


_DOERS: dict[str, Callable[[World, Deed], None]] = {
    "promise": _promise,
    "say_paid": _say_paid,
    "answer_claim": _answer_claim,
    "dispute": _dispute,
    "close_dispute": _close_dispute,
    "hold": _hold,
    "release": _release,
    "stop": _stop,
    "lift": _lift,
    "leave": _leave,
    "come_back": _come_back,
    "move": _move,
    "new_address": _new_address,
    "invoice": _invoice,
    "fresh": _fresh,
    "drafts": _drafts,
    "unsure": _unsure,
    **paying.DOERS,
    **plans.DOERS,
    **accords.DOERS,
    **charging.DOERS,
}
