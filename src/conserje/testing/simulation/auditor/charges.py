# SPDX-License-Identifier: Apache-2.0
"""The auditor at the gateway: every charge by a card has leave, takes what is due once, and is not tried too often."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from conserje.testing.simulation.auditor.standing import Block, Dossier
from conserje.testing.simulation.history import Event

if TYPE_CHECKING:
    from conserje.testing.simulation.auditor.auditor import Auditor

LEAVE = "nobody is charged without leave"
ONCE = "no charge takes more than is due and is not left alone"
OFTEN = "a card is tried no oftener than is allowed"
NEVER = "a card that was refused for good is charged no more"
BACK = "no more goes back than came"
KNOWN = "what a card was charged is in the books"
TAKEN = "nobody is asked for what their card was charged for"
REASON = "each refusal says why"

# So long a charge without an answer may be asked for again by its key: then its money is known, or a person looks.
ANSWERED_WITHIN = timedelta(days=2)
# Tries that were refused, of one charge by one card; and by network, of the whole card, in how long.
OWN_MOST, OWN_WINDOW = 4, timedelta(days=30)
NETWORK_MOST = {
    "visa": ((15, timedelta(days=30)),),
    "mastercard": ((10, timedelta(hours=24)), (35, timedelta(days=30))),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """Money that the gateway took by a card, and of which invoice how much."""

    who: str
    minor: int
    at: datetime
    card: int
    shares: Mapping[str, int]


@dataclass(slots=True)
class Till:
    """Who gave leave for which card, its refused tries (when, for what), and money that the books do not have yet."""

    leave: dict[int, str] = field(default_factory=dict)
    refused: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    taken: dict[str, Taken] = field(default_factory=dict)
    looked_for: set[str] = field(default_factory=set)
    given: dict[str, int] = field(default_factory=dict)


def _mandate_given(auditor: Auditor, event: Event) -> None:
    """The newest leave stands in the place of the former ones."""
    for card, who in list(auditor.till.leave.items()):
        if who == event.who and card in event.facts["instead_of"]:
            auditor.till.leave.pop(card)
    auditor.till.leave[event.facts["card"]] = event.who
    auditor.news(event)


def _mandate_ended(auditor: Auditor, event: Event) -> None:
    for card in event.facts["cards"]:
        auditor.till.leave.pop(card, None)
    auditor.news(event)


def _charge(auditor: Auditor, event: Event) -> None:
    facts, till = event.facts, auditor.till
    dossier = auditor.news(event)
    if till.leave.get(facts["card"]) != event.who:
        evidence = f"Card {facts['card']} was charged {facts['minor']}."
        auditor.find(event.at, LEAVE, event.who, evidence)
    most = chargeable(auditor, dossier, dossier.today(event.at))
    if facts["minor"] > most:
        evidence = f"{facts['minor']} for '{facts['about']}'; {most} is due and free."
        auditor.find(event.at, ONCE, event.who, evidence)
    print_ = facts["fingerprint"]
    if print_ in till.never:
        auditor.find(event.at, NEVER, event.who, f"'{facts['about']}' by card {facts['card']}.")
    tried = till.refused.setdefault(print_, [])
    for rule, evidence in _too_often(tried, event, facts["network"], facts["about"]):
        auditor.find(event.at, rule, event.who, evidence)
    if facts["state"] == "paid":
        till.taken[facts["ref"]] = Taken(
            event.who, facts["minor"], event.at, facts["card"], dict(facts["shares"])
        )
    else:
        tried.append((event.at, facts["about"]))
        if facts["never"]:
            till.never.add(print_)


def _too_often(
    tried: list[tuple[datetime, str]], event: Event, network: str, about: str
) -> list[tuple[str, str]]:
    found = []
    same = [at for at, what in tried if what == about and at > event.at - OWN_WINDOW]
    if len(same) >= OWN_MOST:
        found.append((OFTEN, f"'{about}' was refused {len(same)} times in {OWN_WINDOW.days} days."))
    for most, window in NETWORK_MOST[network]:
        inside = [at for at, _ in tried if at > event.at - window]
        if len(inside) >= most:
            found.append((OFTEN, f"{network}: refused {len(inside)} times in {window}."))
    return found


def chargeable(auditor: Auditor, dossier: Dossier, on: date) -> int:
    """What is due by `on` and may be taken: nothing that is left alone, nothing that was taken a moment ago."""
    books = auditor.books
    if dossier.whole(books, on) is not None:
        return 0
    due: dict[str, int] = {}
    for one in books.owed(dossier.ref):
        due[one.number] = sum(minor for due_on, minor in dossier.parts(books, one.number) if due_on <= on)
    for block in dossier.blocks:
        for number in block.numbers:
            if number in due:
                due[number] -= due[number] if block.minor is None else min(block.minor, due[number])
    return sum(due.values()) - on_its_way(auditor, dossier.ref, due)


def on_its_way(auditor: Auditor, who: str, numbers: Collection[str]) -> int:
    """What the gateway took of a customer's cards for these invoices and the product has not told that it knows."""
    taken = [one.shares for one in auditor.till.taken.values() if one.who == who]
    return sum(minor for shares in taken for number, minor in shares.items() if number in numbers)


