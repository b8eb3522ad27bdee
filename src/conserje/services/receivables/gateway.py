# SPDX-License-Identifier: Apache-2.0
"""The ways of paying that a creditor offers now: which gateways, and which of their methods for whom and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Abilities, Mandates, OwnCurrencies
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.way import may_pay
from conserje.services.receivables.checkout import Access
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Offer:
    """One gateway in use: which currencies it takes, and the origins ("https://pay.example") of its pages.

    `methods` are those the creditor allows, in its order. One that `is_offered` no more is only followed to the end of
    what began before; with `from_days` it is offered once the oldest invoice is so many days past due.
    """

    access: Access
    currencies: frozenset[str]
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    is_offered: bool = True
    from_days: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway by which an amount may be paid, and by which of its methods."""

    offer: Offer
    methods: tuple[str, ...]


@step
def offers(*, creditor_id: int) -> tuple[Offer, ...]:
    """Every gateway that the creditor has set up and that is installed, in the creditor's order, then by name."""
    found = connection.set_up_all(creditor_id=creditor_id, kind="gateway")
    return tuple(
        Offer(
            access=Access(name, held.settings, connection.http()),
            currencies=_currencies(name, held.settings),
            origins=gateways.get(name).origins(held.settings),
            methods=_allowed(gateways.get(name).abilities, held.choice.methods),
            is_offered=held.choice.is_offered,
            from_days=held.choice.from_days,
        )
        for name, held in found.items()
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
    return next((offer for offer in offers if offer.is_offered and currency in offer.currencies), None)


def keeping(*, offers: tuple[Offer, ...], currency: str | None) -> tuple[Offer, ...]:
    """The offers that keep a card to be charged later in `currency`; None: in any."""
    return tuple(
        offer
        for offer in offers
        if offer.is_offered
        and (currency is None or currency in offer.currencies)
        and isinstance(gateways.get(offer.access.gateway), Mandates)
    )


def choices(
    *, offers: tuple[Offer, ...], amount: Money, country: str, tax_id: str, late_days: int
) -> tuple[Choice, ...]:
    """The gateways that take this amount from a payer in `country` with `tax_id`, each with the methods that do.

    `late_days` is how long the oldest of what is paid is past due, below 0 before its date.
    """
    found = []
    for offer in offers:
        abilities = gateways.get(offer.access.gateway).abilities
        methods = tuple(
            method
            for method in offer.methods
            if may_pay(abilities=abilities, method=method, amount=amount, country=country, tax_id=tax_id)
        )
        in_stage = offer.from_days is None or late_days >= offer.from_days
        if offer.is_offered and in_stage and amount.currency in offer.currencies and methods:
            found.append(Choice(offer, methods))
    return tuple(found)


def _allowed(abilities: Abilities, chosen: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(method for method in chosen if method in abilities.methods) or abilities.methods
