# SPDX-License-Identifier: Apache-2.0
"""A charge of a subscription or an order that failed, until its money came or nobody asks for it any more."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique

_PROGRESS = ["retrying", "contacting"]
_ENDED = ["recovered", "paused", "cancelled", "given_up"]


class FailedPayment(TenantModel):
    """One failed charge, one for an invoice, and so one reason of recovery. What the charge was refused with is the
    last refusal. `tried` counts our own tries after it; `next_try_at` is the next one, `not_tried` why there is none.

    `complete` tells whether somebody vouches that every try of the card is known; `hold_id` is the hold that leaves the
    invoice alone while we try in silence, or after the end.
    """

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="failed_payments"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="failed_payments",
    )
    mandate = models.ForeignKey(
        "receivables.Mandate",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="failed_payments",
    )
    payment = models.ForeignKey(
        "receivables.Payment", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    kind = models.CharField(max_length=12)
    subscription = models.CharField(max_length=80, blank=True)
    gateway = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    failed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    decline = models.CharField(max_length=16)
    why = models.CharField(max_length=80)
    network = models.CharField(max_length=20, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    brand = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True)
    card_country = models.CharField(max_length=2, blank=True)
    complete = models.BooleanField(default=False)
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=16, blank=True)
    tried = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    draw = models.PositiveSmallIntegerField(null=True)
    plan = models.CharField(max_length=16, blank=True)
    not_tried = models.CharField(max_length=60, blank=True)
    hold_id = models.BigIntegerField(null=True)
    card_updated_at = models.DateTimeField(null=True)
    contacting_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            tenant_unique("failed_payment"),
            models.UniqueConstraint(
                fields=["creditor", "gateway", "external_id"], name="failed_payment_told_once"
            ),
            models.UniqueConstraint(fields=["creditor", "invoice"], name="failed_payment_one_for_invoice"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="failed_payment_positive"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["subscription", "order"]), name="failed_payment_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=_PROGRESS, ended_at=None)
                | models.Q(state__in=_ENDED, ended_at__isnull=False),
                name="failed_payment_ended_when",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="recovered",
                    reason__in=["silent_retry", "card_updated", "other_method", "customer_paid", "contact"],
                )
                | (~models.Q(state="recovered") & models.Q(reason="")),
                name="failed_payment_one_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(next_try_at=None) | models.Q(state__in=_PROGRESS, not_tried=""),
                name="failed_payment_tried_in_progress",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="failed_payment_customer"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="failed_payment_invoice"),
            TenantForeignKey(fields=["mandate"], to="receivables.Mandate", name="failed_payment_mandate"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="failed_payment_payment"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="failed_payment_next_try",
            ),
            models.Index(fields=["creditor", "state", "-failed_at"], name="failed_payment_by_state"),
        ]
