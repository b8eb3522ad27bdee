# SPDX-License-Identifier: Apache-2.0
"""Money as integer minor units and a currency code. No float ever touches an amount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

# ISO 4217 exponents that are not 2. Gateways disagree with ISO and carry their own table (Adyen: CLP 2; SumUp: COP 0).
_EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum: convert explicitly or keep them apart."""


def exponent(currency: str) -> int:
    """Decimal places of `currency` by ISO 4217 (COP 2, CLP 0, KWD 3, CLF 4)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` units (signed integer) of an ISO 4217 `currency`: 850000 USD is 8,500.00."""

    currency: str
    minor: int

    def __add__(self, other: Money) -> Money:
        return Money(self._same(other), self.minor + other.minor)

    def __sub__(self, other: Money) -> Money:
        return Money(self._same(other), self.minor - other.minor)

    def __neg__(self) -> Money:
        return Money(self.currency, -self.minor)

    def __bool__(self) -> bool:
        return self.minor != 0

    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: Money) -> str:
        if other.currency != self.currency:
            raise _mismatch(self.currency, other.currency)
        return self.currency


def _mismatch(one: str, other: str) -> CurrencyMismatch:
    return CurrencyMismatch(f"Cannot add {one} and {other}: sum each currency apart.")


def from_decimal(amount: Decimal, currency: str) -> Money:
    """Major units to `Money`, half-even to the minor unit when `amount` is finer than the currency."""
    scaled = amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return Money(currency, int(scaled))


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Sum of `amounts`, all of `currency`; zero when empty."""
    minor = 0
    for amount in amounts:
        if amount.currency != currency:
            raise _mismatch(currency, amount.currency)
        minor += amount.minor
    return Money(currency, minor)


def split(amount: Money, *, parts: int) -> tuple[Money, ...]:
    """`amount` in `parts` that differ by at most one minor unit, the larger ones last.

    8,500.00 in 3 gives 2,833.33 + 2,833.33 + 2,833.34. Raises `ValueError` when `parts` < 1.
    """
    if parts < 1:
        raise ValueError("An amount is split into at least one part.")
    low, rest = divmod(amount.minor, parts)
    return tuple(Money(amount.currency, low + (1 if index >= parts - rest else 0)) for index in range(parts))
