# SPDX-License-Identifier: Apache-2.0
"""What a customer writes to the creditor and what a person answers: a message, a complaint, a wrong person."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique

KINDS = ("message", "complaint", "wrong_person")


class Enquiry(TenantModel):
    """Open until a person answers. A message or a complaint pauses every contact meanwhile; `answer_by` is shown.

    `words` and `answer` are erasable. A wrong person pauses nothing: nobody writes to that address any more.
    """

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="enquiries",
    )
    contact = models.ForeignKey(
        "receivables.Contact",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    kind = models.CharField(max_length=14)
    words = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            tenant_unique("enquiry"),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="enquiry_kind_known"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by="")
                | models.Q(answered_at__isnull=False) & ~models.Q(answered_by=""),
                name="enquiry_answered_by_somebody",
            ),
            tenant_fk("enquiry", "customer", "receivables.Customer"),
            tenant_fk("enquiry", "contact", "receivables.Contact"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "answer_by"], condition=models.Q(answered_at=None), name="enquiry_open"
            ),
            models.Index(fields=["creditor", "customer", "-asked_at"], name="enquiry_by_customer"),
        ]
