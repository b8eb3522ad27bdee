# SPDX-License-Identifier: Apache-2.0
"""The auditor hears what happened, keeps its own books, and judges each letter at the moment it left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from conserje.testing.simulation.auditor import arranged, charges, letters
from conserje.testing.simulation.auditor.calendar import weekdays_between
from conserje.testing.simulation.auditor.charges import Till
from conserje.testing.simulation.auditor.findings import Finding
from conserje.testing.simulation.auditor.leaving import judge_letter, judge_service_letter
from conserje.testing.simulation.auditor.standing import GRACE_DAYS, SOON_DAYS, Block, Contact, Dossier
from conserje.testing.simulation.books import Books
from conserje.testing.simulation.history import Event

_MORE = arranged.HANDLERS | charges.HANDLERS


# Payments recorded through so many weekdays ago are known well enough for letters to leave by themselves.
FRESH_WEEKDAYS = 2


@dataclass(slots=True)
class Auditor:
    """One world's auditor. `findings` in the order found; `letters_read` counts what customers received."""

    books: Books = field(default_factory=Books)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    left: dict[str, bool] = field(default_factory=dict)
    fresh_through: date | None = None
    fresh_again_on: date | None = None
    by_address: dict[str, list[tuple[Contact, str]]] = field(default_factory=dict)
    asked_again: dict[int, datetime] = field(default_factory=dict)
    taken: dict[int, str] = field(default_factory=dict)
    taken_today: set[int] = field(default_factory=set)
    charged: set[str] = field(default_factory=set)
    disturbed_at: datetime | None = None
    in_doubt: list[Event] = field(default_factory=list)
    letters_read: int = 0
    till: Till = field(default_factory=Till)
    heard_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    hung: list[tuple[datetime, datetime]] = field(default_factory=list)
    by_own_address: dict[str, list[Dossier]] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """One thing happened."""
        self.heard_at = event.at
        more = _MORE.get(event.kind)
        handler: Callable[[Event], None] | None = getattr(self, f"_on_{event.kind}", None)
        if more is not None:
            more(self, event)
        elif handler is not None:
            handler(event)

    def find(self, at: datetime, rule: str, who: str, evidence: str) -> None:
        """A rule was broken."""
        self.findings.append(Finding(at, rule, who, evidence))

    def took(self, message: int, how: str, *, unless_known: bool = False) -> None:
        """The carrier took a message, perhaps, or lost it on the way."""
        self.taken_today.add(message)
        if not (unless_known and message in self.taken):
            self.taken[message] = how

    def news(self, event: Event) -> Dossier:
        """Something happened to a customer: what it was told may change."""
        dossier = self.dossiers[event.who]
        for other in self.sharing(dossier):
            other.news_at = event.at
            other.free_days = 0
        return dossier

    def sharing(self, dossier: Dossier) -> Iterable[Dossier]:
        """Everybody with the address of this customer, itself included."""
        return self._at(dossier.address)

    def everybody(self, at: datetime) -> None:
        """Something happened that concerns everybody."""
        self.disturbed_at = at
        for dossier in self.dossiers.values():
            dossier.free_days = 0

    # Who, and what is owed.

    def _on_customer(self, event: Event) -> None:
        facts = event.facts
        self.dossiers[event.who] = dossier = Dossier(
            event.who,
            facts["country"],
            facts["zone"],
            facts["address"],
            facts["permitted"],
            company=facts["company"],
        )
        self.by_own_address.setdefault(dossier.address, []).append(dossier)

    def _on_moved(self, event: Event) -> None:
        dossier = self.news(event)
        dossier.country, dossier.zone = event.facts["country"], event.facts["zone"]

    def _on_address_given(self, event: Event) -> None:
        dossier = self.news(event)
        dossier.address = event.facts["address"]
        self.by_own_address.setdefault(dossier.address, []).append(dossier)

    def _on_invoice(self, event: Event) -> None:
        self.turn_over(event)
        facts = event.facts
        self.books.opened(
            event.who, facts["number"], facts["dues"], issued_on=facts["issued_on"], kind=facts["of"]
        )
        self.news(event)

    def _on_paid(self, event: Event) -> None:
        self.books.paid(event.who, event.facts["ref"], event.facts["minor"], event.facts["named"])
        self.till.taken.pop(event.facts["ref"], None)
        arranged.carry_out(self, self.dossiers[event.who])
        self.turn_over(event)
        self.news(event)

    def _on_charged(self, event: Event) -> None:
        """The gateway told the product of money: it may thank, or ask for what went back, before it has worked to its
        end.
        """
        self.charged.add(event.who)
        dossier = self.dossiers[event.who]
        if event.facts["new"]:
            dossier.charged_at = dossier.charged_at or event.at
        if "back" in event.facts:
            dossier.going_back = (event.facts["back"], tuple(event.facts["numbers"]))
            self.news(event)

    def _on_went_back(self, event: Event) -> None:
        self.turn_over(event)
        self.books.went_back(event.facts["ref"])
        self.news(event)

    def _on_lowered(self, event: Event) -> None:
        self.books.lowered(event.facts["number"], event.facts["minor"])
        arranged.carry_out(self, self.dossiers[event.who])
        self.turn_over(event)
        self.news(event)

    def turn_over(self, event: Event) -> None:
        """An episode ends when nothing is due or soon due; of a plan already when nothing is late, so that each part is
        reminded of anew. What was written in it counts no more, and what was said of what is paid now is over.
        """
        dossier = self.dossiers.get(event.who)
        if dossier is None:
            return
        on = dossier.today(event.at)
        dossier.standing(self.books, on)
        if not dossier.anything_near(self.books, on, of_plans=event.kind == "invoice"):
            dossier.begin_anew()
        if event.kind in ("paid", "went_back", "went_back_in_part"):
            dossier.charged_at = None

    # What is left alone.

    def _on_promised(self, event: Event) -> None:
        dossier, numbers = self.news(event), tuple(event.facts["numbers"])
        for former in [block for block in dossier.blocks if block.kind == "promise"]:
            if not numbers or set(former.numbers) & set(numbers):
                dossier.blocks.remove(former)
        for one in _each(numbers):
            until = event.facts["on"] + timedelta(days=GRACE_DAYS)
            dossier.blocks.append(Block("promise", one, until=until, due_by=event.facts["on"]))

    def _on_said_paid(self, event: Event) -> None:
        dossier = self.news(event)
        due_by = dossier.today(event.at) + timedelta(days=SOON_DAYS)
        for one in _each(event.facts["numbers"]):
            dossier.blocks.append(Block("said_paid", one, due_by=due_by, ref=f"claim {event.facts['claim']}"))

    def _on_claim_answered(self, event: Event) -> None:
        self._end(event, f"claim {event.facts['claim']}")

    def _on_disputed(self, event: Event) -> None:
        block = Block(
            "dispute", (event.facts["number"],), event.facts["minor"], ref=f"dispute {event.facts['dispute']}"
        )
        self.news(event).blocks.append(block)

    def _on_dispute_closed(self, event: Event) -> None:
        self._end(event, f"dispute {event.facts['dispute']}")

    def _on_held(self, event: Event) -> None:
        numbers = (event.facts["number"],) if event.facts["number"] else ()
        block = Block("hold", numbers, until=event.facts["until"], ref=f"hold {event.facts['hold']}")
        self.news(event).blocks.append(block)

    def _on_released(self, event: Event) -> None:
        self._end(event, f"hold {event.facts['hold']}")

    def _end(self, event: Event, ref: str) -> None:
        dossier = self.news(event)
        dossier.blocks = [block for block in dossier.blocks if block.ref != ref]

    def _on_left(self, event: Event) -> None:
        self.left[event.facts["address"]] = True
        self.news(event)

    def _on_came_back(self, event: Event) -> None:
        self.left.pop(event.facts["address"], None)
        self.news(event)

    def _on_stopped(self, event: Event) -> None:
        self.stopped.add(event.facts["channel"])
        self.everybody(event.at)

    def _on_lifted(self, event: Event) -> None:
        self.stopped.discard(event.facts["channel"])
        self.everybody(event.at)

    def is_fresh(self, on: date) -> bool:
        """Whether payments are recorded lately enough for letters to leave by themselves."""
        return self.fresh_through is not None and weekdays_between(self.fresh_through, on) <= FRESH_WEEKDAYS

    def _on_fresh(self, event: Event) -> None:
        through = event.facts["through"]
        if not self.is_fresh(event.at.date()):
            self.fresh_again_on = event.at.date()
        self.fresh_through = through if self.fresh_through is None else max(self.fresh_through, through)

    def _on_refused_draft(self, event: Event) -> None:
        self.news(event).given_up = True

    def _on_approved(self, event: Event) -> None:
        """A person let a draft of this customer leave, whatever they knew of payments."""
        self.dossiers[event.who].approved = True

    def _on_outage(self, event: Event) -> None:
        self.everybody(event.at)

    # What the carrier saw.

    def _on_asked_again(self, event: Event) -> None:
        self.asked_again[event.facts["message"]] = event.at
        self.news(event)

    def _on_bounced(self, event: Event) -> None:
        for dossier in self._ever_at(event.facts["address"]):
            dossier.bounced.add(event.facts["address"])
            dossier.news_at, dossier.free_days = event.at, 0
        self.took(event.facts["message"], "refused", unless_known=True)

    def _on_hung(self, event: Event) -> None:
        self.hung.append((event.facts["since"], event.at))

    def _on_busy(self, event: Event) -> None:
        self._delayed(event)

    def _on_sent_back(self, event: Event) -> None:
        self._delayed(event)
        self.in_doubt.append(event)

    def _on_turn(self, event: Event) -> None:
        self.in_doubt.clear()
        for who in sorted(self.books.use_later()):
            happened = Event(event.at, "lowered", who, {})
            self.turn_over(happened)
            self.news(happened)

    def _on_crashed(self, event: Event) -> None:
        """What was sent back in the turn that died was perhaps not noted as such."""
        for doubtful in self.in_doubt:
            self._on_perhaps_marked(doubtful)
        self.in_doubt.clear()

    def _on_treated_as_sent(self, event: Event) -> None:
        """A person says that it arrived, whatever the carrier saw."""
        self.took(event.facts["message"], "perhaps", unless_known=True)
        self.news(event)

    def _delayed(self, event: Event) -> None:
        for dossier in self._ever_at(event.facts["address"]):
            dossier.news_at, dossier.free_days = event.at, 0

    def _on_lost_on_the_way(self, event: Event) -> None:
        """Past the point of no return and never delivered: it counts as a contact, and nobody knows of whom."""
        self.took(event.facts["message"], "lost")
        for dossier in self._ever_at(event.facts["address"]):
            contact = Contact(event.at, dossier.today(event.at), event.facts["message"], None)
            dossier.episode.append(contact)
            dossier.news_at, dossier.free_days = event.at, 0

    def _on_perhaps_marked(self, event: Event) -> None:
        """The worker died while it crossed the point of no return, on one side or the other."""
        self.took(event.facts["message"], "perhaps", unless_known=True)
        for dossier in self._ever_at(event.facts["address"]):
            contact = Contact(event.at, dossier.today(event.at), event.facts["message"], None)
            dossier.episode.append(contact)
            dossier.news_at, dossier.free_days = event.at, 0

    def _at(self, address: str) -> list[Dossier]:
        return [dossier for dossier in self._ever_at(address) if dossier.address == address]

    def _ever_at(self, address: str) -> list[Dossier]:
        """Also who gave another address since: what is on its way goes where it was sent."""
        return self.by_own_address.get(address, [])

    def _on_handed(self, event: Event) -> None:
        self.letters_read += 1
        if letters.is_service(event.facts["subject"]):
            judge_service_letter(self, self._at(event.facts["address"]), event)
            self.took(event.facts["message"], "handed")
            return
        number = letters.NUMBER.search(event.facts["subject"] + "\n" + event.facts["text"])
        if number is None or number.group(0) not in self.books.invoices:
            self.find(event.at, "a letter names an invoice of somebody", "", event.facts["subject"])
            return
        dossier = self.dossiers[self.books.invoices[number.group(0)].owner]
        on = dossier.today(event.at)
        letter = letters.read(subject=event.facts["subject"], text=event.facts["text"], today=on)
        contact = Contact(event.at, on, event.facts["message"], letter)
        judge_letter(self, dossier, contact, event)
        self.took(contact.message, "handed")
        if letter.step == "thanks":
            return
        for address in (event.facts["address"], *event.facts["copies"]):
            self.by_address.setdefault(address, []).append((contact, dossier.ref))
        dossier.approved = False
        dossier.contacts.append(contact)
        dossier.episode.append(contact)
        dossier.told = (event.at, letter.next_on) if letter.next_on is not None else None
        dossier.given_up = dossier.given_up or letter.is_last
        for other in self.sharing(dossier):
            other.free_days = 0
            if other is not dossier:
                other.news_at = event.at


def _each(numbers: Iterable[str]) -> list[tuple[str, ...]]:
    """One word about each invoice, or about everything when none is named."""
    found: list[tuple[str, ...]] = [(number,) for number in numbers]
    return found or [()]
