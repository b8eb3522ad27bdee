# SPDX-License-Identifier: Apache-2.0
"""Whether a letter was right at the moment it left: the hour, the caps, what was said, what is owed, what was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from conserje.testing.simulation.auditor.calendar import needs_leave, once_a_day, week_most, why_not
from conserje.testing.simulation.auditor.charges import TAKEN, on_its_way
from conserje.testing.simulation.auditor.letters import LADDER, SHOPPERS, Letter
from conserje.testing.simulation.auditor.standing import Contact, Dossier
from conserje.testing.simulation.history import Event

if TYPE_CHECKING:
    from conserje.testing.simulation.auditor.auditor import Auditor

OWED = "nothing is asked that is not owed or is left alone"
GAP_DAYS = 7
CONTACTS_MAX = 10
SHOPPER_CONTACTS_MAX = 4
GONE = ("handed", "lost")


def judge_letter(auditor: Auditor, dossier: Dossier, contact: Contact, event: Event) -> None:
    """Every rule about one letter; what is broken goes to the auditor's findings."""
    letter = contact.letter
    assert letter is not None
    if letter.step == "thanks":
        rules = _confirmation(auditor, dossier, contact, event)
    else:
        rules = _chasing(auditor, dossier, contact, letter, event)
    for rule, evidence in rules:
        auditor.find(event.at, rule, dossier.ref, f"{evidence} Subject: {event.facts['subject']}")


def judge_service_letter(auditor: Auditor, dossiers: Sequence[Dossier], event: Event) -> None:
    """A letter that asks for no money: nobody who left gets one, and nobody twice; a card's end is told in hours."""
    address, message = event.facts["address"], event.facts["message"]
    who = dossiers[0].ref if dossiers else ""
    if address in auditor.left:
        auditor.find(event.at, "nobody who left is written to", who, f"{address} had left.")
    if auditor.taken.get(message) in GONE and message not in auditor.asked_again:
        evidence = f"Message {message} had been handed over before."
        auditor.find(event.at, "nothing is handed over twice", who, evidence)
    reasons = [why_not(event.at, country=one.country, zone=one.zone, company=one.company) for one in dossiers]
    if event.facts["subject"].startswith("Su tarjeta vence") and reasons and all(reasons):
        auditor.find(event.at, "the law's hours are kept", who, f"{reasons[0]}: {event.at.isoformat()}.")


def _confirmation(
    auditor: Auditor, dossier: Dossier, contact: Contact, event: Event
) -> Iterator[tuple[str, str]]:
    if event.facts["address"] in auditor.left:
        yield "nobody who left is written to", f"{event.facts['address']} had left."
    if auditor.taken.get(contact.message) in GONE and contact.message not in auditor.asked_again:
        yield "nothing is handed over twice", f"Message {contact.message} had been handed over before."
    if dossier.ref not in auditor.charged and not any(
        money.owner == dossier.ref and not money.gone for money in auditor.books.payments.values()
    ):
        yield "thanks are for money that came in", "No payment of this customer is known."


def _chasing(
    auditor: Auditor, dossier: Dossier, contact: Contact, letter: Letter, event: Event
) -> Iterator[tuple[str, str]]:
    on, books = contact.on, auditor.books
    yield from _hours(dossier, contact)
    yield from _caps(auditor, dossier, contact, event)
    yield from _ladder(auditor, dossier, contact, letter)
    for address in (event.facts["address"], *event.facts["copies"]):
        if address in auditor.left:
            yield "nobody who left is written to", f"{address} had left."
    if not dossier.permitted and needs_leave(dossier.country):
        yield "nobody is written to without permission", "Nobody ever gave it."
    if auditor.stopped & {"", "email"}:
        yield "nothing leaves while the creditor has stopped it", f"Stopped: {sorted(auditor.stopped)}."
    by_a_person = dossier.approved or contact.message in auditor.asked_again
    if not by_a_person and not auditor.is_fresh(on):
        yield (
            "nothing leaves on old knowledge of payments",
            f"Payments are recorded through {auditor.fresh_through}.",
        )
    whole = dossier.whole(books, on)
    if whole is not None:
        yield f"nothing is asked of whom we leave alone ({whole.kind})", f"{whole}."
        return
    free = dossier.free(books, on, soon=letter.step == "preventive")
    yield from _amounts(free, dossier.going_back, letter)
    taken = on_its_way(auditor, dossier.ref, letter.numbers)
    if taken and letter.total > sum(free.values()) - taken:
        yield TAKEN, f"{taken} were taken by card."
    for number in letter.numbers:
        ended = number in dossier.settled and not books.invoices[number].open
        if ended and number not in dossier.going_back[1]:
            yield "what was settled is not written about", f"{number} ended by an agreement."
    yield from _earlier_than_told(auditor, dossier, on)


