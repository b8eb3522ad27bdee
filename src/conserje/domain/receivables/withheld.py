# SPDX-License-Identifier: Apache-2.0
"""Which withheld taxes explain that less came in than was invoiced.

Rates as payers apply them: Colombia, Estatuto Tributario 365-401 and 437-1 with Decreto 1625 of 2016 (retefuente on the
net, reteIVA on the tax) and the rates of the larger cities (reteICA, per thousand of the net); Peru, D. Leg. 940 and
R.S. 183-2004/SUNAT (detraccion, whole soles) and R.S. 037-2002/SUNAT (IGV); Mexico, LISR 106, 113-J and 116, LIVA 1-A.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final, Literal

from conserje.domain.kit.money import exponent

Base = Literal["net", "tax", "total"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One tax that a payer may keep back once from an invoice, at one of `rates` of its base."""

    name: str
    base: Base
    rates: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Bases:
    """The amounts of an invoice that taxes are reckoned on, in minor units; `net` and `tax` are None when not told."""

    total: int
    net: int | None
    tax: int | None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part kept back, in minor units, as `kind`."""

    kind: str
    minor: int


def _per(of: int, *rates: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(rate) * Fraction(1, of) for rate in rates)


KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "CO": (
        Kind("retefuente", "net", _per(100, "1", "2", "2.5", "3.5", "4", "6", "10", "11")),
        Kind("reteiva", "tax", _per(100, "15")),
        Kind("reteica", "net", _per(1000, "4.14", "6.9", "7", "8", "9.66", "10", "11.04", "13.8")),
    ),
    "PE": (
        Kind("detraccion", "total", _per(100, "1.5", "4", "10", "12", "15")),
        Kind("retencion_igv", "total", _per(100, "3")),
    ),
    "MX": (
        Kind("isr", "net", _per(100, "1.25", "10")),
        Kind("iva_retenido", "net", (*_per(100, "4", "6"), Fraction(32, 300))),
    ),
}


def explain(*, country: str, gap: int, bases: Bases, currency: str) -> tuple[tuple[Withheld, ...], ...]:
    """The simplest sets of taxes of `country` that leave exactly `gap` minor units unpaid; none when nothing fits.

    Payers round each tax to the whole unit of currency: half of one for each is taken as fitting, and the largest part
    takes the difference, so the parts add up to `gap`. All sets of the smallest size are given: several are a doubt.
    """
    if gap <= 0:
        return ()
    whole = 10 ** exponent(currency)
    fitting: list[tuple[Withheld, ...]] = []
    for parts in _sets(KINDS.get(country, ()), bases):
        away = gap - sum(part.minor for part in parts)
        if parts and abs(away) * 2 <= whole * len(parts):
            fitting.append(_exact(parts, away))
    fewest = min((len(parts) for parts in fitting), default=0)
    return tuple(dict.fromkeys(parts for parts in fitting if len(parts) == fewest))


def _sets(kinds: Sequence[Kind], bases: Bases) -> Iterator[tuple[Withheld, ...]]:
    ways: list[list[Withheld | None]] = []
    for kind in kinds:
        base = {"net": bases.net, "tax": bases.tax, "total": bases.total}[kind.base]
        if base:
            ways.append([None, *(Withheld(kind.name, round(rate * base)) for rate in kind.rates)])
    for chosen in product(*ways):
        yield tuple(part for part in chosen if part is not None and part.minor > 0)


def _exact(parts: tuple[Withheld, ...], away: int) -> tuple[Withheld, ...]:
    largest = max(range(len(parts)), key=lambda place: parts[place].minor)
    return tuple(
        Withheld(part.kind, part.minor + away) if place == largest else part
        for place, part in enumerate(parts)
    )
