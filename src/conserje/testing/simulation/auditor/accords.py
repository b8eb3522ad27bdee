# SPDX-License-Identifier: Apache-2.0
"""What was agreed with a customer, by the auditor's own arithmetic: plans, and agreements that end a debt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from conserje.testing.simulation.books import Books

# Money that comes so many weekdays after an instalment's day is in time; after an agreement's, so many days.
PLAN_GRACE_WEEKDAYS = 2
AGREEMENT_GRACE_DAYS = 2
# So long after its day an instalment that was missed the first time goes to the end.
MISSED_DAYS = 7
# A plan of which a second one was missed is left alone so long, while a person talks with the customer.
REFERRED_DAYS = 14


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What an instalment takes of one invoice, still open."""

    number: str
    due_on: date
    minor: int


@dataclass(slots=True)
class Plan:
    """A plan: its invoices in order, what it came to, and its instalments (day, amount) by position."""

    name: int
    numbers: tuple[str, ...]
    total: int
    parts: dict[int, tuple[date, int]]
    active: bool
    agreed_on: date
    referred_on: date | None = None
    asked_for: set[int] = field(default_factory=set)
    missed: set[int] = field(default_factory=set)

    def in_order(self) -> list[tuple[int, date, int]]:
        """Position, day and amount by day."""
        return sorted(((key, *part) for key, part in self.parts.items()), key=lambda one: (one[1], one[0]))

    def open(self, books: Books) -> int:
        """What is open of its invoices."""
        return sum(books.invoices[number].open for number in self.numbers)

    def left(self, position: int, books: Books) -> int:
        """What is open of one instalment: money pays them in the order of their days."""
        settled = max(0, self.total - self.open(books))
        for one, _, minor in self.in_order():
            taken = min(settled, minor)
            settled -= taken
            if one == position:
                return minor - taken
        raise LookupError(position)

    def open_parts(self, books: Books) -> list[OpenPart]:
        """The instalments that are not paid, laid over the invoices one after the other."""
        settled = max(0, self.total - self.open(books))
        queue = [(number, books.invoices[number].open) for number in self.numbers]
        found: list[OpenPart] = []
        rows = self.in_order()
        for index, (_, due_on, minor) in enumerate(rows):
            taken = min(settled, minor)
            settled -= taken
            wanted = minor - taken if index + 1 < len(rows) else self.total + self.open(books)
            while wanted > 0 and queue:
                number, left = queue.pop(0)
                part = min(wanted, left)
                wanted -= part
                if part:
                    found.append(OpenPart(number, due_on, part))
                if left > part:
                    queue.insert(0, (number, left - part))
        return found


@dataclass(slots=True)
class Accord:
    """An agreement: `pay` by its days, and the rest is not asked for any more. `future` of it lowers later invoices.

    `opens` is what was open of each invoice; a `dispute` ends with it.
    """

    name: int
    kind: str
    opens: dict[str, int]
    pay: int
    future: int
    given: int
    days: tuple[tuple[date, int], ...]
    dispute: int | None
    ended: str = ""

    def paid(self, books: Books) -> int:
        """By how much its invoices are lower."""
        return sum(max(0, then - books.invoices[number].open) for number, then in self.opens.items())

    def lapsed(self, books: Books, on: date) -> bool:
        """Whether a day and its grace have passed without their money."""
        grace = timedelta(days=AGREEMENT_GRACE_DAYS)
        return self.paid(books) < sum(minor for day, minor in self.days if day + grace < on)


def in_time_through(due_on: date) -> date:
    """The last day on which the money of an instalment is in time; holidays only make it later."""
    day, left = due_on, PLAN_GRACE_WEEKDAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
