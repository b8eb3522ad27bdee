# SPDX-License-Identifier: Apache-2.0
"""A customer's act of paying through a gateway, from the first tap to the gateway's last word."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.receivables.invoice import Invoice
from conserje.data.receivables.mandate import Mandate
from conserje.data.receivables.payment import Payment
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Checkout(TenantModel):
    """One attempt to pay. `key` is its idempotency key there; `reference` is what a bank line carries.

    With a `mandate` it is a charge made without the customer, for `cause` and its row `cause_ref`; else a page they
    open. `until_on` is the last day of a voucher or of `instructions`, which hold what is shown on a page of ours:
    {"lines": [[label, value, copyable], ...], "qr": payload}, empty where the gateway has pages. `returned_minor` went
    back to the payer so far. Once the payer's bank asked for it back it stays `contested` until a person decides; when
    the gateway contradicts what was asked for, it is quarantined, and rests until a person decided that too.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, related_name="checkouts"
    )
    public_id = models.CharField(max_length=40)
    gateway = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    reference = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, default="open")
    detail = models.CharField(max_length=240, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="checkouts"
    )
    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="charges"
    )
    cause = models.CharField(max_length=12, blank=True)
    cause_ref = models.BigIntegerField(null=True)
    until_on = models.DateField(null=True)
    instructions = models.JSONField(default=dict)
    decline = models.CharField(max_length=16, blank=True)
    decline_code = models.CharField(max_length=60, blank=True)
    retry_not_before = models.DateTimeField(null=True)
    returned_minor = models.BigIntegerField(default=0)
    contested = models.BooleanField(default=False)
    contest_decided_at = models.DateTimeField(null=True)
    contest_decided_by = models.CharField(max_length=60, blank=True)
    doubt_decided_at = models.DateTimeField(null=True)
    doubt_decided_by = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("checkout"),
            models.UniqueConstraint(fields=["creditor", "public_id"], name="checkout_public_id"),
            models.UniqueConstraint(fields=["creditor", "reference"], name="checkout_reference"),
            models.UniqueConstraint(
                fields=["creditor", "gateway", "external_id"],
                condition=~models.Q(external_id=""),
                name="checkout_external_id",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="checkout_positive"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "open",
                        "processing",
                        "waiting",
                        "paid",
                        "declined",
                        "expired",
                        "unknown",
                        "quarantined",
                    ]
                ),
                name="checkout_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(returned_minor__gte=0)
                & models.Q(returned_minor__lte=models.F("amount_minor")),
                name="checkout_returned_within",
            ),
            models.CheckConstraint(
                condition=models.Q(mandate=None, cause="", cause_ref=None)
                | models.Q(mandate__isnull=False, cause__in=["invoice", "instalment", "retry"]),
                name="checkout_charge_has_cause",
            ),
            TenantForeignKey(fields=["mandate"], to="receivables.Mandate", name="checkout_mandate"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="checkout_customer"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="checkout_payment"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(state__in=["processing", "waiting", "unknown"])
                | models.Q(contested=True)
                | models.Q(state="quarantined", doubt_decided_at=None),
                name="checkout_under_way",
            ),
            # What has no end is looked at each minute, however much was ever paid.
            models.Index(
                fields=["creditor", "created_at"],
                condition=models.Q(state__in=["open", "processing", "waiting", "unknown"]),
                name="checkout_unfinished",
            ),
            models.Index(
                fields=["creditor", "mandate"],
                condition=models.Q(decline="stop"),
                name="checkout_card_refused",
            ),
        ]


class CheckoutLine(TenantModel):
    """Which invoice a checkout means to pay, and how much of it."""

    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            tenant_unique("checkout_line"),
            models.UniqueConstraint(fields=["creditor", "checkout", "invoice"], name="checkout_line_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="checkout_line_positive"),
            TenantForeignKey(fields=["checkout"], to="receivables.Checkout", name="checkout_line_checkout"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="checkout_line_invoice"),
        ]
