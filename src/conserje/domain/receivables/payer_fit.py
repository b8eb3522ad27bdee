# SPDX-License-Identifier: Apache-2.0
"""Who paid: the customers that a line of the bank points to, each with its reasons and points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from conserje.domain.kit.text import compact
from conserje.domain.receivables.allocation import number_keys
from conserje.domain.receivables.candidates import (
    Candidates,
    Credit,
    Owed,
    last_digits,
    name_key,
    tax_keys,
    text_key,
    unpadded,
)
from conserje.domain.receivables.match_reason import Reason

NUMBER: Final = 50
NOBODY: Final = 15
_MOST: Final = 60
_EACH_MORE: Final = 5
_POINTS: Final = {
    Reason.NUMBER: NUMBER,
    Reason.CUSTOMER_REFERENCE: 50,
    Reason.TAX_ID: 50,
    Reason.LEARNED_BANK_NUMBER: 50,
    Reason.LEARNED_NAME: 50,
    Reason.LEARNED_TEXT: 40,
    Reason.SAME_NAME: 40,
    Reason.NUMBER_ENDS: 35,
}
_LEARNED: Final = {
    "name": Reason.LEARNED_NAME,
    "bank": Reason.LEARNED_BANK_NUMBER,
    "text": Reason.LEARNED_TEXT,
}
# Alone these may be chance: they count only where the amount fits.
_WEAK: Final = frozenset({Reason.NUMBER_ENDS, Reason.SAME_NAME, Reason.LEARNED_TEXT})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one customer may be the payer; `named` are its invoices whose number stands in the text."""

    reasons: tuple[Reason, ...]
    named: tuple[Owed, ...]

    @property
    def score(self) -> int:
        """The strongest reason, and a little for each further one."""
        points = max(_POINTS[reason] for reason in self.reasons)
        return min(_MOST, points + _EACH_MORE * (len(self.reasons) - 1))

    @property
    def is_weak(self) -> bool:
        """Whether nothing but chance resemblances point to this customer."""
        return set(self.reasons) <= _WEAK


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> tuple[str, ...]:
    """The invoice numbers that a text may carry, unpadded, longest first."""
    return tuple(dict.fromkeys(unpadded(key) for key in number_keys(text=text)))


def customers(line: Credit, *, candidates: Candidates) -> dict[int, Evidence]:
    """The customers that a line points to."""
    named = _named(line.text, candidates)
    ends = {} if named else _ending(line.text, candidates)
    found: dict[int, set[Reason]] = defaultdict(set)
    for items, reason in ((named, Reason.NUMBER), (ends, Reason.NUMBER_ENDS)):
        for customer_id in items:
            found[customer_id].add(reason)
    for (kind, key), reason in _keys(line):
        for customer_id in candidates.known_as.get((kind, key), ()) if key else ():
            found[customer_id].add(reason)
    order = list(_POINTS)
    return {
        customer_id: Evidence(
            tuple(sorted(reasons, key=order.index)), named.get(customer_id, ends.get(customer_id, ()))
        )
        for customer_id, reasons in sorted(found.items())
    }


def _keys(line: Credit) -> list[tuple[tuple[str, str], Reason]]:
    taxes = [*tax_keys(line.payer_tax_id), *(key for key in numbers_in(line.text) if len(key) >= 8)]
    payer = name_key(line.payer_name)
    return [
        *((("tax", key), Reason.TAX_ID) for key in taxes),
        *((("reference", key), Reason.CUSTOMER_REFERENCE) for key in numbers_in(line.text)),
        *((known, _LEARNED[known[0]]) for known in learnable(line)),
        (("same_name", payer), Reason.SAME_NAME),
    ]


def learnable(line: Credit) -> tuple[tuple[str, str], ...]:
    """(kind, key) by which the payer of `line` is known again: by name and number, or else by the words of its text."""
    told = (("name", name_key(line.payer_name)), ("bank", compact(line.payer_account)[:120]))
    found = tuple((kind, key) for kind, key in told if key)
    words = text_key(line.text)
    return found or ((("text", words),) if words else ())


def _named(text: str, candidates: Candidates) -> dict[int, tuple[Owed, ...]]:
    """Invoices whose whole number stands in the text. A number inside a longer one that was found is chance."""
    keys = [key for key in numbers_in(text) if key in candidates.by_number]
    whole = [key for key in keys if not any(key != other and key in other for other in keys)]
    return _by_customer(item for key in whole for item in candidates.by_number[key])


def _ending(text: str, candidates: Candidates) -> dict[int, tuple[Owed, ...]]:
    """Invoices of whose number only the digits stand in the text, alone: "factura 1042" for FE-1042."""
    keys = [key for key in numbers_in(text) if key.isdigit() and key == last_digits(key)]
    return _by_customer(item for key in keys for item in candidates.by_digits.get(key, ()))


def _by_customer(items: Iterable[Owed]) -> dict[int, tuple[Owed, ...]]:
    found: dict[int, dict[int, Owed]] = defaultdict(dict)
    for item in items:
        found[item.customer_id][item.invoice_id] = item
    return {customer_id: tuple(mine.values()) for customer_id, mine in found.items()}
