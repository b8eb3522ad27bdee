# SPDX-License-Identifier: Apache-2.0
"""Money that came in, by which roads we heard of it, and what it was applied to."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.receivables.invoice import CreditNote, Invoice
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Payment(TenantModel):
    """One payment, once: (source, external id) is its identity. `unallocated_minor` is written by the
    ledger's trigger. `second_of` paid the same invoices before: this one waits for a person.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="payments"
    )
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    unallocated_minor = models.BigIntegerField(default=0)
    value_on = models.DateField()
    received_at = models.DateTimeField()
    method = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    second_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            tenant_unique("payment"),
            models.UniqueConstraint(fields=["creditor", "source", "external_id"], name="payment_identity"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=models.Q(unallocated_minor__gte=0)
                & models.Q(unallocated_minor__lte=models.F("amount_minor")),
                name="payment_unallocated_within",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="payment_customer"),
            TenantForeignKey(fields=["second_of"], to="receivables.Payment", name="payment_second_of"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer", "-value_on"], name="payment_by_customer"),
            models.Index(
                fields=["creditor", "id"],
                condition=models.Q(second_of__isnull=False, unallocated_minor__gt=0),
                name="payment_paid_twice",
            ),
        ]


class PaymentRoad(TenantModel):
    """One way by which we heard of a payment: portal return, hook, bank line, import, a person. Each once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, db_constraint=False, related_name="roads")
    road = models.CharField(max_length=20)
    reference = models.CharField(max_length=180)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("payment_road"),
            models.UniqueConstraint(fields=["creditor", "road", "reference"], name="payment_road_once"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="payment_road_payment"),
        ]


class Allocation(TenantModel):
    """Money or credit applied to an invoice. Undone by a second row that points at it, the sign reversed."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="allocations"
    )
    credit_note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="allocations"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="allocations"
    )
    amount_minor = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    key = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        constraints = [
            tenant_unique("allocation"),
            models.UniqueConstraint(
                fields=["creditor", "key", "invoice"],
                condition=~models.Q(key=""),
                name="allocation_told_once",
            ),
            models.CheckConstraint(
                condition=models.Q(payment=None, credit_note__isnull=False)
                | models.Q(payment__isnull=False, credit_note=None),
                name="allocation_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(reverses=None, amount_minor__gt=0)
                | models.Q(reverses__isnull=False, amount_minor__lt=0),
                name="allocation_sign",
            ),
            models.UniqueConstraint(fields=["creditor", "reverses"], name="allocation_reversed_once"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="allocation_payment"),
            TenantForeignKey(
                fields=["credit_note"], to="receivables.CreditNote", name="allocation_credit_note"
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="allocation_invoice"),
            TenantForeignKey(fields=["reverses"], to="receivables.Allocation", name="allocation_reverses"),
        ]
        indexes = [models.Index(fields=["creditor", "invoice"], name="allocation_by_invoice")]


class PaymentReversal(TenantModel):
    """Money that went back: a refund, a chargeback, a bounced transfer, a record made by mistake."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, db_constraint=False, related_name="reversals"
    )
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    reversed_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("payment_reversal"),
            models.UniqueConstraint(
                fields=["creditor", "payment", "external_id"], name="payment_reversal_once"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_reversal_positive"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["refund", "chargeback", "bounce", "mistake"]),
                name="payment_reversal_kind_known",
            ),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="payment_reversal_payment"),
        ]


class Freshness(TenantModel):
    """Up to which day a source of payments has been recorded: past its limit, nothing is chased by itself."""

    source = models.CharField(max_length=40)
    recorded_through_on = models.DateField()
    limit_business_days = models.PositiveSmallIntegerField(default=2)
    stated_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("freshness"),
            models.UniqueConstraint(fields=["creditor", "source"], name="freshness_source"),
        ]
