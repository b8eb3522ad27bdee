# SPDX-License-Identifier: Apache-2.0
"""A date the customer gave: for one invoice or for everything that was due."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class PromiseToPay(TenantModel):
    """Open until its date plus its grace days; then kept, kept in part, or broken and the cadence resumes courteously.

    `rail` is how the money will travel, where it was said. `due_then` maps each currency to what was due by the
    promised day when the word was given, in minor units: what it is held against.
    """

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="promises"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="promises",
    )
    promised_on = models.DateField()
    grace_days = models.PositiveSmallIntegerField(default=2)
    made_through = models.CharField(max_length=20)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    rail = models.CharField(max_length=12, blank=True, db_default="")
    due_then = models.JSONField(default=dict, db_default={})
    state = models.CharField(max_length=12, default="open")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("promise"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "kept", "partly_kept", "broken", "withdrawn"]),
                name="promise_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="promise_closed_when",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="promise_customer"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="promise_invoice"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(state="open"),
                name="promise_open_by_customer",
            )
        ]
