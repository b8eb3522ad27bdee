# SPDX-License-Identifier: Apache-2.0
"""Charges that fall due by mandates: gathered from whoever has some to make, made once each, their end told to all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from conserje.data.receivables.models import Checkout, Mandate
from conserje.domain.ports.gateway import ChargeState, Mandates
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.charge import ChargeCause, ChargeOrder
from conserje.domain.receivables.checkout import UNFINISHED
from conserje.services.arrangements import plan
from conserje.services.receivables import charge, charge_notice, charge_rest, gateway, mandate
from conserje.services.receivables.checkout import Access, Standing
from conserje.services.receivables.refusals import Refused
from conserje.services.recovery import retry
from conserje.services.tenancy import creditor
from conserje.services.tenancy.act import reading

_LOG = logging.getLogger(__name__)

ASKED_AGAIN: Final = timedelta(minutes=10)
# Each is called as `orders_due(creditor_id=, now=)` in a reading transaction: what of its own is to be charged now.
SOURCES: Final[tuple[Callable[..., list[ChargeOrder]], ...]] = (
    charge_notice.orders_due,
    plan.orders_due,
    retry.orders_due,
)


@dataclass(frozen=True, slots=True)
class Charged:
    """`announced` to customers, `asked` of gateways, of these `paid`; `refused` before anything was asked."""

    announced: int
    asked: int
    paid: int
    refused: int


def charge_due(*, creditor_id: int, now: datetime) -> Charged:
    """Announce, then charge what is due. Calls gateways, outside any transaction.

    A charge without an answer is looked at in the next turn; what may not be charged is left and asked for again by
    whoever wants it.
    """
    with reading(creditor_id=creditor_id):
        if not Mandate.objects.filter(creditor_id=creditor_id).exists():
            return Charged(0, 0, 0, 0)
        access = {offer.access.gateway: offer.access for offer in gateway.offers(creditor_id=creditor_id)}
    for held in access.values():
        if isinstance(gateways.get(held.gateway), Mandates):
            mandate.look_due(creditor_id=creditor_id, access=held, now=now)
    announced = charge_notice.announce_due(creditor_id=creditor_id, now=now)
    charge.give_up_due(creditor_id=creditor_id, now=now)
    with reading(creditor_id=creditor_id):
        orders = [order for source in SOURCES for order in source(creditor_id=creditor_id, now=now)]
        ids = {order.mandate_id for order in orders}
        rows = Mandate.objects.filter(creditor_id=creditor_id, id__in=ids)
        of = dict(rows.values_list("id", "gateway"))
    if not orders:
        return Charged(announced, 0, 0, 0)
    public = creditor.by_id(creditor_id=creditor_id).public_id
    chosen, refused = _to_be_made(creditor_id, public, orders, now)
    asked, paid = 0, 0
    for order in chosen:
        held_by = access.get(of.get(order.mandate_id, ""))
        standing = _charged(creditor_id, public, order, held_by, now) if held_by is not None else None
        if standing is None:
            refused += 1
        else:
            asked, paid = asked + 1, paid + (standing.state == "paid")
    return Charged(announced, asked, paid, refused)


def _to_be_made(
    creditor_id: int, public: str, orders: list[ChargeOrder], now: datetime
) -> tuple[list[ChargeOrder], int]:
    """Those that may be made now, and how many of the others rest: as many queries for one as for thousands.

    Neither may one of which a silent gateway was asked a moment ago, nor one that has its end, unless its announcement
    does not say so yet.
    """
    names = {charge.public_id(creditor=public, order=order): order for order in orders}
    with reading(creditor_id=creditor_id):
        rows = Checkout.objects.filter(creditor_id=creditor_id, public_id__in=names)
        begun = {row.public_id: row for row in rows.only("public_id", "state", "checked_at")}
        new = [order for name, order in names.items() if name not in begun]
        rests = charge_rest.found(creditor_id=creditor_id, orders=new, now=now)
    chosen = []
    for name, order in names.items():
        row = begun.get(name)
        if row is None:
            wanted = order.key not in rests
        elif row.state in UNFINISHED:
            wanted = row.checked_at is None or row.checked_at <= now - ASKED_AGAIN
        else:
            wanted = order.cause is ChargeCause.INVOICE
        if wanted:
            chosen.append(order)
    return chosen, len(rests)


def _charged(
    creditor_id: int, public: str, order: ChargeOrder, access: Access, now: datetime
) -> Standing | None:
    """The end of one charge so far; None when it may not be made now."""
    hook_url = f"{settings.PUBLIC_URL}/hooks/{public}/{access.gateway}/"
    try:
        standing = charge.charge(
            creditor_id=creditor_id, order=order, access=access, hook_url=hook_url, now=now
        )
    except Refused as refused:
        _LOG.info("A charge of %s %s was not made: %s", order.cause.value, order.ref, type(refused).__name__)
        return None
    if order.cause is ChargeCause.INVOICE and standing.state != ChargeState.UNKNOWN.value:
        charge_notice.made(creditor_id=creditor_id, order=order, now=now)
    return standing
