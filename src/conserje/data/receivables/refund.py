# SPDX-License-Identifier: Apache-2.0
"""Money to give back through a gateway, written down before it is asked for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from conserje.data.receivables.checkout import Checkout
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Refund(TenantModel):
    """One refund of what a checkout brought. `key` is its idempotency key at the gateway, `external_id` its name there.

    It comes first from the allocations to `invoice_ids`, which a person chose; with none, from what is unallocated.
    The books follow when the gateway says that the money went back, not when it was asked to.
    """

    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="refunds"
    )
    key = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    invoice_ids = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=12, default="unknown")
    external_id = models.CharField(max_length=120, blank=True)
    detail = models.CharField(max_length=240, blank=True)
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("refund"),
            models.UniqueConstraint(fields=["creditor", "checkout", "key"], name="refund_key"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "pending", "refused", "unknown"]),
                name="refund_state_known",
            ),
            TenantForeignKey(fields=["checkout"], to="receivables.Checkout", name="refund_checkout"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "checkout"],
                condition=models.Q(state__in=["pending", "unknown"]),
                name="refund_unfinished",
            )
        ]
