# SPDX-License-Identifier: Apache-2.0
"""An amount the customer does not agree with: only that part stops being chased. And what both sides say about it."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique
from conserje.domain.arrangements.dispute import DisputeKind

_KINDS = [kind.value for kind in DisputeKind]


class Dispute(TenantModel):
    """Open from the day it is raised until it is closed with an outcome. No amount means the whole invoice.

    `answer_by` and `propose_by` are days of the creditor by which it owes an answer and a proposal, None when it owes
    none.
    """

    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, db_constraint=False, related_name="disputes"
    )
    amount_minor = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    answer_by = models.DateField(null=True)
    propose_by = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            tenant_unique("dispute"),
            models.CheckConstraint(
                condition=models.Q(amount_minor=None) | models.Q(amount_minor__gt=0),
                name="dispute_amount_positive",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=_KINDS), name="dispute_kind_known"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(answer_by=None, propose_by=None),
                name="dispute_closed_owes_nothing",
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="dispute_invoice"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "invoice"],
                condition=models.Q(closed_at=None),
                name="dispute_open_by_invoice",
            ),
            models.Index(
                fields=["creditor", "answer_by", "propose_by"],
                condition=models.Q(closed_at=None),
                name="dispute_by_clock",
            ),
        ]


class DisputeMessage(TenantModel):
    """What one side wrote, as the other reads it. `author` is "customer" or "person:<id>"; the words are erasable."""

    dispute = models.ForeignKey(
        Dispute, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    author = models.CharField(max_length=80)
    words = models.TextField(blank=True)
    written_at = models.DateTimeField()
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [
            tenant_unique("dispute_message"),
            models.UniqueConstraint(fields=["creditor", "dispute", "key"], name="dispute_message_told_once"),
            TenantForeignKey(fields=["dispute"], to="arrangements.Dispute", name="dispute_message_dispute"),
        ]


class DisputeFile(TenantModel):
    """A file of a dispute, handed in with its opening or a message. Erasable: the row goes."""

    dispute = models.ForeignKey(
        Dispute, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="files"
    )
    author = models.CharField(max_length=80)
    file_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("dispute_file"),
            models.UniqueConstraint(fields=["creditor", "dispute", "sha256"], name="dispute_file_once"),
            TenantForeignKey(fields=["dispute"], to="arrangements.Dispute", name="dispute_file_dispute"),
        ]
