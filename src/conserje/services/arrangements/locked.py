# SPDX-License-Identifier: Apache-2.0
"""The customer whose word is being taken, held until the act ends: said twice at once, it is heard once."""

from __future__ import annotations

from conserje.data.receivables.models import Customer
from conserje.services.tenancy.act import step


@step
def customer(*, creditor_id: int, customer_id: int) -> None:
    """Wait for whoever takes a word of the same customer. Before any row of money, which nobody takes while waiting."""
    rows = Customer.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, id=customer_id)
    rows.values_list("id", flat=True).first()
