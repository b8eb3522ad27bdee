# SPDX-License-Identifier: Apache-2.0
"""Money given back through the gateway it came by: asked for by a person, once, and followed until its end is known.

The books move when the gateway says that money went back, in `checkout_fact`: told twice it went back once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.receivables.models import Allocation, Checkout, Payment, PaymentRoad, Refund
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import RefundFact, RefundRequest, Refunds
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.payment import Road, RoadName
from conserje.domain.receivables.posting import Rows
from conserje.services.receivables import allocation, checkout, checkout_fact, gateway, locked
from conserje.services.receivables.checkout import Access, Which
from conserje.services.receivables.refusals import AmountRefused, Refused, UnknownRow
from conserje.services.tenancy.act import act, keyed, reading, step

_UNFINISHED = ("pending", "unknown")


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """What a person wants given back of a payment. `key` is made by the page, so a double tap is one.

    With no `invoice_ids` it comes from what is unallocated, and no more than that; else from what was applied to them.
    """

    payment_id: int
    key: str
    amount: Money
    invoice_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refundable:
    """What may be given back of a payment: `unallocated`, and what was applied to invoices (id, number, amount)."""

    payment_id: int
    gateway: str
    unallocated: Money
    applied: tuple[tuple[int, str, Money], ...]
    under_way: Money


def give_back(*, creditor_id: int, asked: RefundAsked, access: Access, by: str, now: datetime) -> RefundFact:
    """Write the refund down, then ask the gateway under its key; the same refund again is the same.

    Raises `AmountRefused` when more would go back than may, `Refused` when the payment did not come by this gateway or
    the gateway gives nothing back, and `UnknownRow`.
    """
    _giver(access)
    row = _write_down(creditor_id=creditor_id, asked=asked, gateway=access.gateway, by=by, now=now)
    return _ask(creditor_id, row, access, now)


def look_due(*, creditor_id: int, now: datetime) -> int:
    """Ask again, under the same key, for every refund whose end is not known; returns how many ended."""
    with reading(creditor_id=creditor_id):
        rows = Refund.objects.filter(creditor_id=creditor_id, state__in=_UNFINISHED).select_related(
            "checkout"
        )
        waiting = list(rows.order_by("id")[:100])
        offers = gateway.offers(creditor_id=creditor_id) if waiting else ()
    access = {offer.access.gateway: offer.access for offer in offers}
    ended = 0
    for row in waiting:
        held = access.get(row.checkout.gateway)
        if held is not None and isinstance(gateways.get(held.gateway), Refunds):
            ended += _ask(creditor_id, row, held, now).state not in _UNFINISHED
    return ended


@step
def refundable(*, creditor_id: int, payment_id: int) -> Refundable | None:
    """What of a payment may be given back through its gateway; None for one that came by another road."""
    found = Checkout.objects.filter(creditor_id=creditor_id, payment_id=payment_id).order_by("id").first()
    if found is None or not gives_back(name=found.gateway):
        return None
    held = Payment.objects.get(creditor_id=creditor_id, id=payment_id)
    rows = Rows(held.customer_id, payment_id=payment_id)
    standing = allocation.standing_of(creditor_id=creditor_id, rows=rows)
    numbers = dict(
        Allocation.objects.filter(creditor_id=creditor_id, payment_id=payment_id).values_list(
            "invoice_id", "invoice__number"
        )
    )
    return Refundable(
        payment_id=payment_id,
        gateway=found.gateway,
        unallocated=Money(held.currency, held.unallocated_minor),
        applied=tuple(
            (item.invoice_id, numbers[item.invoice_id], Money(held.currency, item.amount_minor))
            for item in standing
        ),
        under_way=Money(held.currency, _under_way(creditor_id, found.id)),
    )


def _ask(creditor_id: int, row: Refund, access: Access, now: datetime) -> RefundFact:
    if row.state not in _UNFINISHED:
        return RefundFact(row.state, row.external_id, row.detail)
    with reading(creditor_id=creditor_id):
        held = Checkout.objects.get(creditor_id=creditor_id, id=row.checkout_id)
        charge_id = _charge_id(creditor_id, held)
    request = RefundRequest(
        key=row.key,
        external_id=held.external_id,
        payment_id=charge_id,
        amount=Money(held.currency, row.amount_minor),
    )
    fact = _giver(access).refund(request, access.settings, access.http)
    if fact.state == "done":
        checkout.refresh(
            creditor_id=creditor_id,
            which=Which(public_id=held.public_id),
            road=Road(RoadName.LOOK, f"refund {row.id}"),
            access=access,
            now=now,
        )
    return _note(creditor_id=creditor_id, refund_id=row.id, fact=fact, now=now)


@keyed
@act
def _write_down(*, creditor_id: int, asked: RefundAsked, gateway: str, by: str, now: datetime) -> Refund:
    rows = Checkout.objects.select_for_update(no_key=True).filter(
        creditor_id=creditor_id, payment_id=asked.payment_id, gateway=gateway
    )
    held = rows.order_by("id").first()
    if held is None:
        raise Refused("This payment did not come by that gateway: give it back by the way it came.")
    known = Refund.objects.filter(creditor_id=creditor_id, checkout_id=held.id, key=asked.key).first()
    if known is not None:
        if known.amount_minor != asked.amount.minor:
            raise Refused("This refund was asked for with another amount. Open the payment again.")
        return known
    paid = locked.row(creditor_id=creditor_id, model=Payment, row_id=asked.payment_id)
    _check(creditor_id, asked, paid, _under_way(creditor_id, held.id))
    row = Refund.objects.create(
        creditor_id=creditor_id,
        checkout_id=held.id,
        key=asked.key,
        amount_minor=asked.amount.minor,
        invoice_ids=list(asked.invoice_ids),
        asked_by=by,
        asked_at=now,
    )
    payload = {"refund": row.id, "minor": row.amount_minor, "invoices": list(asked.invoice_ids)}
    checkout_fact.tell(
        creditor_id=creditor_id, row=held, kind="receivables.refund.asked", payload=payload, actor=by, now=now
    )
    return row


def _check(creditor_id: int, asked: RefundAsked, paid: Payment, under_way: int) -> None:
    rows = Rows(paid.customer_id, payment_id=paid.id)
    standing = allocation.standing_of(creditor_id=creditor_id, rows=rows)
    chosen = [item for item in standing if item.invoice_id in asked.invoice_ids]
    if {item.invoice_id for item in chosen} != set(asked.invoice_ids):
        raise UnknownRow("One of the chosen invoices was not paid by this payment. Open the payment again.")
    most = sum(item.amount_minor for item in chosen) if chosen else paid.unallocated_minor
    if asked.amount.currency != paid.currency or not 0 < asked.amount.minor <= most - under_way:
        raise AmountRefused(
            f"At most {max(0, most - under_way)} minor units of {paid.currency} can go back from there. "
            "Choose the invoices it should be taken from, or a lower amount."
        )


@keyed
@act
def _note(*, creditor_id: int, refund_id: int, fact: RefundFact, now: datetime) -> RefundFact:
    row = locked.row(creditor_id=creditor_id, model=Refund, row_id=refund_id)
    if row.state in _UNFINISHED:
        before, row.state = row.state, fact.state
        row.external_id = fact.refund_id or row.external_id
        row.detail, row.checked_at = fact.detail[:240], now
        row.save(update_fields=["state", "external_id", "detail", "checked_at"])
        if row.state != before:
            payload = {"refund": row.id, "minor": row.amount_minor}
            checkout_fact.tell(
                creditor_id=creditor_id,
                row=row.checkout,
                kind=f"receivables.refund.{row.state}",
                payload=payload,
                actor="system",
                now=now,
            )
    return RefundFact(row.state, row.external_id, row.detail)


def _under_way(creditor_id: int, checkout_id: int) -> int:
    rows = Refund.objects.filter(creditor_id=creditor_id, checkout_id=checkout_id, state__in=_UNFINISHED)
    return sum(rows.values_list("amount_minor", flat=True))


def _charge_id(creditor_id: int, held: Checkout) -> str:
    """The gateway's own id of the payment: kept as the road by which the charge was told."""
    roads = PaymentRoad.objects.filter(
        creditor_id=creditor_id, payment_id=held.payment_id or 0, road=RoadName.CHARGE.value
    )
    told = roads.order_by("id").values_list("reference", flat=True).first() or ""
    return told.removeprefix(f"{held.gateway}:")


def _giver(access: Access) -> Refunds:
    adapter = gateways.get(access.gateway)
    if not isinstance(adapter, Refunds):
        raise Refused(
            "This gateway gives nothing back by itself: do it on its own page, and it is noted here."
        )
    return adapter


def gives_back(*, name: str) -> bool:
    """Whether an installed gateway of that name gives money back when asked."""
    return gateways.has(name) and isinstance(gateways.get(name), Refunds)
