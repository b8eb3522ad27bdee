# SPDX-License-Identifier: Apache-2.0
"""Where an invoice stands in the customer's own house, as the customer says it: shown to both sides."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique

STATES = ("received", "accepted", "missing")


class Progress(TenantModel):
    """One statement about one invoice; the latest holds. `words`: what is missing. Scheduled is a promise to pay."""

    invoice = models.ForeignKey(
        "receivables.Invoice",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="progress",
    )
    state = models.CharField(max_length=10)
    words = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("progress"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="progress_state_known"),
            tenant_fk("progress", "invoice", "receivables.Invoice"),
        ]
        indexes = [models.Index(fields=["creditor", "invoice", "-said_at"], name="progress_by_invoice")]
