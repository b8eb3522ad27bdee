# SPDX-License-Identifier: Apache-2.0
"""Which customer a line means: by the creditor's own code, else by tax id, else by name. In doubt, a person decides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from conserje.domain.receivables.keys import match_key

_CHECK_DIGIT = re.compile(r"\s*-\s*[0-9kK]\s*$")
_LONGEST = 120


class Ambiguous(LookupError):
    """The name belongs to several customers and nothing else tells them apart."""


@dataclass(slots=True)
class Known:
    """A customer of the books (`id` is set) or of this file. `facts` are what columns say, the first word of each.

    `learned`: the file gave a tax id to a customer of the books.
    """

    id: int | None
    reference: str
    name: str
    tax_id: str
    country: str = ""
    learned: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    touched: bool = False


def tax_keys(tax_id: str) -> tuple[str, ...]:
    """The folded tax id, and the same without a check digit set apart by a hyphen ("900.000.101-5")."""
    whole, bare = _key(tax_id), _key(_CHECK_DIGIT.sub("", tax_id))
    return tuple(dict.fromkeys(key for key in (whole, bare) if key))


def _key(text: str) -> str:
    return match_key(text=text, longest=_LONGEST)


class Directory:
    """Every customer there is, found by any of their names in constant time."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.customers: list[Known] = []
        self._by_reference: dict[str, int] = {}
        self._by_tax_id: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}
        self._seen: dict[tuple[str, str, str], int] = {}
        for customer in known:
            self._add(customer)

    def find(self, *, reference: str, name: str, tax_id: str) -> int:
        """The index in `customers` of who is meant, added when new. Raises `Ambiguous`."""
        asked = (reference, name, tax_id)
        index = self._seen.get(asked)
        if index is None:
            index = self._match(reference, name, tax_id)
            if index is None:
                index = self._add(
                    Known(None, reference or tax_id or name, name or reference or tax_id, tax_id)
                )
            else:
                self._learn(index, tax_id)
            self._seen[asked] = index
        self.customers[index].touched = True
        return index

    def _match(self, reference: str, name: str, tax_id: str) -> int | None:
        if reference and (found := self._by_reference.get(_key(reference))) is not None:
            return found
        for key in tax_keys(tax_id):
            if key in self._by_tax_id:
                return self._by_tax_id[key]
        fits = [
            index for index in self._by_name.get(_key(name), ()) if self._agrees(index, reference, tax_id)
        ]
        if len(fits) > 1:
            raise Ambiguous(name)
        return fits[0] if fits else None

    def _agrees(self, index: int, reference: str, tax_id: str) -> bool:
        """A name alone is believed only while no code and no tax id speaks against it."""
        known = self.customers[index]
        if tax_id and known.tax_id:
            return False
        codes = {_key(known.name), *tax_keys(known.tax_id)}
        return not reference or _key(known.reference) in codes

    def _learn(self, index: int, tax_id: str) -> None:
        known = self.customers[index]
        if tax_id and not known.tax_id:
            known.tax_id = tax_id
            known.learned = known.id is not None
            for key in tax_keys(tax_id):
                self._by_tax_id.setdefault(key, index)

    def _add(self, customer: Known) -> int:
        index = len(self.customers)
        self.customers.append(customer)
        self._by_reference.setdefault(_key(customer.reference), index)
        for key in tax_keys(customer.tax_id):
            self._by_tax_id.setdefault(key, index)
        if name := _key(customer.name):
            self._by_name.setdefault(name, []).append(index)
        return index
