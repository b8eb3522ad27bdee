# SPDX-License-Identifier: Apache-2.0
"""The receipt of a payment made elsewhere, as the customer sent it: looked at by a person, never by a program."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique

MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/webp")
SIZE_MAX = 10 * 1024 * 1024


class ProofOfPayment(TenantModel):
    """One file. `media_type` is what its bytes are, whatever its name says."""

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="proofs",
    )
    file_name = models.CharField(max_length=240)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("proof_of_payment"),
            models.UniqueConstraint(
                fields=["creditor", "customer", "sha256"], name="proof_of_payment_kept_once"
            ),
            models.CheckConstraint(
                condition=models.Q(media_type__in=MEDIA_TYPES), name="proof_of_payment_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(size__gt=0, size__lte=SIZE_MAX), name="proof_of_payment_size"
            ),
            tenant_fk("proof_of_payment", "customer", "receivables.Customer"),
        ]
