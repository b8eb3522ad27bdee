# SPDX-License-Identifier: Apache-2.0
"""Which method of a gateway is offered for an amount, to a payer of a country."""

from __future__ import annotations

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Abilities, Way


def may_pay(*, abilities: Abilities, method: str, amount: Money, country: str, tax_id: str = "") -> bool:
    """Whether a method is offered for this amount to a payer in `country` with `tax_id`.

    "" is not known: then only where any country will do, or where no tax number is needed.
    """
    if not abilities.ways:
        return amount.currency in abilities.currencies
    return any(way.method == method and _fits(way, amount, country, tax_id) for way in abilities.ways)


def _fits(way: Way, amount: Money, country: str, tax_id: str) -> bool:
    return (
        way.currency == amount.currency
        and (not way.countries or country in way.countries)
        and (way.least is None or amount.minor >= way.least.minor)
        and (way.most is None or amount.minor <= way.most.minor)
        and amount.minor % way.step_minor == 0
        and (not way.tax_id_signs or sum(sign.isalnum() for sign in tax_id) in way.tax_id_signs)
    )
