# SPDX-License-Identifier: Apache-2.0
"""Deeds about money: paying by every way at once, hooks late and twice, credits, write-offs, money that goes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from conserje.cli.simulation import lapses, setting
from conserje.cli.simulation.world import World, may_be_refused
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, StartFailed
from conserje.domain.ports.statement import Movement, Statement, keyed
from conserje.domain.receivables.adjustment import NewCreditNote, NewWriteOff
from conserje.domain.receivables.allocation import Named, Share
from conserje.domain.receivables.checkout import Attempt
from conserje.domain.receivables.payment import (
    BankLine,
    Received,
    Recorded,
    Reversal,
    ReversalKind,
    Road,
    RoadName,
)
from conserje.services.integrations import hook
from conserje.services.receivables import bank_line, bank_statement, checkout, credit_note, payment, write_off
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy import connection
from conserje.testing.simulation import gateway
from conserje.testing.simulation.behaviour import Deed
from conserje.testing.simulation.carrier import NoSettings
from conserje.testing.simulation.cast import CURRENCY
from conserje.testing.simulation.draw import later, stream

BY = setting.BY
PESO = 100
AT_THE_BANK = "900-100-200"


def access() -> checkout.Access:
    return checkout.Access(gateway.NAME, NoSettings(), connection.http())


def _pay(world: World, deed: Deed) -> None:
    """The customer pays what is still open of what it means to pay."""
    books = world.auditor.books
    shares = [(number, books.invoices[number].open) for number in deed.facts["numbers"]]
    shares = [(number, minor) for number, minor in shares if minor]
    if deed.facts.get("part") and shares:
        number, minor = shares[0]
        shares = [(number, max(PESO, minor * 4 // 10 // PESO * PESO))]
    pay_shares(world, deed, shares)


def pay_shares(world: World, deed: Deed, shares: list[tuple[str, int]]) -> None:
    """The customer pays so much of each of these invoices, by the way of the deed, or one that is drawn."""
    if not shares:
        return
    chance = stream(world.seed, "pay", world.acts, deed.who)
    way = deed.facts.get("way") or chance.choice(("checkout", "checkout", "bank", "person"))
    if way in ("checkout", "both"):
        _check_out(world, deed, shares, both=way == "both")
        return
    more = 1_000_000 if deed.facts.get("more") else 0
    # Who pays twice before anything else is done does so by two transfers.
    ref = f"{way}-{deed.who}-{world.acts}-{world.deeds}"
    facts = {"ref": ref, "shares": shares, "minor": sum(minor for _, minor in shares) + more}
    at = later(chance, deed.at, hours=(1, 50))
    world.push(Deed(at, "bank_line" if way == "bank" else "by_hand", deed.who, facts))


def _check_out(world: World, deed: Deed, shares: list[tuple[str, int]], *, both: bool) -> None:
    chance = stream(world.seed, "checkout", deed.who, world.acts)
    ref = f"checkout-{deed.who}-{world.acts}"
    attempt = Attempt(
        public_id=ref,
        customer_id=world.ids[deed.who],
        shares=tuple(Share(world.numbers[number], Money(CURRENCY, minor)) for number, minor in shares),
        description="Facturas",
        return_url="https://taller.example/",
        hook_url="https://taller.example/",
        locale="es",
    )
    now = world.clock()
    begin = partial(checkout.start, creditor_id=world.creditor_id, attempt=attempt, access=access(), now=now)
    for _ in range(3):
        try:
            started = world.act(begin, twice=True)
        except Refused as refused:
            world.refuse("checkout", deed.who, refused)
            return
        if not isinstance(started, StartFailed):
            break
    else:
        return
    external_id = started.url.rpartition("/")[2]
    world.checkouts[external_id] = (deed.who, ref, shares)
    if chance.random() < 0.1:
        return  # the page is closed without paying
    paid_at = deed.at + timedelta(minutes=chance.randint(1, 20))
    world.desk.pay(external_id, paid_at.date())
    facts = {"external_id": external_id}
    if chance.random() < 0.5:
        world.push(Deed(paid_at, "return", deed.who, facts | {"ref": ref}))
    hooks = [(ChargeState.PAID, 2)] * chance.choice((1, 1, 2, 3))
    hooks += [(ChargeState.PROCESSING, 1)] if chance.random() < 0.3 else []
    for state, event in hooks:
        at = later(chance, paid_at, hours=(0, chance.choice((1, 1, 30))))
        world.push(Deed(at, "hook", deed.who, facts | {"state": state, "event": event}))
    if both:
        minor = sum(minor for _, minor in shares)
        line = {"ref": ref, "shares": shares, "minor": minor, "reference": started.reference}
        world.push(Deed(later(chance, paid_at, hours=(0, 60)), "bank_line", deed.who, line))


def _hook(world: World, deed: Deed) -> None:
    raw = world.desk.hook(deed.facts["external_id"], deed.facts["state"], deed.facts["event"])
    now = world.clock()
    world.act(
        lambda: hook.receive(creditor_id=world.creditor_id, adapter=gateway.NAME, raw=raw, now=now),
        twice=True,
    )
    world.tell("hook", deed.who, checkout=deed.facts["external_id"], state=deed.facts["state"].value)


def _return(world: World, deed: Deed) -> None:
    """The customer comes back to the page that says how it went."""
    now = world.clock()
    found = world.act(
        lambda: checkout.refresh(
            creditor_id=world.creditor_id,
            which=checkout.Which(public_id=deed.facts["ref"]),
            road=Road(RoadName.PORTAL_RETURN, deed.facts["ref"]),
            access=access(),
            now=now,
        ),
        twice=True,
    )
    if found.payment_id is not None:
        world.payment_ids[deed.facts["ref"]] = found.payment_id
        is_known(world, deed.facts["external_id"])


def is_known(world: World, external_id: str) -> None:
    """The product has answered, or has worked to its end, after the gateway told it that a checkout is paid."""
    who, ref, shares = world.checkouts[external_id]
    charge = world.desk.charges[external_id]
    told_paid(world, who, ref, charge.amount.minor, shares)
    more = charge.told_returned - world.known_back.get(external_id, 0)
    if more <= 0:
        return
    world.known_back[external_id] = charge.told_returned
    if charge.contested:
        world.open.contests.setdefault(who, []).append(ref)
        world.tell("contested", who, ref=ref, shares=[list(share) for share in shares])
        world.tell("went_back", who, ref=ref)
    else:
        numbers = world.given_back.get(external_id, [])
        world.tell("went_back_in_part", who, ref=ref, minor=more, numbers=numbers)


def told_paid(world: World, who: str, ref: str, minor: int, named: list[tuple[str, int]]) -> None:
    """The product knows a payment, and what it was meant for: told once."""
    if ref not in world.known_paid:
        world.known_paid.add(ref)
        lapses.tell(world, who)
        world.tell("paid", who, ref=ref, minor=minor, named=[list(share) for share in named])


def _bank_line(world: World, deed: Deed) -> None:
    facts, now = deed.facts, world.clock()
    shares = [(number, minor) for number, minor in facts["shares"]]
    if len(shares) == 1 and "reference" not in facts and len(facts["ref"]) % 2:
        _by_file(world, deed)
        return
    text = facts.get("reference") or " ".join(number for number, _ in shares)
    line = BankLine(f"line-{facts['ref']}", f"TRANSF {text}", Money(CURRENCY, facts["minor"]), deed.at.date())
    found = world.act(lambda: bank_line.record(creditor_id=world.creditor_id, line=line, now=now), twice=True)
    if not isinstance(found, Recorded):
        world.tell("bank_line_left", deed.who, ref=facts["ref"], why=found.value)
        return
    world.payment_ids[facts["ref"]] = found.payment_id
    if "reference" not in facts:
        # A line that names invoices means all that is open of each, in the order in which they were opened.
        books = world.auditor.books
        meant = sorted((books.invoices[number] for number, _ in shares), key=lambda one: one.opened)
        shares = [(one.number, one.open) for one in meant]
    told_paid(world, deed.who, facts["ref"], facts["minor"], shares)


def _by_file(world: World, deed: Deed) -> None:
    """The bank's file of the day is brought: a line that names an invoice and is as much as it has open is sure."""
    facts, now = deed.facts, world.clock()
    ((number, _),), on = facts["shares"], deed.at.date()
    lines = keyed(
        [Movement(on, on, facts["minor"], f"TRANSF {number}")],
        bank_account=AT_THE_BANK,
        currency=CURRENCY,
    )
    content = hashlib.sha256(facts["ref"].encode()).hexdigest()
    file = bank_statement.BankFile("simulated", content, (Statement(AT_THE_BANK, CURRENCY, lines),))
    done = world.act(
        lambda: bank_statement.bring(creditor_id=world.creditor_id, file=file, by=BY, now=now), twice=False
    )
    world.tell("bank_file", deed.who, ref=facts["ref"], states=dict(sorted(done.states.items())))
    if sum(money.minor for money in done.applied) == facts["minor"]:
        named = [(number, world.auditor.books.invoices[number].open)]
        told_paid(world, deed.who, facts["ref"], facts["minor"], named)


