# SPDX-License-Identifier: Apache-2.0
"""Finding a customer or an invoice by what people type."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.data.receivables.models import Customer, Invoice
from conserje.domain.kit.text import fold
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Found:
    """A customer that was meant."""

    id: int
    name: str


@step
def customer(*, creditor_id: int, text: str) -> Found | None:
    """The customer with that number, else the first whose name or reference begins so; None when there is none."""
    rows = Customer.objects.filter(creditor_id=creditor_id)
    if text.isdigit():
        by_number = rows.filter(id=int(text)).values_list("id", "name").first()
        if by_number is not None:
            return Found(*by_number)
    start = fold(text)
    named = rows.filter(sort_key__startswith=start) | rows.filter(reference_key__startswith=start)
    row = named.order_by("sort_key", "id").values_list("id", "name").first()
    return None if row is None else Found(*row)


@step
def open_invoices(*, creditor_id: int, customer_id: int) -> list[tuple[int, str]]:
    """Ids and numbers of a customer's open invoices, oldest due date first."""
    rows = Invoice.objects.filter(creditor_id=creditor_id, customer_id=customer_id, open_minor__gt=0)
    return list(rows.order_by("first_due_on", "id").values_list("id", "number"))
