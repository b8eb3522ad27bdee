# SPDX-License-Identifier: Apache-2.0
"""Cards that are charged without their owner: left, replaced, taken back; refunds, contested charges, cancelling."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from conserje.cli.simulation import paying, setting
from conserje.cli.simulation.world import Held, World, may_be_refused
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeRequest, ChargeState, Decline, StartFailed
from conserje.domain.receivables.checkout import NEVER_ANSWERED
from conserje.domain.receivables.mandate import Back, MandateAsked
from conserje.domain.receivables.payment import Road, RoadName
from conserje.services.insights import outline
from conserje.services.receivables import checkout, contested, doubted, in_doubt, mandate, refund
from conserje.services.receivables.refusals import Refused
from conserje.services.recovery import cancel
from conserje.services.tenancy.act import reading
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.cast import CURRENCY
from conserje.testing.simulation.desk import CARDS, Card, Charge
from conserje.testing.simulation.draw import later, stream
from conserje.testing.simulation.gateway import payment_of

BY = setting.BY
PESO = 100
# Of a hundred cards so many are of each kind.
KINDS = {"good": 48, "flaky": 30, "empty": 8, "stolen": 7, "expired": 7}
assert set(KINDS) == set(CARDS)


def _card(world: World, deed: Deed) -> None:
    """The customer agrees to words on the page, and leaves a card on the gateway's."""
    person = world.people.cast[deed.who]
    person.cards += 1
    asked = MandateAsked(
        public_id=f"mandate-{deed.who}-{person.cards}",
        customer_id=world.ids[deed.who],
        currency=CURRENCY,
        covers_invoices=deed.facts["covers"],
        text="Autorizo los cobros que aquí se describen.",
        by="Laura Pérez",
        from_address="203.0.113.7",
    )
    back = Back("https://taller.example/", "https://taller.example/", "es", "Facturas")
    where: dict[str, Any] = {"creditor_id": world.creditor_id, "access": paying.access()}
    now = world.clock()
    page = world.act(lambda: mandate.ask(asked=asked, back=back, now=now, **where), twice=True)
    if isinstance(page, StartFailed):
        return
    chance = stream(world.seed, "card", deed.who, person.cards)
    if chance.random() < 0.1:
        return  # the page is closed without leaving a card
    kind = "good" if deed.facts.get("good") else chance.choices(list(KINDS), list(KINDS.values()))[0]
    kind = chance.choice(world.line.dial.cards) if world.line.dial.cards else kind
    external_id = page.url.rpartition("/")[2]
    card = world.desk.leave_card(external_id, kind, owner=deed.who, at=deed.at)
    former = [number for number, one in world.cards.items() if one.who == deed.who]
    world.cards[card.number] = Held(deed.who, asked.public_id)
    world.tell("mandate_given", deed.who, card=card.number, instead_of=[])
    which, at = checkout.Which(public_id=asked.public_id), world.clock()
    world.act(lambda: mandate.refresh(which=which, now=at, **where), twice=True)
    world.tell("mandate_given", deed.who, card=card.number, instead_of=former)
    if "plan" in deed.facts:
        world.push(
            Deed(world.clock.moment, "plan_by_card", deed.who, {"plan": deed.facts["plan"]}),
        )


def _end_card(world: World, deed: Deed) -> None:
    """The customer takes the leave back."""
    with reading(creditor_id=world.creditor_id):
        held = mandate.in_force(creditor_id=world.creditor_id, customer_id=world.ids[deed.who])
    if not held:
        return
    call = partial(
        mandate.end,
        creditor_id=world.creditor_id,
        mandate_id=held[0].id,
        by="customer",
        access=paying.access(),
        now=world.clock(),
    )
    world.act(call, twice=True)
    cards = [number for number, one in world.cards.items() if one.name == held[0].public_id]
    world.tell("mandate_ended", deed.who, cards=cards)


def _cancel(world: World, deed: Deed) -> None:
    """The subscription is cancelled in the moment: nothing more is charged, nothing more is asked for."""
    now = world.clock()
    call = partial(
        cancel.execute,
        creditor_id=world.creditor_id,
        customer_id=world.ids[deed.who],
        by="customer",
        now=now,
    )
    world.act(call, twice=True)
    world.people.cast[deed.who].cancelled = True
    owed = world.auditor.books.owed(deed.who)
    numbers = [one.number for one in owed if one.kind == "subscription"]
    world.tell("cancelled", deed.who, numbers=numbers)


def charged(world: World, card: Card, charge: Charge, request: ChargeRequest) -> None:
    """What the gateway saw of a charge: by which card, of how much, about what, and how it ended."""
    who = world.cards[card.number].who
    with reading(creditor_id=world.creditor_id):
        shares = outline.meant(creditor_id=world.creditor_id, reference=request.reference)
    ref = f"charge-{charge.external_id}"
    world.checkouts[charge.external_id] = (who, ref, shares)
    world.tell(
        "charge",
        who,
        card=card.number,
        fingerprint=card.fingerprint,
        network=card.network,
        minor=charge.amount.minor,
        about=request.description,
        state=charge.state.value,
        shares=[list(share) for share in shares],
        ref=ref,
        never=charge.decline is Decline.STOP and not charge.silent,
    )


def gave_back(world: World, charge: Charge, minor: int) -> None:
    """What the gateway saw of a refund."""
    who, ref, _ = world.checkouts[charge.external_id]
    world.tell("gave_back", who, ref=ref, minor=minor)


