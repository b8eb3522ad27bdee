# SPDX-License-Identifier: Apache-2.0
"""What a creditor is ready to settle for by itself, as versioned data."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_unique


class SettlementPolicy(TenantModel):
    """One version; the one without an end is in force. `content` is `domain.arrangements.settlement.Policy`."""

    content = models.JSONField()
    adopted_by = models.CharField(max_length=80)
    adopted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("settlement_policy"),
            models.UniqueConstraint(
                fields=["creditor"], condition=models.Q(ended_at=None), name="settlement_policy_in_force"
            ),
        ]
