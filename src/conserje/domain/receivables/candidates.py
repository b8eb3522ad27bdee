# SPDX-License-Identifier: Apache-2.0
"""What a line of the bank is compared with: what is open, who pays, what was asked for and what is booked already."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import compact, fold
from conserje.domain.receivables.withheld import Bases, Kind

K = TypeVar("K")
V = TypeVar("V")

_PADDING = re.compile(r"(?<![0-9])0+(?=[0-9])")
_LAST_DIGITS = re.compile(r"[0-9]{3,}$")
_COMPANY_FORM = re.compile(
    r"\b(s ?a ?s|s ?a de c ?v|s de r ?l de c ?v|s ?r ?l|s ?p ?a|s ?a|ltda?|eirl|e ?i ?r ?l|cia|inc|llc|ltd|gmbh)\b"
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def unpadded(key: str) -> str:
    """A folded number without leading zeros in any of its runs of digits: "fe0001042" -> "fe1042"."""
    return _PADDING.sub("", key)


def last_digits(key: str) -> str:
    """The digits a number ends in, unpadded, "" when fewer than three: "fe1042" -> "1042"."""
    found = _LAST_DIGITS.search(key)
    digits = unpadded(found.group()) if found else ""
    return digits if len(digits) >= 3 else ""


def name_key(name: str) -> str:
    """A payer's name as banks vary it: folded, without signs and forms of company; "" when little is left."""
    words = _NOT_WORD.sub(" ", fold(name)).strip()
    bare = compact(_COMPANY_FORM.sub(" ", words))
    return bare if len(bare) >= 4 else compact(words)


def text_key(text: str) -> str:
    """What is the same in the texts of one payer's transfers: the words without digits; "" for fewer than three."""
    words = [word for word in _NOT_WORD.split(fold(text)) if word.isalpha()]
    return "".join(words)[:120] if len(words) >= 3 else ""


def tax_keys(tax_id: str) -> tuple[str, ...]:
    """A tax number folded, with and without the check digit behind its hyphen."""
    whole = compact(tax_id)
    before, hyphen, check = tax_id.strip().rpartition("-")
    short = compact(before) if hyphen and len(check.strip()) == 1 else ""
    return tuple(key for key in dict.fromkeys((whole, short)) if len(key) >= 6)


@dataclass(frozen=True, slots=True)
class Credit:
    """One line of a statement as it is judged: `key` is its identity, `amount` is signed."""

    key: str
    amount: Money
    value_on: date
    text: str
    end_to_end_id: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_id: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Owed:
    """An open invoice. `kinds` are the taxes already recognised as withheld from it."""

    invoice_id: int
    customer_id: int
    number_key: str
    open: Money
    bases: Bases
    due_on: date
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer with the keys by which its money is recognised; `learned` are (kind, key) confirmed by people.

    `taxes` are those that it may keep back from what it pays.
    """

    customer_id: int
    taxes: tuple[Kind, ...] = ()
    reference_key: str = ""
    name_key: str = ""
    tax_keys: tuple[str, ...] = ()
    learned: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A checkout whose reference a line may carry. `doubtful` when its gateway contradicted itself."""

    reference: str
    customer_id: int
    amount: Money
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment in the books that no line of the bank has told of yet. `number_keys` are those of what it paid."""

    payment_id: int
    customer_id: int
    amount: Money
    value_on: date
    source: str
    external_id: str
    number_keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidates:
    """Everything one file is compared with. `only_amounts` are invoices whose open amount no other invoice has.

    `gateways` are the names of the creditor's gateways.
    """

    owed: tuple[Owed, ...] = ()
    payers: tuple[Payer, ...] = ()
    asked: tuple[Asked, ...] = ()
    booked: tuple[Booked, ...] = ()
    only_amounts: frozenset[int] = frozenset()
    gateways: tuple[str, ...] = ()

    @cached_property
    def by_customer(self) -> Mapping[int, tuple[Owed, ...]]:
        """Open invoices of each customer, oldest due first."""
        return _grouped((item.customer_id, item) for item in sorted(self.owed, key=_age))

    @cached_property
    def by_number(self) -> Mapping[str, tuple[Owed, ...]]:
        """Open invoices by their unpadded number."""
        return _grouped((unpadded(item.number_key), item) for item in self.owed)

    @cached_property
    def by_digits(self) -> Mapping[str, tuple[Owed, ...]]:
        """Open invoices by the digits their number ends in."""
        pairs = ((last_digits(item.number_key), item) for item in self.owed)
        return _grouped((digits, item) for digits, item in pairs if digits)

    @cached_property
    def by_amount(self) -> Mapping[Money, tuple[Owed, ...]]:
        """The invoices of `only_amounts` by their open amount."""
        return _grouped((item.open, item) for item in self.owed if item.invoice_id in self.only_amounts)

    @cached_property
    def payer(self) -> Mapping[int, Payer]:
        """Payers by customer."""
        return {item.customer_id: item for item in self.payers}

    @cached_property
    def known_as(self) -> Mapping[tuple[str, str], tuple[int, ...]]:
        """Customers by (how, key): by "tax", "same_name" or "reference", or learned by "name", "bank" or "text"."""
        pairs = []
        for item in self.payers:
            pairs += [(("tax", key), item.customer_id) for key in item.tax_keys]
            pairs += [(known, item.customer_id) for known in item.learned]
            pairs.append((("same_name", item.name_key), item.customer_id))
            pairs.append((("reference", item.reference_key), item.customer_id))
        return _grouped(pairs)

    @cached_property
    def booked_by_customer(self) -> Mapping[int, tuple[Booked, ...]]:
        """Payments without a line of the bank by customer."""
        return _grouped((item.customer_id, item) for item in self.booked)

    @cached_property
    def booked_by_number(self) -> Mapping[str, tuple[Booked, ...]]:
        """The same by the unpadded numbers of what they paid."""
        return _grouped((unpadded(key), item) for item in self.booked for key in item.number_keys)


def _age(item: Owed) -> tuple[date, int]:
    return item.due_on, item.invoice_id


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
