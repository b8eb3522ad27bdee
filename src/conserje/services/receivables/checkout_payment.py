# SPDX-License-Identifier: Apache-2.0
"""One checkout, one payment: a gateway's word and a bank line about the same money meet here, in any order.

A payment hears of itself from one charge of the gateway and from one line of the bank at most. So a second
charge, or a second transfer with the same reference, is further money; anything else is the same money told
again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from conserje.data.receivables.models import CheckoutLine, PaymentRoad
from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named
from conserje.domain.receivables.payment import Received, Road, RoadName
from conserje.services.receivables import payment
from conserje.services.tenancy.act import step


@step
def named(*, creditor_id: int, checkout_id: int) -> tuple[Named, ...]:
    """What a checkout means to pay."""
    lines = CheckoutLine.objects.filter(creditor_id=creditor_id, checkout_id=checkout_id).order_by("id")
    rows = lines.values_list("invoice_id", "amount_minor", "checkout__currency")
    return tuple(Named(invoice_id, Money(currency, minor)) for invoice_id, minor, currency in rows)


@step
def settle(*, creditor_id: int, payment_id: int | None, received: Received, now: datetime) -> int:
    """Record a charge of the gateway for a locked checkout whose payment so far is `payment_id`; returns the
    payment.

    Raises `PaymentConflict` when the charge is known with other facts.
    """
    charge = Road(RoadName.CHARGE, f"{received.source}:{received.external_id}")
    told = payment.payment_told_by(creditor_id=creditor_id, road=charge)
    if (
        told is None
        and payment_id is not None
        and not has_road(creditor_id=creditor_id, payment_id=payment_id, name=RoadName.CHARGE)
    ):
        told = payment_id
    # A portal page or a hook may tell of a second charge after the first: what they told is kept for each charge.
    messengers = (Road(road.name, f"{charge.reference} {road.reference}"[:180]) for road in received.roads)
    roads = (*messengers, charge)
    if told is None:
        recorded = payment.take_in(creditor_id=creditor_id, received=replace(received, roads=roads), now=now)
        return payment_id or recorded.payment_id
    payment.add_roads(creditor_id=creditor_id, payment_id=told, roads=roads, now=now)
    return payment_id or told


@step
def has_road(*, creditor_id: int, payment_id: int, name: RoadName) -> bool:
    """Whether a payment was heard of by a road of that name."""
    roads = PaymentRoad.objects.filter(creditor_id=creditor_id, payment_id=payment_id, road=name.value)
    return roads.exists()
