# SPDX-License-Identifier: Apache-2.0
"""Every try of a card by anybody: what the governor counts, and what timing is measured from."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class ChargeAttempt(TenantModel):
    """One try, only added; `fingerprint` is blanked when a person is erased.

    (`gateway`, `key`) is its identity; `made_by` is "us", "gateway", "page" or "elsewhere". `draw` and `plan` tell how
    its moment was found, `local_hour` the payer's hour.
    """

    failed_payment = models.ForeignKey(
        "recovery.FailedPayment",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="attempts",
    )
    gateway = models.CharField(max_length=40)
    key = models.CharField(max_length=140)
    made_by = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    approved = models.BooleanField()
    decline = models.CharField(max_length=16, blank=True)
    response_code = models.CharField(max_length=8, blank=True)
    advice = models.CharField(max_length=8, blank=True)
    decline_code = models.CharField(max_length=60, blank=True)
    draw = models.PositiveSmallIntegerField(null=True)
    plan = models.CharField(max_length=16, blank=True)
    local_hour = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            tenant_unique("charge_attempt"),
            models.UniqueConstraint(fields=["creditor", "gateway", "key"], name="charge_attempt_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_attempt_positive"),
            models.CheckConstraint(
                condition=models.Q(made_by__in=["us", "gateway", "page", "elsewhere"]),
                name="charge_attempt_maker_known",
            ),
            TenantForeignKey(
                fields=["failed_payment"], to="recovery.FailedPayment", name="charge_attempt_failed_payment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "gateway", "fingerprint", "-made_at"], name="charge_attempt_by_card"
            )
        ]
