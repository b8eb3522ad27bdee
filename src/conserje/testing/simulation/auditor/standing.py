# SPDX-License-Identifier: Apache-2.0
"""What the auditor knows of one customer: where they are, what they said, what is left alone, what they received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from conserje.testing.simulation.auditor.accords import REFERRED_DAYS, Accord, Plan, in_time_through
from conserje.testing.simulation.auditor.calendar import local
from conserje.testing.simulation.auditor.letters import Letter
from conserje.testing.simulation.books import Books

GRACE_DAYS = 2
SOON_DAYS = 7


@dataclass(slots=True)
class Block:
    """Something that is left alone. No `numbers`: the whole customer. `minor`: only that much of the one invoice.

    `until` is its last day; `due_by`: it ends when nothing of it that was due by then is open.
    """

    kind: str
    numbers: tuple[str, ...]
    minor: int | None = None
    until: date | None = None
    due_by: date | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One letter that may have been read, or may have been lost after the point of no return."""

    at: datetime
    on: date
    message: int
    letter: Letter | None


@dataclass(slots=True)
class Dossier:
    """One customer."""

    ref: str
    country: str
    zone: str
    address: str
    permitted: bool
    blocks: list[Block] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    episode: list[Contact] = field(default_factory=list)
    told: tuple[datetime, date] | None = None
    news_at: datetime | None = None
    bounced: set[str] = field(default_factory=set)
    given_up: bool = False
    approved: bool = False
    free_days: int = 0
    company: bool = False
    plans: list[Plan] = field(default_factory=list)
    accords: list[Accord] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    charged_at: datetime | None = None
    going_back: tuple[int, tuple[str, ...]] = (0, ())
    cancelled: set[str] = field(default_factory=set)

    def plan(self, name: int) -> Plan | None:
        """The plan of that number of ours."""
        return next((one for one in self.plans if one.name == name), None)

    def begin_anew(self) -> None:
        """Other days are due now: what was written before counts no more, but for what the product may have written
        when it had heard of the money already.
        """
        self.episode = self.lately()
        self.told, self.given_up = None, False

    def lately(self) -> list[Contact]:
        """What was written of this episode since the gateway told of money that is not known to be in the books."""
        since = self.charged_at
        return [] if since is None else [one for one in self.episode if one.at >= since]

    def today(self, at: datetime) -> date:
        """The date at `at` where the customer is."""
        return local(at, self.zone).date()

    def standing(self, books: Books, on: date) -> list[Block]:
        """What is left alone on `on`; what ended is forgotten."""
        self.blocks = [block for block in self.blocks if not self._over(block, books, on)]
        return self.blocks

    def whole(self, books: Books, on: date) -> Block | None:
        """Why nothing at all is asked of the customer on `on`."""
        return next((block for block in self.standing(books, on) if not block.numbers), None)

    def free(self, books: Books, on: date, *, soon: bool = False) -> dict[str, int]:
        """What may be asked for on `on`, by invoice, due or not; of a plan its late instalments, or with `soon` those
        that fall due within a week.
        """
        if self.whole(books, on) is not None:
            return {}
        found = {one.number: one.open for one in books.owed(self.ref)}
        for plan in self.plans:
            if plan.active:
                found |= dict.fromkeys(plan.numbers, 0)
                for part in self._of_plan(plan, books, on, soon=soon):
                    found[part[0]] += part[2]
        for block in self.blocks:
            for number in block.numbers:
                if number in found:
                    taken = found[number] if block.minor is None else min(block.minor, found[number])
                    found[number] -= taken
        return {number: minor for number, minor in found.items() if minor > 0}

    def _of_plan(
        self, plan: Plan, books: Books, on: date, *, soon: bool = False
    ) -> list[tuple[str, date, int]]:
        """Instalments that may be asked for: none for two weeks after a person was asked about the plan."""
        if plan.referred_on is not None and on < plan.referred_on + timedelta(days=REFERRED_DAYS):
            return []
        horizon = on + timedelta(days=SOON_DAYS)
        return [
            (part.number, part.due_on, part.minor)
            for part in plan.open_parts(books)
            if (part.due_on <= horizon if soon else in_time_through(part.due_on) < on)
        ]

    def parts(self, books: Books, number: str) -> list[tuple[date, int]]:
        """The open parts of an invoice by date: its own, or those of the plan that was agreed instead."""
        for plan in self.plans:
            if plan.active and number in plan.numbers:
                return [(part.due_on, part.minor) for part in plan.open_parts(books) if part.number == number]
        return books.invoices[number].parts()

    def oldest_due(self, books: Books, on: date) -> date | None:
        """The due date of the oldest overdue part that may be asked for on `on`."""
        free = self.free(books, on)
        bound = {number for plan in self.plans if plan.active for number in plan.numbers}
        dates = []
        for number, minor in free.items():
            if number in bound:
                dates += [due_on for due_on, _ in self.parts(books, number)[:1]]
                continue
            left = books.invoices[number].open - minor
            for due_on, part in books.invoices[number].parts():
                taken = min(left, part)
                left -= taken
                if part > taken and due_on < on:
                    dates.append(due_on)
        return min(dates, default=None)

    def anything_near(self, books: Books, on: date, *, of_plans: bool) -> bool:
        """Whether anything open is due by a week after `on`; of plans only, unless `of_plans`, what is past its day.

        Where all that is open is charged by card nobody is reminded before its day: only what is due is near.
        """
        by_card = all(one.kind != "invoice" for one in books.owed(self.ref))
        soon = on if by_card else on + timedelta(days=SOON_DAYS)
        bound = {number for plan in self.plans if plan.active for number in plan.numbers}
        for one in books.owed(self.ref):
            horizon = on - timedelta(days=1) if one.number in bound and not of_plans else soon
            if any(due_on <= horizon for due_on, _ in self.parts(books, one.number)):
                return True
        return False

    def _over(self, block: Block, books: Books, on: date) -> bool:
        if block.until is not None and block.until < on:
            return True
        if block.kind == "agreement":
            name = int(block.ref.partition(" ")[2])
            accord = next(one for one in self.accords if one.name == name)
            return bool(accord.ended) or accord.lapsed(books, on)
        return block.due_by is not None and self._settled(block.numbers, block.due_by, books)

    def _settled(self, numbers: Sequence[str], due_by: date, books: Books) -> bool:
        """Whether nothing of these invoices (none named: of all) that was due by `due_by` is open."""
        if not numbers:
            return not any(
                due_on <= due_by
                for one in books.owed(self.ref)
                for due_on, _ in self.parts(books, one.number)
            )
        for number in numbers:
            one = books.invoices[number]
            parts = self.parts(books, number)
            if one.open and (one.dues[0][0] > due_by or any(due_on <= due_by for due_on, _ in parts)):
                return False
        return True
