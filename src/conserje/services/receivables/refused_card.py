# SPDX-License-Identifier: Apache-2.0
"""Cards that their bank refused for good (lost, stolen, closed): nothing is charged by them any more."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from conserje.data.receivables.models import Checkout, Mandate
from conserje.domain.ports.gateway import Decline
from conserje.services.tenancy.act import step


@step
def without(*, creditor_id: int, rows: QuerySet[Mandate]) -> QuerySet[Mandate]:
    """These mandates but for those by which, or by whose card, a charge was refused for good."""
    stopped = Checkout.objects.filter(creditor_id=creditor_id, decline=Decline.STOP.value)
    # Each by one equality: so those refused are gathered once, and not looked through for every mandate.
    own = stopped.filter(mandate_id=OuterRef("id"))
    card = stopped.filter(
        ~Q(mandate__fingerprint=""),
        mandate__creditor_id=creditor_id,
        mandate__fingerprint=OuterRef("fingerprint"),
        gateway=OuterRef("gateway"),
    )
    return rows.filter(~Exists(own), ~Exists(card))