def _by_hand(world: World, deed: Deed) -> None:
    facts, now = deed.facts, world.clock()
    received = Received(
        customer_id=world.ids[deed.who],
        source="person",
        external_id=facts["ref"],
        amount=Money(CURRENCY, facts["minor"]),
        value_on=deed.at.date(),
        roads=(Road(RoadName.PERSON, facts["ref"]),),
        named=tuple(
            Named(world.numbers[number], Money(CURRENCY, minor)) for number, minor in facts["shares"]
        ),
        method="transfer",
        actor=BY,
    )
    done = world.act(
        lambda: payment.record(creditor_id=world.creditor_id, received=received, now=now), twice=True
    )
    world.payment_ids[facts["ref"]] = done.payment_id
    told_paid(world, deed.who, facts["ref"], facts["minor"], facts["shares"])


@may_be_refused(Refused)
def _write_off(world: World, deed: Deed) -> None:
    owed = world.auditor.books.owed(deed.who)
    if not owed:
        return
    number, minor, now = owed[0].number, owed[0].open, world.clock()
    new = NewWriteOff(world.numbers[number], Money(CURRENCY, minor), "small", key=f"{number}:{now:%Y%m%d}")
    call = partial(write_off.make, creditor_id=world.creditor_id, new=new, written_by=BY, now=now)
    world.act(call, twice=True)
    lapses.tell(world, deed.who)
    world.tell("lowered", deed.who, number=number, minor=minor, how="write_off")


