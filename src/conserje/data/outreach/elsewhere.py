# SPDX-License-Identifier: Apache-2.0
"""Contacts made without us, as people told us of them: a call from a mobile phone, the lawyer's letter."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class ContactElsewhere(TenantModel):
    """One contact with a customer that was not made through us. While not undone it is in the contact ledger.

    `purpose`, `channel` and `outcome` are words of `domain.rules.facts`; `inbound`: the customer began it. What was
    `said_by` a person and when is kept; a mistake is undone, not changed.
    """

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="contacts_elsewhere",
    )
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=24)
    outcome = models.CharField(max_length=14)
    at = models.DateTimeField()
    inbound = models.BooleanField(default=False)
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()
    undone_by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("contact_elsewhere"),
            models.UniqueConstraint(
                fields=["creditor", "customer", "at", "channel", "inbound"],
                condition=models.Q(undone_at=None),
                name="contact_elsewhere_once",
            ),
            models.CheckConstraint(
                condition=models.Q(at__lte=models.F("said_at")), name="contact_elsewhere_not_ahead"
            ),
            TenantForeignKey(
                fields=["customer"], to="receivables.Customer", name="contact_elsewhere_customer"
            ),
        ]
