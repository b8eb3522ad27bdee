# SPDX-License-Identifier: Apache-2.0
"""Failed charges for tests: a shopper with a card that is charged for a subscription, and how its charges end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.integration import book

from conserje.data.receivables.models import Customer, Mandate
from conserje.data.recovery.models import FailedPayment
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, Decline
from conserje.domain.receivables.charge import ChargeOrder
from conserje.domain.receivables.customer import reference_key
from conserje.domain.receivables.invoice import Due, NewInvoice
from conserje.domain.recovery.failure import CardFacts, ChargeEnd, FailedCharge, FailureKind, Refusal
from conserje.services.outreach import strategy
from conserje.services.receivables import invoice
from conserje.services.recovery import attempt, failure, retry
from conserje.services.recovery.failure import Whose
from conserje.services.tenancy.act import acting, reading

# Monday 9 March 2026, 10:00 in Bogota: the next payday is Sunday the 15th.
MONDAY = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
PRICE = Money("COP", 4_990_000)


def shopper(creditor: Creditor, name: str = "Sofía Ejemplo", **given: Any) -> Customer:
    """A person in Bogota who may be written to by e-mail."""
    usual = {
        "kind": "person",
        "debtor_type": "natural_consumer",
        "reference_key": reference_key(reference=name),
    }
    return book.customer(creditor, name, **(usual | given))


def mandate(creditor: Creditor, of: Customer, fingerprint: str = "fp_old", **given: Any) -> Mandate:
    """A card in force that may be charged, given through our page."""
    with acting(creditor_id=creditor.id):
        number = Mandate.objects.filter(creditor=creditor).count()
    usual = {
        "public_id": f"man{number}",
        "gateway": "demo",
        "key": f"key{number}",
        "reference": f"REF{number}",
        "external_id": f"mnd_{number:08d}",
        "currency": "COP",
        "state": "active",
        "method": "card",
        "brand": "visa",
        "last4": "4242",
        "expires_on": date(2026, 3, 31),
        "fingerprint": fingerprint,
        "created_at": MONDAY - timedelta(days=200),
        "given_at": MONDAY - timedelta(days=200),
    }
    with acting(creditor_id=creditor.id):
        return Mandate.objects.create(creditor=creditor, customer=of, **(usual | given))


def invoiced(
    creditor: Creditor,
    of: Customer,
    number: str = "SUS-1",
    kind: str = "subscription",
    on: date | None = None,
) -> int:
    """The open invoice of a charge, due on the day on which it failed."""
    due = Due(on or MONDAY.date(), PRICE)
    new = NewInvoice(of.id, number, PRICE, (due,), subject="Café del mes", kind=kind)
    with acting(creditor_id=creditor.id):
        opened = invoice.open_many(creditor_id=creditor.id, invoices=[new], now=MONDAY)
    return next(iter(opened.ids.values()))


def failed(creditor: Creditor, whose: Whose, **given: Any) -> FailedPayment:
    """A subscription's charge that was refused for lack of funds, as the gateway told it."""
    refusal = given.pop("refusal", Refusal("visa", "51"))
    usual: dict[str, Any] = {
        "gateway": "demo",
        "external_id": f"chg_{whose.invoice_id}",
        "kind": FailureKind.SUBSCRIPTION,
        "amount": PRICE,
        "failed_at": MONDAY,
        "refusal": refusal,
        "card": CardFacts("fp_old", "visa", "4242", date(2026, 3, 31), "CO"),
        "subscription": "Café del mes",
        "tries_before": 0,
    }
    now = given.pop("now", MONDAY)
    charge = FailedCharge(**(usual | given))
    with acting(creditor_id=creditor.id):
        key = failure.record(creditor_id=creditor.id, charge=charge, whose=whose, now=now)
        return FailedPayment.objects.get(creditor=creditor, id=key)


def orders(creditor: Creditor, now: datetime) -> list[ChargeOrder]:
    """What is to be charged now."""
    retry.move_on(creditor_id=creditor.id, now=now)
    with reading(creditor_id=creditor.id):
        return retry.orders_due(creditor_id=creditor.id, now=now)


def end(
    creditor: Creditor, order: ChargeOrder, now: datetime, decline: Decline | None = Decline.RETRY_TIMED
) -> None:
    """The gateway's answer to a charge of `order`: refused, or with no `decline` approved."""
    told = ChargeEnd(
        mandate_id=order.mandate_id,
        cause=order.cause,
        ref=order.ref,
        key=order.key,
        external_id=f"chg_{order.key}",
        state=ChargeState.DECLINED if decline else ChargeState.PAID,
        amount=order.shares[0].amount,
        invoice_ids=tuple(part.invoice_id for part in order.shares),
        decline=decline,
        decline_code="sin_fondos" if decline else "",
    )
    with acting(creditor_id=creditor.id):
        attempt.ended(creditor_id=creditor.id, end=told, now=now)


def automatic(creditor: Creditor, now: datetime = MONDAY) -> None:
    """Letters to shoppers leave without a person."""
    content = strategy.default(serves="shoppers")
    content["modes"] = dict.fromkeys(content["modes"], "automatic")
    with acting(creditor_id=creditor.id):
        strategy.adopt(creditor_id=creditor.id, content=content, by="person:1", now=now)


def seen(creditor: Creditor, key: int) -> FailedPayment:
    """The row as it stands."""
    with acting(creditor_id=creditor.id):
        return FailedPayment.objects.get(creditor=creditor, id=key)