@may_be_refused(Refused)
def _refund(world: World, deed: Deed) -> None:
    """A person gives some of a payment back, by the gateway through which it came."""
    found = _came_by_gateway(world, deed.who)
    if not found:
        return
    chance = stream(world.seed, "refund", deed.facts["draw"])
    external_id = chance.choice(found)
    ref = world.checkouts[external_id][1]
    money, now = world.auditor.books.payments[ref], world.clock()
    parts = [(number, minor) for number, minor in money.parts if minor]
    most = money.left if money.left or not parts else parts[0][1]
    numbers = [] if money.left or not parts else [parts[0][0]]
    # Now and then somebody asks for more than came.
    minor = most * chance.choice((20, 50, 100, 150)) // 100 // PESO * PESO
    if not minor:
        return
    payment_id = _payment_of(world, external_id)
    if payment_id is None:
        return
    ids = tuple(world.numbers[number] for number in numbers)
    asked = refund.RefundAsked(payment_id, f"refund-{deed.facts['draw']}", Money(CURRENCY, minor), ids)
    world.given_back[external_id] = numbers
    call = partial(
        refund.give_back,
        creditor_id=world.creditor_id,
        asked=asked,
        access=paying.access(),
        by=BY,
        now=now,
    )
    done = world.act(call, twice=True)
    world.tell("refund_asked", deed.who, ref=ref, minor=minor)
    if done.state == "done":
        paying.is_known(world, external_id)


def _contest(world: World, deed: Deed) -> None:
    """The payer's bank takes a payment back, and the gateway tells of it."""
    found = _came_by_gateway(world, deed.who)
    if not found:
        return
    external_id = stream(world.seed, "contest", deed.facts["draw"]).choice(found)
    world.desk.contest(external_id)
    facts = {"external_id": external_id, "state": ChargeState.PAID, "event": 9}
    chance = stream(world.seed, "contest_hook", external_id)
    world.push(Deed(later(chance, deed.at, hours=(0, 30)), "hook", deed.who, facts))


def _came_by_gateway(world: World, who: str) -> list[str]:
    """Payments of a customer through the gateway of which nothing went back."""
    books, desk = world.auditor.books, world.desk
    return [
        external_id
        for external_id, (owner, ref, _) in world.checkouts.items()
        if owner == who
        and ref in books.payments
        and not books.payments[ref].gone
        and not books.payments[ref].back
        and not desk.charges[external_id].returned
        and external_id not in world.given_back
    ]


def _payment_of(world: World, external_id: str) -> int | None:
    now, which = world.clock(), checkout.Which(external_id=external_id)
    standing = world.act(
        lambda: checkout.refresh(
            creditor_id=world.creditor_id,
            which=which,
            road=Road(RoadName.LOOK, external_id),
            access=paying.access(),
            now=now,
        ),
        twice=True,
    )
    return standing.payment_id


def _decide_contest(world: World, deed: Deed) -> None:
    """A person has looked at what went back: it is owed as any other debt."""
    with reading(creditor_id=world.creditor_id):
        waiting = in_doubt.waiting(creditor_id=world.creditor_id)
    customer_id = world.ids[deed.who]
    rows = [one.number for one in waiting if one.why == "contested" and one.customer_id == customer_id]
    for row in rows:
        call = partial(
            contested.decide, creditor_id=world.creditor_id, checkout_id=row, by=BY, now=world.clock()
        )
        world.act(call, twice=True)
    if rows:
        for ref in world.open.contests.pop(deed.who, ()):
            world.tell("contest_decided", deed.who, ref=ref)


def look_at_put_off(world: World) -> None:
    """Who hears that a card is not tried on its day hears it from then on: what they were told may change."""
    with reading(creditor_id=world.creditor_id):
        rows = outline.put_off(creditor_id=world.creditor_id, after=world.put_off)
    for world.put_off, who in rows:
        world.tell("put_off", who)


def look(world: World) -> None:
    """A person looks at the gateway for each charge that it never answered, and says what they found."""
    with reading(creditor_id=world.creditor_id):
        waiting = in_doubt.waiting(creditor_id=world.creditor_id)
        rows = [one.number for one in waiting if one.why == NEVER_ANSWERED]
        found = [doubted.find(creditor_id=world.creditor_id, checkout_id=row) for row in rows]
    for one in filter(None, found):
        charges = world.desk.charges.values()
        paid = next((c for c in charges if c.reference == one.reference and c.value_on is not None), None)
        if paid is None:
            stopped = any(c.reference == one.reference and c.decline is Decline.STOP for c in charges)
            _nothing_came(world, one.checkout_id, stopped)
        else:
            _came(world, one.checkout_id, paid)


def _nothing_came(world: World, checkout_id: int, stopped: bool) -> None:
    """They say, too, when it stands there that the bank refused the card for good."""
    where: dict[str, Any] = {"creditor_id": world.creditor_id, "by": BY, "now": world.clock()}
    call = partial(doubted.dismiss, checkout_id=checkout_id, refused_for_good=stopped, **where)
    world.act(call, twice=False)
    world.tell("doubt_dismissed")


def _came(world: World, checkout_id: int, charge: Charge) -> None:
    """Of what a person recorded the gateway is not asked any more: nothing goes back through it."""
    assert charge.value_on is not None
    who, ref, shares = world.checkouts.pop(charge.external_id)
    came = doubted.Came(payment_of(charge.external_id), charge.amount, charge.value_on)
    where: dict[str, Any] = {"creditor_id": world.creditor_id, "by": BY, "now": world.clock()}
    world.payment_ids[ref] = world.act(
        partial(doubted.record, checkout_id=checkout_id, came=came, **where), twice=False
    )
    paying.told_paid(world, who, ref, charge.amount.minor, shares)


DOERS: dict[str, Callable[[World, Deed], None]] = {
    "card": _card,
    "end_card": _end_card,
    "cancel": _cancel,
    "refund": _refund,
    "contest": _contest,
    "decide_contest": _decide_contest,
}
