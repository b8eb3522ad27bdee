# SPDX-License-Identifier: Apache-2.0
"""Asking a gateway again about payments that nobody has told the end of: a lost hook loses nobody their payment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from conserje.data.receivables.models import Checkout
from conserje.domain.receivables.checkout import LOOKS, UNFINISHED, look_is_due
from conserje.domain.receivables.payment import Road, RoadName
from conserje.services.receivables import checkout, gateway
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading


def look_due(*, creditor_id: int, now: datetime) -> int:
    """Look at every checkout that is unfinished and whose next look has come; returns how many ended by it.

    Calls gateways, outside any transaction. A gateway that is silent is asked again at the next look.
    """
    with reading(creditor_id=creditor_id):
        young = Q(created_at__gt=now - 2 * LOOKS[-1]) | Q(until_on__gte=now.date() - LOOKS[-1])
        rows = Checkout.objects.filter(young, creditor_id=creditor_id, state__in=UNFINISHED)
        told = rows.exclude(external_id="").order_by("id")
        due = [
            (public_id, name)
            for public_id, name, created_at, checked_at, until_on in told.values_list(
                "public_id", "gateway", "created_at", "checked_at", "until_on"
            )
            if look_is_due(created_at=created_at, checked_at=checked_at, now=now, until_on=until_on)
        ]
        offers = gateway.offers(creditor_id=creditor_id) if due else ()
    access = {offer.access.gateway: offer.access for offer in offers}
    ended = 0
    for public_id, name in due:
        if name not in access:
            continue
        try:
            standing = checkout.refresh(
                creditor_id=creditor_id,
                which=checkout.Which(public_id=public_id),
                road=Road(RoadName.LOOK, public_id),
                access=access[name],
                now=now,
            )
        except Refused:
            continue
        ended += standing.state not in UNFINISHED
    return ended
