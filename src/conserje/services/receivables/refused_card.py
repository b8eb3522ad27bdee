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
    same_card = Q(mandate__fingerprint=OuterRef("fingerprint"), gateway=OuterRef("gateway"))
    same_card &= ~Q(mandate__fingerprint="")
    ended = Checkout.objects.filter(
        Q(mandate_id=OuterRef("id")) | same_card, creditor_id=creditor_id, decline=Decline.STOP.value
    )
    return rows.exclude(Exists(ended))
