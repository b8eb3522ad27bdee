# SPDX-License-Identifier: Apache-2.0
"""What one side proposes to end a dispute; the answer may be another proposal."""

from __future__ import annotations

from django.db import models

from conserje.data.arrangements.dispute import Dispute
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Proposal(TenantModel):
    """Terms for all that was open of the invoice (`question_minor`), open until answered or `pay_by` has passed.

    At most one of a dispute is open. `made_by` is "customer" or "person:<id>", `made_from` where it came from,
    `answers` the proposal it counters. `locale` is that of its text, `text_hash` the hash of it.
    """

    dispute = models.ForeignKey(
        Dispute, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="proposals"
    )
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    question_minor = models.BigIntegerField()
    pay_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    pay_by = models.DateField()
    made_by = models.CharField(max_length=80)
    made_from = models.CharField(max_length=45, blank=True)
    made_at = models.DateTimeField()
    locale = models.CharField(max_length=10)
    text_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="open")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("proposal"),
            models.UniqueConstraint(
                fields=["creditor", "dispute"], condition=models.Q(state="open"), name="proposal_one_open"
            ),
            models.UniqueConstraint(
                fields=["creditor", "answers"],
                condition=models.Q(answers__isnull=False),
                name="proposal_answered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    question_minor=models.F("pay_minor")
                    + models.F("credit_minor")
                    + models.F("discount_minor")
                ),
                name="proposal_exact",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    question_minor__gt=0, pay_minor__gte=0, credit_minor__gte=0, discount_minor__gte=0
                ),
                name="proposal_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at=None)
                | models.Q(
                    state__in=["countered", "accepted", "withdrawn", "expired"], closed_at__isnull=False
                ),
                name="proposal_state_known",
            ),
            TenantForeignKey(fields=["dispute"], to="arrangements.Dispute", name="proposal_dispute"),
            TenantForeignKey(fields=["answers"], to="arrangements.Proposal", name="proposal_answers"),
        ]
        indexes = [models.Index(fields=["creditor", "dispute", "id"], name="proposal_by_dispute")]
