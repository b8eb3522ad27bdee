# SPDX-License-Identifier: Apache-2.0
"""A credit on the bank's statement: whose money it is, told by a payment reference or by an invoice number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from conserje.data.receivables.models import Checkout, Invoice, Payment
from conserje.domain.kit.money import Money
from conserje.domain.receivables import reference as references
from conserje.domain.receivables.allocation import Named, number_keys
from conserje.domain.receivables.payment import BankLine, Received, Recorded, Road, RoadName, Unmatched
from conserje.services.receivables import checkout_payment, payment
from conserje.services.tenancy.act import act, keyed

SOURCE = "bank"


@keyed
@act
def record(*, creditor_id: int, line: BankLine, now: datetime) -> Recorded | Unmatched:
    """Record a bank line, once. What a gateway or the portal told of before is the same payment, not another.

    Where the customer cannot be told, or the amount contradicts the payment it names, nothing moves:
    `Unmatched`.
    """
    rows = Checkout.objects.select_for_update(no_key=True).filter(
        creditor_id=creditor_id, reference__in=references.found_in(text=line.text)
    )
    checkouts = list(rows.order_by("id"))
    road = Road(RoadName.BANK_LINE, line.line_id)
    told = payment.payment_told_by(creditor_id=creditor_id, road=road)
    if told is not None:
        return _known(creditor_id, told)
    if len(checkouts) > 1:
        return Unmatched.SEVERAL_CUSTOMERS
    if checkouts:
        return _for_checkout(creditor_id, checkouts[0], line, now)
    return _for_number(creditor_id, line, now)


def _for_checkout(creditor_id: int, row: Checkout, line: BankLine, now: datetime) -> Recorded | Unmatched:
    if row.state == "quarantined":
        return Unmatched.CHECKOUT_IN_DOUBT
    if line.amount != Money(row.currency, row.amount_minor):
        return Unmatched.AMOUNT_DIFFERS
    named = checkout_payment.named(creditor_id=creditor_id, checkout_id=row.id)
    received = _received(row.customer_id, line, named, row.reference)
    if row.payment_id is None:
        own = replace(received, source=row.gateway, external_id=f"reference:{row.reference}")
        recorded = payment.take_in(creditor_id=creditor_id, received=own, now=now)
        row.payment_id, row.state, row.checked_at = recorded.payment_id, "paid", now
        row.save(update_fields=["payment", "state", "checked_at"])
        return recorded
    if checkout_payment.has_road(creditor_id=creditor_id, payment_id=row.payment_id, name=RoadName.BANK_LINE):
        return payment.take_in(creditor_id=creditor_id, received=received, now=now)
    payment.add_roads(creditor_id=creditor_id, payment_id=row.payment_id, roads=received.roads, now=now)
    return _known(creditor_id, row.payment_id)


def _for_number(creditor_id: int, line: BankLine, now: datetime) -> Recorded | Unmatched:
    keys = number_keys(text=line.text)
    found = list(Invoice.objects.filter(creditor_id=creditor_id, number_key__in=keys).order_by("id"))
    meant = _meant(found, line.amount)
    if not meant:
        return Unmatched.NOBODY_KNOWN
    customers = {invoice.customer_id for invoice in meant}
    if len(customers) > 1:
        return Unmatched.SEVERAL_CUSTOMERS
    named = tuple(Named(invoice.id) for invoice in meant)
    received = _received(customers.pop(), line, named, line.text)
    return payment.take_in(creditor_id=creditor_id, received=received, now=now)


def _meant(found: Sequence[Invoice], amount: Money) -> list[Invoice]:
    """The invoices a text means: a number inside a longer one is chance; exact open amounts settle a doubt."""
    longest = [
        invoice
        for invoice in found
        if not any(
            invoice.number_key != other.number_key and invoice.number_key in other.number_key
            for other in found
        )
    ]
    if len({invoice.customer_id for invoice in longest}) > 1:
        exact = [i for i in longest if (i.currency, i.open_minor) == (amount.currency, amount.minor)]
        return exact or longest
    return longest


def _received(customer_id: int, line: BankLine, named: tuple[Named, ...], reference: str) -> Received:
    return Received(
        customer_id=customer_id,
        source=SOURCE,
        external_id=line.line_id,
        amount=line.amount,
        value_on=line.value_on,
        roads=(Road(RoadName.BANK_LINE, line.line_id),),
        named=named,
        method="transfer",
        reference=reference,
    )


def _known(creditor_id: int, payment_id: int) -> Recorded:
    known = Payment.objects.get(creditor_id=creditor_id, id=payment_id)
    return Recorded(known.id, False, (), Money(known.currency, known.unallocated_minor), ())
