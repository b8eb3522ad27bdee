# SPDX-License-Identifier: Apache-2.0
"""What an amount pays of one customer's open invoices: exactly, together, less withheld tax, in part, or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Final

from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import OpenInvoice, Share, share
from conserje.domain.receivables.candidates import Credit, Owed
from conserje.domain.receivables.match_reason import Reason
from conserje.domain.receivables.withheld import Kind, Withheld, explain

# Of more open invoices than this no sums are tried but those of all and of the oldest.
MOST_SUMMED: Final = 12
FITTING: Final = frozenset(
    {
        Reason.EXACT_AMOUNT,
        Reason.EXACT_SUM,
        Reason.ALL_OPEN,
        Reason.OLDEST_SUM,
        Reason.ONE_SUM,
        Reason.NET_OF_WITHHOLDING,
    }
)
_POINTS: Final = {
    Reason.EXACT_SUM: 50,
    Reason.EXACT_AMOUNT: 45,
    Reason.NET_OF_WITHHOLDING: 42,
    Reason.ALL_OPEN: 40,
    Reason.OLDEST_SUM: 35,
    Reason.PART_OF: 35,
    Reason.MORE_THAN: 35,
    Reason.ONE_SUM: 30,
    Reason.NO_SUM: 10,
    Reason.SAME_AMOUNTS: 5,
}
_DOUBTED: Final = 17


@dataclass(frozen=True, slots=True)
class Fit:
    """How an amount fits; `also` are further reasons, `withheld` (invoice, part) of taxes kept back."""

    reason: Reason
    shares: tuple[Share, ...]
    withheld: tuple[tuple[int, Withheld], ...] = ()
    also: tuple[Reason, ...] = ()

    @property
    def points(self) -> int:
        """What this is worth."""
        return _POINTS[self.reason] - (_DOUBTED if self.also else 0)


@dataclass(frozen=True, slots=True)
class _Room:
    """An invoice and what is left open of it."""

    item: Owed
    minor: int


def best(
    line: Credit,
    *,
    owed: Sequence[Owed],
    left: Mapping[int, int],
    named: Sequence[Owed],
    taxes: Sequence[Kind],
) -> Fit | None:
    """The best fit of a line's amount to one customer's invoices; None when nothing is open in its currency.

    `named` are those whose number the text carries, `taxes` what the payer may keep back. Shares are never more than is
    left of an invoice.
    """
    every = _rooms(owed, left, line.amount.currency)
    meant = _rooms(named, left, line.amount.currency)
    if not every:
        return None
    if meant:
        return _of_named(line, meant, taxes)
    return _of_all(line, every, taxes)


def _rooms(owed: Sequence[Owed], left: Mapping[int, int], currency: str) -> list[_Room]:
    rooms = [
        _Room(item, left.get(item.invoice_id, item.open.minor))
        for item in owed
        if item.open.currency == currency
    ]
    return sorted(
        (room for room in rooms if room.minor > 0), key=lambda room: (room.item.due_on, room.item.invoice_id)
    )


def _of_named(line: Credit, meant: list[_Room], taxes: Sequence[Kind]) -> Fit:
    minor, whole = line.amount.minor, sum(room.minor for room in meant)
    if minor == whole:
        return Fit(Reason.EXACT_SUM, _whole(meant))
    alone = [room for room in meant if room.minor == minor]
    if len(alone) == 1:
        return Fit(Reason.EXACT_AMOUNT, _whole(alone))
    if minor > whole:
        return Fit(Reason.MORE_THAN, _whole(meant))
    net = _net(line, meant, taxes) if len(meant) == 1 else None
    return net or Fit(Reason.PART_OF, _spread(line.amount, meant))


def _of_all(line: Credit, every: list[_Room], taxes: Sequence[Kind]) -> Fit:
    minor = line.amount.minor
    alone = [room for room in every if room.minor == minor]
    if len(alone) == 1:
        return Fit(Reason.EXACT_AMOUNT, _whole(alone))
    if alone:
        return Fit(Reason.SAME_AMOUNTS, _whole(alone[:1]))
    sums = list(accumulate(room.minor for room in every))
    if minor == sums[-1]:
        return Fit(Reason.ALL_OPEN, _whole(every))
    if minor in sums:
        return Fit(Reason.OLDEST_SUM, _whole(every[: sums.index(minor) + 1]))
    summed = _one_sum(minor, every)
    if summed:
        return Fit(Reason.ONE_SUM, _whole(summed))
    nets = [fit for room in every if (fit := _net(line, [room], taxes)) is not None]
    if len(nets) == 1:
        return Fit(nets[0].reason, nets[0].shares, nets[0].withheld, (Reason.TAX_IN_DOUBT,))
    return Fit(Reason.NO_SUM, _spread(line.amount, every))


def _one_sum(minor: int, every: list[_Room]) -> list[_Room]:
    """The only set of invoices that makes the amount; none when there are several or none."""
    if len(every) > MOST_SUMMED:
        return []
    found: list[list[_Room]] = []
    for size in range(2, len(every)):
        found += [
            list(chosen) for chosen in combinations(every, size) if sum(r.minor for r in chosen) == minor
        ]
        if len(found) > 1:
            return []
    return found[0] if found else []


def _net(line: Credit, rooms: list[_Room], taxes: Sequence[Kind]) -> Fit | None:
    """The amount as one whole invoice less taxes kept back from it."""
    (room,) = rooms
    item = room.item
    if room.minor != item.open.minor:
        return None
    sets = explain(
        known=taxes,
        on=line.value_on,
        gap=room.minor - line.amount.minor,
        bases=item.bases,
        currency=line.amount.currency,
    )
    sets = tuple(parts for parts in sets if item.kinds.isdisjoint(part.kind for part in parts))
    if not sets:
        return None
    doubt = (Reason.TAX_IN_DOUBT,) if len(sets) > 1 else ()
    kept = tuple((item.invoice_id, part) for part in sets[0])
    return Fit(Reason.NET_OF_WITHHOLDING, (Share(item.invoice_id, line.amount),), kept, doubt)


def _whole(rooms: Sequence[_Room]) -> tuple[Share, ...]:
    return tuple(Share(room.item.invoice_id, Money(room.item.open.currency, room.minor)) for room in rooms)


def _spread(amount: Money, rooms: Sequence[_Room]) -> tuple[Share, ...]:
    """The amount over invoices, the oldest due first, none beyond what is left of it."""
    queue = [
        OpenInvoice(r.item.invoice_id, r.item.number_key, Money(amount.currency, r.minor), r.item.due_on)
        for r in rooms
    ]
    return share(amount=amount, invoices=queue)
