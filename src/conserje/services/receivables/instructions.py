# SPDX-License-Identifier: Apache-2.0
"""How an attempt to pay is paid where the gateway has no page, as it was told to the customer who made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.data.receivables.models import Checkout, CheckoutLine
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import InstructionLine
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Told:
    """What was told. `state` is that of the checkout; `numbers` are the invoices it pays."""

    state: str
    reference: str
    amount: Money
    lines: tuple[InstructionLine, ...]
    until: date | None
    qr_payload: str
    numbers: tuple[str, ...]


@step
def told(*, creditor_id: int, customer_id: int, public_id: str) -> Told | None:
    """The instructions of this customer's attempt; None for anybody else's, and for one that went to a page."""
    rows = Checkout.objects.filter(creditor_id=creditor_id, customer_id=customer_id, public_id=public_id)
    row = rows.exclude(instructions={}).first()
    if row is None:
        return None
    lines = CheckoutLine.objects.filter(creditor_id=creditor_id, checkout_id=row.id)
    numbers = lines.order_by("invoice__first_due_on", "invoice_id").values_list("invoice__number", flat=True)
    return Told(
        state=row.state,
        reference=row.reference,
        amount=Money(row.currency, row.amount_minor),
        lines=tuple(InstructionLine(*line) for line in row.instructions["lines"]),
        until=row.until_on,
        qr_payload=row.instructions["qr"],
        numbers=tuple(numbers),
    )
