# SPDX-License-Identifier: Apache-2.0
"""Which open invoices an amount of money goes to. Never more than an invoice is owed, never more than came
in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import compact, fold

_PIECES = re.compile(r"[a-z0-9]+")
_SHORTEST_NUMBER = 3
_LONGEST_NUMBER_IN_PIECES = 4


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with something open, as `share` needs it."""

    invoice_id: int
    number_key: str
    open: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Named:
    """An invoice the payer named. `amount` is what they meant for it; None means all that is open."""

    invoice_id: int
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A positive part of the money for one invoice."""

    invoice_id: int
    amount: Money


def share(
    *, amount: Money, invoices: Sequence[OpenInvoice], named: Sequence[Named] = (), only_named: bool = False
) -> tuple[Share, ...]:
    """Spread `amount` over `invoices`: one share an invoice at most, in the order in which they were served.

    First the named invoices, in the order named; then, with what is left and unless `only_named`, the one
    invoice whose open amount is exactly that; else the oldest due first (by due date, then by id). Invoices
    of another currency are left alone. What no invoice takes stays unallocated: it is `amount` less the sum
    of the shares. Raises `ValueError` when `amount` < 0.
    """
    if amount.minor < 0:
        raise ValueError("Only money that came in can be shared; a payment that went back is a reversal.")
    queue = sorted(
        (item for item in invoices if item.open.currency == amount.currency and item.open.minor > 0),
        key=lambda item: (item.due_on, item.invoice_id),
    )
    room = {item.invoice_id: item.open.minor for item in queue}
    given: dict[int, int] = {}
    left = amount.minor
    for wish in named:
        left -= _give(wish.invoice_id, min(left, _wanted(wish, room, amount.currency)), room, given)
    if only_named:
        return _shares(given, amount.currency)
    exact = next((key for key, open_minor in room.items() if open_minor == left), None)
    if left and exact is not None:
        left -= _give(exact, left, room, given)
    for item in queue:
        left -= _give(item.invoice_id, min(left, room[item.invoice_id]), room, given)
    return _shares(given, amount.currency)


def _shares(given: Mapping[int, int], currency: str) -> tuple[Share, ...]:
    return tuple(Share(key, Money(currency, minor)) for key, minor in given.items())


def _wanted(wish: Named, room: Mapping[int, int], currency: str) -> int:
    open_minor = room.get(wish.invoice_id, 0)
    if wish.amount is None:
        return open_minor
    if wish.amount.currency != currency:
        return 0
    return max(0, min(open_minor, wish.amount.minor))


def _give(invoice_id: int, minor: int, room: dict[int, int], given: dict[int, int]) -> int:
    if minor <= 0:
        return 0
    room[invoice_id] -= minor
    given[invoice_id] = given.get(invoice_id, 0) + minor
    return minor


def number_keys(*, text: str) -> tuple[str, ...]:
    """The invoice numbers that `text` may carry, folded as `number_key` is, longest first.

    "Pago FE-1042, gracias" gives "fe1042" among others: up to four neighbouring pieces are read as one
    number. Words without a digit and numbers shorter than three signs are left out: they would match by
    chance.
    """
    pieces = _PIECES.findall(fold(text))
    found = {
        compact("".join(pieces[start : start + length]))
        for start in range(len(pieces))
        for length in range(1, _LONGEST_NUMBER_IN_PIECES + 1)
        if start + length <= len(pieces)
    }
    usable = (key for key in found if len(key) >= _SHORTEST_NUMBER and any(sign.isdigit() for sign in key))
    return tuple(sorted(usable, key=lambda key: (-len(key), key)))
