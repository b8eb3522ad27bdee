# SPDX-License-Identifier: Apache-2.0
"""What a gateway may ask about who pays. It is told only what its own page cannot do without."""

from __future__ import annotations

from conserje.data.receivables.models import ContactPoint, Customer
from conserje.domain.ports.gateway import Payer
from conserje.services.tenancy.act import step


@step
def of(*, creditor_id: int, customer_id: int, contact_id: int | None) -> Payer:
    """The customer as a payer, at the addresses of the contact who pays."""
    row = Customer.objects.get(creditor_id=creditor_id, id=customer_id)
    points = ContactPoint.objects.filter(
        creditor_id=creditor_id, contact_id=contact_id or 0, unusable_since=None
    )
    known = dict(points.order_by("-id").values_list("kind", "address"))
    return Payer(
        name=row.name,
        email=known.get("email", ""),
        phone=known.get("phone", ""),
        tax_id=row.tax_id,
        country=row.country,
        is_company=row.kind == "company",
    )
