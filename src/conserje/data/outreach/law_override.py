# SPDX-License-Identifier: Apache-2.0
"""What a creditor relaxed of our own policy, and what it forbids itself beyond the law."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_unique


class LawOverride(TenantModel):
    """One override with its reason, who answers for it and its dates, both included; see `domain.rules.own.OwnRule`.

    A relaxation names a rule or a reading and has an end within 366 days; a tightening may have none.
    """

    relaxes = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=60, blank=True)
    channels = models.JSONField(default=list)
    shut = models.JSONField(default=list)
    at_most = models.PositiveSmallIntegerField(null=True)
    per = models.CharField(max_length=10, blank=True)
    gap_days = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=240)
    since = models.DateField()
    until = models.DateField(null=True)
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            tenant_unique("law_override"),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(placed_by=""), name="law_override_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")) | models.Q(until=None, relaxes=""),
                name="law_override_relaxation_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["creditor"], condition=models.Q(ended_at=None), name="law_override_in_force")
        ]
