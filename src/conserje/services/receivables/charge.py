# SPDX-License-Identifier: Apache-2.0
"""Money taken by a mandate. Written down before it is asked for; without an answer it is looked at, never asked twice.

The key at the gateway is made of the order's own key: whoever charges the same order again, at any time and on any
machine, asks for the very same charge.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from conserje.data.receivables.models import Checkout, Mandate
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeRequest, ChargeState, Mandates
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.charge import ChargeOrder
from conserje.domain.receivables.checkout import NEVER_ANSWERED, QUARANTINED, UNFINISHED
from conserje.domain.receivables.payment import Road, RoadName
from conserje.services.outreach import review
from conserje.services.receivables import (
    charge_rest,
    checkout_fact,
    checkout_row,
    locked,
    mandate,
    refused_card,
)
from conserje.services.receivables.checkout import Access, Standing, Which, refresh, standing_of
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import act, keyed, reading

# Gateways forget a key after a day: an unanswered charge is asked for again under it only well before that.
RESEND_HOURS = 20


def charge(*, creditor_id: int, order: ChargeOrder, access: Access, hook_url: str, now: datetime) -> Standing:
    """Charge `order` once, and write down what the gateway says.

    Raises `Refused` when it may not be charged: the mandate is not in force, a share is disputed, promised, being paid
    or more than is open; then nothing was asked for.
    """
    row = _write_down(creditor_id=creditor_id, order=order, gateway=access.gateway, now=now)
    if row.state not in UNFINISHED:
        return standing_of(row)
    road = Road(RoadName.LOOK, row.public_id)
    if row.external_id:
        which = Which(public_id=row.public_id)
        return refresh(creditor_id=creditor_id, which=which, road=road, access=access, now=now)
    if now - row.created_at > timedelta(hours=RESEND_HOURS):
        return _give_up(creditor_id=creditor_id, checkout_id=row.id, now=now)
    with reading(creditor_id=creditor_id):
        token = mandate.token_of(creditor_id=creditor_id, mandate_id=row.mandate_id or 0)
    adapter = gateways.get(access.gateway)
    if not isinstance(adapter, Mandates):
        raise Refused("This gateway does not charge by mandates any more.")
    request = ChargeRequest(
        key=row.key,
        reference=row.reference,
        token=token,
        amount=Money(row.currency, row.amount_minor),
        description=order.description,
        hook_url=hook_url,
    )
    fact = adapter.charge(request, access.settings, access.http)
    return _apply(creditor_id=creditor_id, checkout_id=row.id, fact=fact, now=now)


def public_id(*, creditor: str, order: ChargeOrder) -> str:
    """The name of an order's charge, here and as its key at the gateway, which may serve several creditors.

    `creditor` is the creditor's public id. By whatever mandate it is made, the same order has the same name.
    """
    return hashlib.sha256(f"charge {creditor} {order.key}".encode()).hexdigest()[:40]


def give_up_due(*, creditor_id: int, now: datetime) -> int:
    """Charges that nobody answered while their key was good, and that nobody orders any more, are left to a person.

    Perhaps they were made: their leave ended, or what they were for was promised meanwhile. Answers how many.
    """
    with reading(creditor_id=creditor_id):
        rows = Checkout.objects.filter(
            creditor_id=creditor_id,
            state=ChargeState.UNKNOWN.value,
            external_id="",
            mandate__isnull=False,
            created_at__lt=now - timedelta(hours=RESEND_HOURS),
        )
        ids = list(rows.order_by("id").values_list("id", flat=True))
    for checkout_id in ids:
        _give_up(creditor_id=creditor_id, checkout_id=checkout_id, now=now)
    return len(ids)


@keyed
@act
def _write_down(*, creditor_id: int, order: ChargeOrder, gateway: str, now: datetime) -> Checkout:
    held = locked.row(creditor_id=creditor_id, model=Mandate, row_id=order.mandate_id)
    if held.customer_id != order.customer_id or held.gateway != gateway:
        raise Refused("This mandate is another customer's, or of another gateway.")
    name = public_id(creditor=creditors.by_id(creditor_id=creditor_id).public_id, order=order)
    known = Checkout.objects.filter(creditor_id=creditor_id, public_id=name).first()
    if known is not None:
        return known
    if held.state != "active":
        raise Refused("This mandate is not in force: nothing is charged by it.")
    own = Mandate.objects.filter(creditor_id=creditor_id, id=held.id)
    if not refused_card.without(creditor_id=creditor_id, rows=own).exists():
        raise Refused("Its bank refused this card for good: the customer has to give another one.")
    amount = checkout_row.checked(creditor_id=creditor_id, customer_id=order.customer_id, shares=order.shares)
    if amount.currency != held.currency:
        raise Refused("This mandate is for another currency.")
    why = charge_rest.found(creditor_id=creditor_id, orders=[order], now=now)
    if why:
        raise Refused(why[order.key])
    row = Checkout(
        creditor_id=creditor_id,
        customer_id=order.customer_id,
        public_id=name,
        gateway=gateway,
        key=name,
        currency=amount.currency,
        amount_minor=amount.minor,
        state=ChargeState.UNKNOWN.value,
        mandate_id=held.id,
        cause=order.cause.value,
        cause_ref=order.ref,
        created_at=now,
    )
    made = checkout_row.create(creditor_id=creditor_id, row=row, shares=order.shares)
    if made is row:
        payload = {"cause": order.cause.value, "ref": order.ref, "mandate": held.id}
        checkout_fact.tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.charge.started",
            payload=payload,
            actor="rule",
            now=now,
        )
        ids = [row.customer_id]
        review.wake_many(creditor_id=creditor_id, customer_ids=ids, now=now, reason="charge.started")
    return made


@keyed
@act
def _apply(*, creditor_id: int, checkout_id: int, fact: ChargeFact, now: datetime) -> Standing:
    """What the gateway answered to the charge itself; of one without a name there we know only our reference."""
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if fact.state is not ChargeState.PAID and not fact.external_id:
        fact = replace(fact, external_id=row.external_id, reference=row.reference)
    told = checkout_fact.apply(
        creditor_id=creditor_id,
        gateway=row.gateway,
        fact=fact,
        road=Road(RoadName.LOOK, row.public_id),
        now=now,
    )
    return standing_of(told)


@keyed
@act
def _give_up(*, creditor_id: int, checkout_id: int, now: datetime) -> Standing:
    """A charge that nobody ever answered: perhaps it was made. A person looks at the gateway; it is not tried again."""
    row = locked.row(creditor_id=creditor_id, model=Checkout, row_id=checkout_id)
    if row.state == ChargeState.UNKNOWN.value and not row.external_id:
        row.state, row.detail, row.checked_at = QUARANTINED, NEVER_ANSWERED, now
        row.save(update_fields=["state", "detail", "checked_at"])
        checkout_fact.tell(
            creditor_id=creditor_id,
            row=row,
            kind="receivables.checkout.quarantined",
            payload={"why": row.detail},
            actor="system",
            now=now,
        )
    return standing_of(row)