def _hours(dossier: Dossier, contact: Contact) -> Iterator[tuple[str, str]]:
    why = why_not(contact.at, country=dossier.country, zone=dossier.zone, company=dossier.company)
    if why:
        yield (
            "the law's hours are kept",
            f"{why}: {contact.at.isoformat()} in {dossier.zone} ({dossier.country}).",
        )
    if contact.on.weekday() > 4:
        yield "the house writes from Monday to Friday", f"{contact.on}."


def _caps(auditor: Auditor, dossier: Dossier, contact: Contact, event: Event) -> Iterator[tuple[str, str]]:
    on, letter = contact.on, contact.letter
    assert letter is not None
    gap = SHOPPERS.get(letter.step, GAP_DAYS)
    most, between = week_most(dossier.country)
    if auditor.taken.get(contact.message) in GONE and contact.message not in auditor.asked_again:
        yield "nothing is handed over twice", f"Message {contact.message} had been handed over before."
    # Who shares an address may live by another clock: days are those of the customer that is written about now.
    # What a person has sent again, after looking, may come on the same day where the law lets it.
    again = contact.message in auditor.asked_again and not once_a_day(dossier.country)
    for address in (event.facts["address"], *event.facts["copies"]):
        for former, ref in auditor.by_address.get(address, ()):
            if dossier.today(former.at) == on and not (again and former.message == contact.message):
                yield (
                    "one contact a day",
                    f"{address} was written to at {former.at.isoformat()} (about {ref}).",
                )
    week = set()
    for former, ref in auditor.by_address.get(event.facts["address"], ()):
        then = dossier.today(former.at)
        if former.message == contact.message or then > on:
            continue
        if ref == dossier.ref and on - timedelta(days=7) < then:
            week.add(former.message)
        if ref == dossier.ref and on - timedelta(days=between) <= then < on:
            yield "the law's days between letters are kept", f"The one before left on {then}."
        if on - timedelta(days=gap) < then:
            yield (
                "one chasing letter a week",
                f"The one before left at {former.at.isoformat()} (about {ref}).",
            )
    if len(week) + 1 > most:
        yield "no more in a week than the law allows", f"This is number {len(week) + 1} in seven days."
    distinct = {one.message for one in dossier.episode} | {contact.message}
    if len(distinct) > CONTACTS_MAX:
        yield "ten letters at most", f"This is number {len(distinct)}."
    shopper = {one.message for one in dossier.episode if one.letter and one.letter.step in SHOPPERS}
    if letter.step in SHOPPERS and len(shopper | {contact.message}) > SHOPPER_CONTACTS_MAX:
        yield "a shopper hears four times at most", f"This is number {len(shopper) + 1}."


def _ladder(
    auditor: Auditor, dossier: Dossier, contact: Contact, letter: Letter
) -> Iterator[tuple[str, str]]:
    # Money of which the gateway told a moment ago may have ended a case: then this letter begins another one.
    episode = dossier.episode if dossier.charged_at is None else dossier.lately()
    former = [one.letter.step for one in episode if one.letter and one.message != contact.message]
    if letter.step in former:
        yield "a step is made once", f"'{letter.step}' was made before in this episode."
    ladder = tuple(SHOPPERS) if letter.step in SHOPPERS else LADDER
    reached = max((ladder.index(step) for step in former if step in ladder), default=-1)
    if ladder.index(letter.step) < reached and contact.message not in {one.message for one in episode}:
        yield "steps go one way", f"'{letter.step}' after '{ladder[reached]}'."
    first = 0 if letter.step in SHOPPERS else 1
    if not former and not dossier.episode and ladder.index(letter.step) > first:
        yield "the first letter is friendly", f"The first was '{letter.step}'."


def _amounts(
    free: dict[str, int], going_back: tuple[int, tuple[str, ...]], letter: Letter
) -> Iterator[tuple[str, str]]:
    back, of = going_back
    for number, minor in letter.asked:
        most = free.get(number, 0) + (back if number in of else 0)
        if minor > most:
            yield OWED, f"{number}: {minor} asked, {most} may be."
    most = sum(free.values()) + (back if of else 0)
    if letter.total > most:
        yield OWED, f"{letter.total} asked, {most} may be."
    if not letter.total:
        yield "a letter says what it is about", "No amount was found in it."


def _earlier_than_told(auditor: Auditor, dossier: Dossier, on: date) -> Iterator[tuple[str, str]]:
    if dossier.told is None:
        return
    told_at, next_on = dossier.told
    news = [moment for moment in (dossier.news_at, auditor.disturbed_at) if moment is not None]
    if on < next_on and not any(moment >= told_at for moment in news):
        yield (
            "nobody is written to before the day they were told",
            f"On {told_at.date()} they were told {next_on}.",
        )
