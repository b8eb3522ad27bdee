# SPDX-License-Identifier: Apache-2.0
"""A customer's leave to charge them later: by which token of the gateway, given when and on which text."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Mandate(TenantModel):
    """One leave, from the page on which it is asked to its end. `sealed` holds the gateway's token, encrypted.

    Of a card only brand, last four figures and month are kept. `text_hash` is of the words agreed to; `agreed_by`
    and `agreed_from` say who and from where. `covers_invoices`: invoices may be charged on their due date, not only
    what was agreed on besides. `fingerprint` is the gateway's, the same for the same card.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, related_name="mandates"
    )
    public_id = models.CharField(max_length=40)
    gateway = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    reference = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, default="open")
    detail = models.CharField(max_length=240, blank=True)
    sealed = models.BinaryField(default=bytes)
    method = models.CharField(max_length=40, blank=True)
    brand = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    covers_invoices = models.BooleanField(default=False)
    text_hash = models.CharField(max_length=64, blank=True)
    agreed_by = models.CharField(max_length=120, blank=True)
    agreed_from = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            tenant_unique("mandate"),
            models.UniqueConstraint(fields=["creditor", "public_id"], name="mandate_public_id"),
            models.UniqueConstraint(fields=["creditor", "reference"], name="mandate_reference"),
            models.UniqueConstraint(
                fields=["creditor", "gateway", "external_id"],
                condition=~models.Q(external_id=""),
                name="mandate_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "active", "refused", "ended", "unknown"]),
                name="mandate_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(given_at__isnull=False),
                name="mandate_active_was_given",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="mandate_customer"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(state="active"),
                name="mandate_in_force",
            )
        ]
