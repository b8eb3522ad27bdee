# SPDX-License-Identifier: Apache-2.0
"""Books of one's own: invoices, payments, credits and write-offs by the naivest arithmetic, to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Invoice:
    """What is owed on one paper. `opened` tells which came first."""

    number: str
    owner: str
    dues: tuple[tuple[date, int], ...]
    open: int
    opened: int
    issued_on: date = date.min
    kind: str = "invoice"

    def parts(self) -> list[tuple[date, int]]:
        """The open parts by due date: what was paid took the oldest first."""
        settled = sum(minor for _, minor in self.dues) - self.open
        left = []
        for due_on, minor in self.dues:
            taken = min(settled, minor)
            settled -= taken
            if minor > taken:
                left.append((due_on, minor - taken))
        return left


@dataclass(slots=True)
class Money:
    """A payment: what of it closed which invoice, and what is left over; a `second` one waits, whole, for a person."""

    owner: str
    minor: int
    parts: list[tuple[str, int]]
    left: int
    gone: bool = False
    back: int = 0
    second: bool = False


@dataclass(slots=True)
class Later:
    """Credit kept for later invoices: `minor` left of it, for those issued on `on` or later, `opened` before them."""

    owner: str
    minor: int
    on: date
    opened: int


@dataclass(slots=True)
class Books:
    """Everything owed and paid in a world, in minor units of its one currency."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Money] = field(default_factory=dict)
    owned: dict[str, list[str]] = field(default_factory=dict)
    credit_left: dict[str, int] = field(default_factory=dict)
    of_owner: dict[str, list[str]] = field(default_factory=dict)
    later: list[Later] = field(default_factory=list)

    def opened(
        self,
        owner: str,
        number: str,
        dues: Sequence[tuple[date, int]],
        *,
        issued_on: date = date.min,
        kind: str = "invoice",
    ) -> None:
        """A new invoice."""
        whole = sum(minor for _, minor in dues)
        self.invoices[number] = Invoice(
            number, owner, tuple(dues), whole, len(self.invoices), issued_on, kind
        )
        self.owned.setdefault(owner, []).append(number)

    def keep_for_later(self, owner: str, minor: int, on: date) -> None:
        """Credit that lowers invoices opened after now and issued on `on` or later."""
        self.credit_left[owner] = self.credit_left.get(owner, 0) + minor
        self.later.append(Later(owner, minor, on, len(self.invoices)))

    def use_later(self) -> set[str]:
        """Credit kept for later lowers what came since, the oldest due first; answers whose."""
        whose = set()
        for kept in self.later:
            for one in self.owed(kept.owner) if kept.minor else ():
                if one.opened >= kept.opened and one.issued_on >= kept.on:
                    taken = min(kept.minor, one.open)
                    one.open -= taken
                    kept.minor -= taken
                    self.credit_left[kept.owner] -= taken
                    whose |= {kept.owner} if taken else set()
        return whose

    def owed(self, owner: str) -> list[Invoice]:
        """Open invoices of a customer, the oldest due first."""
        found = [self.invoices[number] for number in self.owned.get(owner, ())]
        return sorted((one for one in found if one.open), key=lambda one: (one.dues[0][0], one.opened))

    def paid(self, owner: str, ref: str, minor: int, named: Sequence[tuple[str, int]]) -> None:
        """Money came in: what was named first, then an invoice of exactly what is left, then the oldest."""
        if ref in self.payments:
            return
        self.of_owner.setdefault(owner, []).append(ref)
        if self._is_second(owner, minor, [number for number, _ in named]):
            self.payments[ref] = Money(owner, minor, [], minor, second=True)
            return
        parts: list[tuple[str, int]] = []
        left = minor
        for number, wanted in named:
            left -= self._give(number, min(left, wanted, self.invoices[number].open), parts)
        queue = self.owed(owner)
        exact = next((one for one in queue if one.open == left), None)
        for one in ([exact] if exact is not None else []) + queue:
            left -= self._give(one.number, min(left, one.open), parts)
        self.payments[ref] = Money(owner, minor, parts, left)

    def _is_second(self, owner: str, minor: int, named: Sequence[str]) -> bool:
        """Whether all that it names is closed, and a payment of as much stands on some of it."""
        if not named or any(self.invoices[number].open for number in named):
            return False
        return any(
            money.minor == minor and not money.second and any(number in named for number, _ in money.parts)
            for money in self.paid_by(owner)
        )

    def paid_by(self, owner: str) -> list[Money]:
        """The payments of a customer, in the order in which they came."""
        found = (self.payments.get(ref) for ref in self.of_owner.get(owner, ()))
        return [money for money in found if money is not None]

    def went_back(self, ref: str) -> None:
        """A whole payment went back."""
        money = self.payments[ref]
        if money.gone:
            return
        for number, minor in money.parts:
            self.invoices[number].open += minor
        money.parts, money.left, money.gone = [], 0, True

    def went_back_in_part(self, ref: str, minor: int, numbers: Sequence[str]) -> None:
        """Some of a payment went back: of these invoices, in order, or of what no invoice took."""
        money = self.payments[ref]
        money.back += minor
        for index, (number, part) in enumerate(money.parts):
            taken = min(minor, part) if number in numbers else 0
            minor -= taken
            money.parts[index] = (number, part - taken)
            self.invoices[number].open += taken
        money.left -= minor

    def lowered(self, number: str, minor: int) -> None:
        """A credit note or a write-off: what the invoice does not take stays with the customer."""
        one = self.invoices[number]
        taken = min(one.open, minor)
        one.open -= taken
        if minor > taken:
            self.credit_left[one.owner] = self.credit_left.get(one.owner, 0) + minor - taken

    def balance(self, owner: str) -> tuple[int, int]:
        """What a customer owes, and what of their money or credit no invoice took."""
        cash = sum(money.left for money in self.paid_by(owner))
        return sum(one.open for one in self.owed(owner)), cash + self.credit_left.get(owner, 0)

    def balances(self) -> dict[str, tuple[int, int]]:
        """`balance` of everybody at once."""
        cash: dict[str, int] = dict(self.credit_left)
        for money in self.payments.values():
            cash[money.owner] = cash.get(money.owner, 0) + money.left
        return {
            owner: (sum(self.invoices[number].open for number in numbers), cash.get(owner, 0))
            for owner, numbers in self.owned.items()
        }

    def _give(self, number: str, minor: int, parts: list[tuple[str, int]]) -> int:
        if minor <= 0:
            return 0
        self.invoices[number].open -= minor
        parts.append((number, minor))
        return minor