def known(auditor: Auditor, at: datetime) -> None:
    """What a card was charged is known to the product in some days.

    But for what it could not ask for again: its leave ended in that time, or the whole house stood still.
    """
    till = auditor.till
    for ref, one in till.taken.items():
        if one.at > at - ANSWERED_WITHIN or ref in till.looked_for:
            continue
        till.looked_for.add(ref)
        stood_still = auditor.disturbed_at is not None and auditor.disturbed_at >= one.at
        if not stood_still and till.leave.get(one.card) == one.who:
            auditor.find(at, KNOWN, one.who, f"{one.minor} were taken on {one.at.date()} ({ref}).")


def _went_back_in_part(auditor: Auditor, event: Event) -> None:
    facts = event.facts
    auditor.turn_over(event)
    auditor.books.went_back_in_part(facts["ref"], facts["minor"], facts["numbers"])
    auditor.dossiers[event.who].going_back = (0, ())
    money = auditor.books.payments[facts["ref"]]
    if money.back > money.minor or money.left < 0:
        auditor.find(
            event.at, BACK, event.who, f"{money.back} of {money.minor} went back; {money.left} left."
        )
    auditor.news(event)


def _gave_back(auditor: Auditor, event: Event) -> None:
    """The gateway gave money back: of a payment no more than came."""
    ref, till = event.facts["ref"], auditor.till
    till.given[ref] = till.given.get(ref, 0) + event.facts["minor"]
    money = auditor.books.payments.get(ref)
    if money is None or till.given[ref] > money.minor:
        paid = 0 if money is None else money.minor
        auditor.find(event.at, BACK, event.who, f"{till.given[ref]} of {paid} went back by refunds.")


def _contested(auditor: Auditor, event: Event) -> None:
    """The payer's bank took it back: what it had paid is left alone until a person decides."""
    dossier = auditor.news(event)
    for number, minor in event.facts["shares"]:
        dossier.blocks.append(Block("contested", (number,), minor, ref=f"contest {event.facts['ref']}"))


def _contest_decided(auditor: Auditor, event: Event) -> None:
    dossier = auditor.news(event)
    ref = f"contest {event.facts['ref']}"
    dossier.blocks = [block for block in dossier.blocks if block.ref != ref]


def _cancelled(auditor: Auditor, event: Event) -> None:
    """A subscription that was cancelled is neither charged nor asked for."""
    dossier = auditor.news(event)
    for card, who in list(auditor.till.leave.items()):
        if who == event.who:
            auditor.till.leave.pop(card)
    for number in event.facts["numbers"]:
        dossier.blocks.append(Block("cancelled", (number,), ref="cancelled"))


def _refused(auditor: Auditor, event: Event) -> None:
    code = event.facts["code"]
    if not code:
        auditor.find(event.at, REASON, event.who, f"{event.facts['what']} was refused without a word.")


def _put_off(auditor: Auditor, event: Event) -> None:
    """The card is not tried on its day: until it is, nobody asks for what it was to pay."""
    auditor.news(event)


HANDLERS: dict[str, Callable[[Auditor, Event], None]] = {
    "mandate_given": _mandate_given,
    "mandate_ended": _mandate_ended,
    "charge": _charge,
    "went_back_in_part": _went_back_in_part,
    "gave_back": _gave_back,
    "contested": _contested,
    "contest_decided": _contest_decided,
    "cancelled": _cancelled,
    "refused": _refused,
    "put_off": _put_off,
}
