# SPDX-License-Identifier: Apache-2.0
""" "I have already paid": what the customer told us about a payment that we have not seen yet."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class PaymentClaim(TenantModel):
    """Pauses while somebody looks for the money; answered as found or not found, or when the payment arrives."""

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="payment_claims"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="payment_claims",
    )
    proof = models.ForeignKey(
        "arrangements.ProofOfPayment",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="claims",
    )
    paid_on = models.DateField(null=True)
    method = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            tenant_unique("payment_claim"),
            models.CheckConstraint(
                condition=models.Q(answer__in=["", "found", "not_found", "withdrawn"]),
                name="payment_claim_answer_known",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="payment_claim_customer"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="payment_claim_invoice"),
            TenantForeignKey(fields=["proof"], to="arrangements.ProofOfPayment", name="payment_claim_proof"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(answered_at=None),
                name="payment_claim_open",
            )
        ]
