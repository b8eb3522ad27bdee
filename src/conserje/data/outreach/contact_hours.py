# SPDX-License-Identifier: Apache-2.0
"""The hours in which a customer wishes to be written to; the law's own hours stay as they are, the strictest wins."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique


class ContactHours(TenantModel):
    """Whole local hours `[from_hour, to_hour)` of any day, in force until they are ended."""

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="contact_hours",
    )
    from_hour = models.PositiveSmallIntegerField()
    to_hour = models.PositiveSmallIntegerField()
    said_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("contact_hours"),
            models.UniqueConstraint(
                fields=["creditor", "customer"],
                condition=models.Q(ended_at=None),
                name="contact_hours_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(from_hour__lt=models.F("to_hour"), to_hour__lte=24),
                name="contact_hours_of_a_day",
            ),
            tenant_fk("contact_hours", "customer", "receivables.Customer"),
        ]
