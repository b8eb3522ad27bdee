# SPDX-License-Identifier: Apache-2.0
"""What a creditor states of the taxes that its customers keep back."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_unique


class WithheldRate(TenantModel):
    """The rates of one `tax` for customers of `country`, counted instead of the pack's from `since` on.

    `percents` are texts such as "2.5", of the `base` ("net", "tax" or "total").
    """

    country = models.CharField(max_length=2)
    tax = models.CharField(max_length=40)
    base = models.CharField(max_length=5)
    percents = models.JSONField()
    reason = models.CharField(max_length=240)
    since = models.DateField()
    until = models.DateField(null=True)
    stated_by = models.CharField(max_length=80)
    stated_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("withheld_rate"),
            models.CheckConstraint(
                condition=models.Q(base__in=["net", "tax", "total"]), name="withheld_rate_base_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(stated_by=""), name="withheld_rate_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="withheld_rate_ends_after",
            ),
        ]