def _credit(world: World, deed: Deed) -> None:
    owed = world.auditor.books.owed(deed.who)
    if not owed:
        return
    chance = stream(world.seed, "credit", deed.facts["draw"])
    one, now = owed[-1], world.clock()
    minor = max(PESO, one.open * chance.choice((10, 30, 100, 130)) // 100 // PESO * PESO)
    note = NewCreditNote(
        customer_id=world.ids[deed.who],
        number=f"NC-{deed.facts['draw']}",
        issued_on=deed.at.date(),
        amount=Money(CURRENCY, minor),
        named=(Named(world.numbers[one.number]),),
    )
    world.act(
        lambda: credit_note.issue(creditor_id=world.creditor_id, note=note, actor=BY, now=now), twice=True
    )
    lapses.tell(world, deed.who)
    world.tell("lowered", deed.who, number=one.number, minor=minor, how="credit_note")


@may_be_refused(Refused)
def _go_back(world: World, deed: Deed) -> None:
    """The payer's bank takes back what is left of the newest payment; a refund of it may not be told yet."""
    books = world.auditor.books
    found = [
        ref
        for ref, money in books.payments.items()
        if money.owner == deed.who and not money.gone and ref in world.payment_ids
    ]
    if not found:
        return
    ref, now = found[-1], world.clock()
    money = books.payments[ref]
    minor = money.minor - money.back
    if not minor:
        return
    reversal = Reversal(ReversalKind.CHARGEBACK, f"back-{ref}", Money(CURRENCY, minor), deed.at.date())
    world.act(
        lambda: payment.reverse(
            creditor_id=world.creditor_id,
            payment_id=world.payment_ids[ref],
            reversal=reversal,
            actor=BY,
            now=now,
        ),
        twice=True,
    )
    world.tell("went_back", deed.who, ref=ref)


DOERS: dict[str, Callable[[World, Deed], None]] = {
    "pay": _pay,
    "hook": _hook,
    "return": _return,
    "bank_line": _bank_line,
    "by_hand": _by_hand,
    "write_off": _write_off,
    "credit": _credit,
    "go_back": _go_back,
}
