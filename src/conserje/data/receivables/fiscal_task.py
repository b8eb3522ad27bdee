# SPDX-License-Identifier: Apache-2.0
"""The fiscal paper that an agreement leaves to be made: open until its number is recorded."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.invoice import CreditNote, Invoice, WriteOff
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class FiscalTask(TenantModel):
    """An invoice was lowered by `amount_minor` without money; the tax office wants a paper with a number about it.

    It is about a credit note or a write-off, once.
    """

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="fiscal_tasks"
    )
    credit_note = models.ForeignKey(
        CreditNote, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    write_off = models.ForeignKey(
        WriteOff, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    amount_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    number = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            tenant_unique("fiscal_task"),
            models.CheckConstraint(
                condition=models.Q(credit_note=None, write_off__isnull=False)
                | models.Q(credit_note__isnull=False, write_off=None),
                name="fiscal_task_one_cause",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="fiscal_task_positive"),
            models.CheckConstraint(
                condition=models.Q(number="", recorded_at=None)
                | (~models.Q(number="") & models.Q(recorded_at__isnull=False)),
                name="fiscal_task_recorded_whole",
            ),
            models.UniqueConstraint(
                fields=["creditor", "credit_note", "invoice"],
                condition=models.Q(credit_note__isnull=False),
                name="fiscal_task_of_credit_note",
            ),
            models.UniqueConstraint(
                fields=["creditor", "write_off"],
                condition=models.Q(write_off__isnull=False),
                name="fiscal_task_of_write_off",
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="fiscal_task_invoice"),
            TenantForeignKey(
                fields=["credit_note"], to="receivables.CreditNote", name="fiscal_task_credit_note"
            ),
            TenantForeignKey(fields=["write_off"], to="receivables.WriteOff", name="fiscal_task_write_off"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "opened_at"],
                condition=models.Q(recorded_at=None),
                name="fiscal_task_open",
            )
        ]
