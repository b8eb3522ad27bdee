# SPDX-License-Identifier: Apache-2.0
"""An amount as a person types it, in the figures of their own country."""

from __future__ import annotations

from babel.core import UnknownLocaleError
from babel.numbers import NumberFormatError, parse_decimal

from conserje.domain.kit.money import Money, exponent

_LONGEST = 24


def typed_money(text: str, *, currency: str, locale: str) -> Money | None:
    """ "1.250,50" in es_CO, "1,250.50" in es_MX; None when it is no amount, not positive or finer than the currency."""
    bare = text.strip().removeprefix("$").removeprefix(currency).strip()
    if not bare or len(bare) > _LONGEST:
        return None
    for name in (locale, locale.partition("_")[0], "es"):
        try:
            amount = parse_decimal(bare, locale=name, strict=True)
        except UnknownLocaleError:
            continue
        except (NumberFormatError, ValueError):
            return None
        scaled = amount.scaleb(exponent(currency)) if amount.is_finite() else amount
        if not amount.is_finite() or scaled != scaled.to_integral_value() or scaled <= 0:
            return None
        return Money(currency, int(scaled))
    return None
