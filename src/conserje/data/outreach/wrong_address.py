# SPDX-License-Identifier: Apache-2.0
"""Addresses whose reader said that they are not who is meant: left alone by every creditor of the organisation."""

from __future__ import annotations

from django.db import models


class WrongAddress(models.Model):
    """By the keyed hash of the address, which is one over the organisation. While not lifted nobody writes there.

    `customer_id` is whose letter had reached it; a person of the same creditor lifts it when it was a mistake.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("tenancy.Creditor", on_delete=models.PROTECT, related_name="+")
    person_hash = models.CharField(max_length=64)
    customer_id = models.BigIntegerField()
    said_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person_hash", "creditor"],
                condition=models.Q(lifted_at=None),
                name="wrong_address_once",
            )
        ]
