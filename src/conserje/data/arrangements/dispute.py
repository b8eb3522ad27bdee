# SPDX-License-Identifier: Apache-2.0
"""An amount the customer does not agree with: only that part stops being chased."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Dispute(TenantModel):
    """Open from the day it is raised until it is closed with an outcome. No amount means the whole invoice."""

    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, db_constraint=False, related_name="disputes"
    )
    amount_minor = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            tenant_unique("dispute"),
            models.CheckConstraint(
                condition=models.Q(amount_minor=None) | models.Q(amount_minor__gt=0),
                name="dispute_amount_positive",
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="dispute_invoice"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "invoice"],
                condition=models.Q(closed_at=None),
                name="dispute_open_by_invoice",
            )
        ]
