# SPDX-License-Identifier: Apache-2.0
"""What is owed. An invoice's state is never stored: it follows from amounts, dates and records."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Invoice(TenantModel):
    """One invoice. The ledger's trigger alone writes `open_minor`, never negative, never over the total.

    `kind` tells by which strategy it is asked for: a business's, or that of shoppers and subscriptions.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invoices"
    )
    number = models.CharField(max_length=80)
    number_key = models.CharField(max_length=80)
    purchase_order = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=240, blank=True)
    issued_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    open_minor = models.BigIntegerField(default=0)
    first_due_on = models.DateField()
    kind = models.CharField(max_length=12, default="invoice", db_default="invoice")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("invoice"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["invoice", "subscription", "order"]), name="invoice_kind_known"
            ),
            models.UniqueConstraint(
                fields=["creditor", "customer", "number_key"], name="invoice_number_unique"
            ),
            models.CheckConstraint(condition=models.Q(total_minor__gt=0), name="invoice_total_positive"),
            models.CheckConstraint(
                condition=models.Q(open_minor__gte=0) & models.Q(open_minor__lte=models.F("total_minor")),
                name="invoice_open_within_total",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="invoice_customer"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(open_minor__gt=0),
                name="invoice_open_by_customer",
            ),
            models.Index(fields=["creditor", "number_key"], name="invoice_by_number"),
        ]


class InvoiceDue(TenantModel):
    """One due date of an invoice and the part that falls due; the parts add up to the total."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="dues"
    )
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            tenant_unique("invoice_due"),
            models.UniqueConstraint(fields=["creditor", "invoice", "position"], name="invoice_due_position"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="invoice_due_positive"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="invoice_due_invoice"),
        ]


class Document(TenantModel):
    """A file of an invoice (its PDF, its XML). The content is erasable; its hash is not personal."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="documents"
    )
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("document"),
            models.UniqueConstraint(fields=["creditor", "invoice", "sha256"], name="document_once"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="document_invoice"),
        ]


class CreditNote(TenantModel):
    """A credit given, applied by allocations. The ledger's trigger alone writes `unapplied_minor`.

    `kind` is "issued" (told by the creditor's books) or "agreement": it lowers the invoice that was agreed on, and what
    that one does not take is kept by the customer for later invoices.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="credit_notes"
    )
    number = models.CharField(max_length=80)
    number_key = models.CharField(max_length=80)
    issued_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    unapplied_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    kind = models.CharField(max_length=10, default="issued", db_default="issued")

    class Meta:
        constraints = [
            tenant_unique("credit_note"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["issued", "agreement"]), name="credit_note_kind_known"
            ),
            models.UniqueConstraint(
                fields=["creditor", "customer", "number_key"], name="credit_note_number_unique"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="credit_note_positive"),
            models.CheckConstraint(
                condition=models.Q(unapplied_minor__gte=0)
                & models.Q(unapplied_minor__lte=models.F("amount_minor")),
                name="credit_note_unapplied_within",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="credit_note_customer"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=~models.Q(kind="issued") & models.Q(unapplied_minor__gt=0),
                name="credit_note_for_future",
            )
        ]


class Withholding(TenantModel):
    """Tax the customer kept back by law: never chased, aged apart, settled by its certificate."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="withholdings"
    )
    kind = models.CharField(max_length=30)
    amount_minor = models.BigIntegerField()
    recognised_at = models.DateTimeField()
    certificate_number = models.CharField(max_length=80, blank=True)
    certified_on = models.DateField(null=True)
    rejected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("withholding"),
            models.UniqueConstraint(
                fields=["creditor", "invoice", "kind"],
                condition=models.Q(rejected_at=None),
                name="withholding_one_of_kind",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="withholding_positive"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="withholding_invoice"),
        ]


class WriteOff(TenantModel):
    """An amount the creditor gave up, by whom and why."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="write_offs"
    )
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=240)
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()
    key = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        constraints = [
            tenant_unique("write_off"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="write_off_positive"),
            models.UniqueConstraint(
                fields=["creditor", "key"], condition=~models.Q(key=""), name="write_off_told_once"
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="write_off_invoice"),
        ]
