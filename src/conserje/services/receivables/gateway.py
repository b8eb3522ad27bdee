# SPDX-License-Identifier: Apache-2.0
"""The ways of paying that a creditor offers now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conserje.domain.ports.gateway import OwnCurrencies
from conserje.domain.ports.registry import gateways
from conserje.services.receivables.checkout import Access
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Offer:
    """One gateway in use: which currencies it takes, and the origins ("https://pay.example") of its pages."""

    access: Access
    currencies: frozenset[str]
    origins: tuple[str, ...]


@step
def offers(*, creditor_id: int) -> tuple[Offer, ...]:
    """Every gateway that the creditor has set up and that is installed, in the order of their names."""
    found = connection.all_settings(creditor_id=creditor_id, kind="gateway")
    return tuple(
        Offer(
            access=Access(name, settings, connection.http()),
            currencies=_currencies(name, settings),
            origins=gateways.get(name).origins(settings),
        )
        for name, settings in found.items()
        if gateways.has(name)
    )


def _currencies(name: str, settings: Any) -> frozenset[str]:
    adapter = gateways.get(name)
    return (
        adapter.currencies_taken(settings)
        if isinstance(adapter, OwnCurrencies)
        else adapter.abilities.currencies
    )


def taking(*, offers: tuple[Offer, ...], currency: str) -> Offer | None:
    """The first offer that takes `currency`."""
    return next((offer for offer in offers if currency in offer.currencies), None)
