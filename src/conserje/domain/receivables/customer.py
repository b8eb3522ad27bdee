# SPDX-License-Identifier: Apache-2.0
"""Customers and their people as they are told to the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conserje.domain.kit.text import terms
from conserje.domain.receivables.keys import match_key

# Facts that stand in a column of their own, with the longest value it takes; others are only kept as dated facts.
STANDING_FACTS: dict[str, int] = {
    "name": 240,
    "kind": 10,
    "debtor_type": 24,
    "tax_id": 40,
    "country": 2,
    "subdivision": 12,
    "city": 120,
    "time_zone": 64,
    "locale": 12,
}
LONGEST_VALUE = 240


@dataclass(frozen=True, slots=True)
class Fact:
    """Something stated about a customer. `source` says where: a column of a file, an answer, a call."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as told. `reference` is the creditor's own code, else tax id, else name; it is who they are."""

    reference: str
    name: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertedCustomers:
    """Every given customer's id by folded reference, and how many were new or changed."""

    ids: dict[str, int]
    created: int
    changed: int


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person of a customer, or the office that answers. Empty texts mean "not stated" and change nothing.

    `emails` and `phones` (as +57...) are in the form in which they are written to; their folded form makes
    them one.
    """

    customer_id: int
    name: str = ""
    role: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    locale: str = ""
    time_zone: str = ""
    country: str = ""
    subdivision: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class UpsertedContacts:
    """How many people and addresses were new; the ids of all given people by (customer id, folded name)."""

    ids: dict[tuple[int, str], int]
    created: int
    addresses: int


def reference_key(*, reference: str) -> str:
    """The folded reference by which a customer is the same."""
    return match_key(text=reference, longest=120)


def address_key(*, kind: str, address: str) -> str:
    """The folded address: an e-mail in lower case, a telephone as its digits after "+"."""
    bare = address.strip()
    if kind == "email":
        return bare.lower()
    return "+" + "".join(sign for sign in bare if sign.isdecimal())


def search_terms(*, texts: Iterable[str]) -> tuple[str, ...]:
    """What a customer is found by: the folded words of `texts`, and each text as one word ("900.123-4" ->
    "9001234"), sorted.

    A search asks how terms begin, so one that begins another is left out: "cafe" beside "cafenandu".
    """
    found = sorted({term[:120] for text in texts for term in (*terms(text), match_key(text=text)) if term})
    return tuple(
        term for term, after in zip(found, [*found[1:], ""], strict=False) if not after.startswith(term)
    )
