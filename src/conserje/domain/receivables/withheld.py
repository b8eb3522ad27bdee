# SPDX-License-Identifier: Apache-2.0
"""Which withheld taxes explain that less came in than was invoiced.

The taxes are dated facts: of a country's pack (its section `withholdings`), or stated by the creditor for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product

from conserje.domain.kit.money import exponent
from conserje.domain.rules.taxes import TaxBase, WithheldTax


@dataclass(frozen=True, slots=True)
class Kind:
    """One tax that a payer may keep back once from an invoice, at one of `rates` of its base.

    In force from `since` to `until`, both included; without them always. `stated` by the creditor itself, it counts
    instead of a pack's of that name.
    """

    name: str
    base: TaxBase
    rates: tuple[Fraction, ...]
    since: date | None = None
    until: date | None = None
    stated: bool = False

    def in_force(self, on: date) -> bool:
        """Whether it holds on the local date `on`."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


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


def kinds(*, rules: Iterable[WithheldTax]) -> tuple[Kind, ...]:
    """What payers may keep back by a pack."""
    return tuple(
        Kind(rule.tax, rule.base, rule.rates, rule.effective_from, rule.effective_to) for rule in rules
    )


def counted(known: Iterable[Kind], *, on: date) -> list[Kind]:
    """Those of `known` that count `on` a day: what the creditor states of a tax then stands for the pack's."""
    held = [kind for kind in known if kind.in_force(on)]
    own = {kind.name for kind in held if kind.stated}
    return [kind for kind in held if kind.stated or kind.name not in own]


def explain(
    *, known: Sequence[Kind], on: date, gap: int, bases: Bases, currency: str
) -> tuple[tuple[Withheld, ...], ...]:
    """The simplest sets of the `known` taxes that leave exactly `gap` minor units unpaid `on` a day; none if none fits.

    Payers round each tax to the whole unit of currency: half of one for each is taken as fitting, and the largest part
    takes the difference, so the parts add up to `gap`. All sets of the smallest size are given: several are a doubt.
    """
    if gap <= 0:
        return ()
    whole = 10 ** exponent(currency)
    fitting: list[tuple[Withheld, ...]] = []
    for parts in _sets(counted(known, on=on), bases):
        away = gap - sum(part.minor for part in parts)
        if parts and abs(away) * 2 <= whole * len(parts):
            fitting.append(_exact(parts, away))
    fewest = min((len(parts) for parts in fitting), default=0)
    return tuple(dict.fromkeys(parts for parts in fitting if len(parts) == fewest))


def _sets(known: Sequence[Kind], bases: Bases) -> Iterator[tuple[Withheld, ...]]:
    """Every choice of at most one part of each tax."""
    ways: dict[str, list[Withheld | None]] = defaultdict(lambda: [None])
    for kind in known:
        base = {TaxBase.NET: bases.net, TaxBase.TAX: bases.tax, TaxBase.TOTAL: bases.total}[kind.base]
        if base:
            ways[kind.name] += [Withheld(kind.name, round(rate * base)) for rate in kind.rates]
    for chosen in product(*ways.values()):
        yield tuple(part for part in chosen if part is not None and part.minor > 0)


def _exact(parts: tuple[Withheld, ...], away: int) -> tuple[Withheld, ...]:
    largest = max(range(len(parts)), key=lambda place: parts[place].minor)
    return tuple(
        Withheld(part.kind, part.minor + away) if place == largest else part
        for place, part in enumerate(parts)
    )
