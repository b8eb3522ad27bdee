# SPDX-License-Identifier: Apache-2.0
"""What a customer was told will be charged by their mandate, and when."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.mandate import Mandate
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class ChargeNotice(TenantModel):
    """One announced charge: of at most this amount, not before `charge_on`. Stopped, it is not made; made, it is over.

    `cause` and `cause_ref` say for what: an invoice or an instalment is announced once for each day.
    """

    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="notices"
    )
    cause = models.CharField(max_length=12)
    cause_ref = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    charge_on = models.DateField()
    told_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("charge_notice"),
            models.UniqueConstraint(
                fields=["creditor", "mandate", "cause", "cause_ref", "charge_on"], name="charge_notice_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_notice_positive"),
            TenantForeignKey(fields=["mandate"], to="receivables.Mandate", name="charge_notice_mandate"),
        ]
