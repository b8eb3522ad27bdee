# SPDX-License-Identifier: Apache-2.0
"""What the bank told: statements, their lines, what was decided on each, and the payers learned from it."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.receivables.payment import Payment
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique

_STATES = ["matched", "proposed", "queued", "ignored"]


class BankStatement(TenantModel):
    """One period of one account, as a file told it. Balances are null where the format has none."""

    reader = models.CharField(max_length=40)
    bank_account = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    closed_on = models.DateField(null=True)
    content_hash = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField()
    brought_by = models.CharField(max_length=80)
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("bank_statement"),
            models.UniqueConstraint(
                fields=["creditor", "content_hash", "position"], name="bank_statement_once"
            ),
        ]


class BankLine(TenantModel):
    """One booked movement, once, whatever files tell of it. `amount_minor` is signed; `state` is the last decision's.

    Texts and payers are erasable; `key` is a hash.
    """

    statement = models.ForeignKey(
        BankStatement, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    key = models.CharField(max_length=40)
    booked_on = models.DateField()
    value_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    text = models.TextField(blank=True)
    bank_reference = models.CharField(max_length=80, blank=True)
    end_to_end_id = models.CharField(max_length=80, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=80, blank=True)
    payer_tax_id = models.CharField(max_length=40, blank=True)
    is_return = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="queued")

    class Meta:
        constraints = [
            tenant_unique("bank_line"),
            models.UniqueConstraint(fields=["creditor", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="bank_line_state_known"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="bank_line_not_zero"),
            TenantForeignKey(
                fields=["statement"], to="receivables.BankStatement", name="bank_line_statement"
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "state", "-value_on", "-id"], name="bank_line_by_state"),
            models.Index(fields=["creditor", "statement"], name="bank_line_by_statement"),
        ]


class BankDecision(TenantModel):
    """What was decided on a line, by whom and why; the latest one holds. `kind` and `reasons` are the matching's words.

    `shares` are [invoice, minor units], `withheld` [invoice, kind, minor units], `payments` ids of payments that the
    line only confirmed. `payment` is the one it made or heard of first, `learned` whether payers were learned from it.
    """

    line = models.ForeignKey(
        BankLine, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="decisions"
    )
    state = models.CharField(max_length=10)
    kind = models.CharField(max_length=12)
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="bank_decisions"
    )
    made_payment = models.BooleanField(default=False)
    shares = models.JSONField(default=list)
    withheld = models.JSONField(default=list)
    payments = models.JSONField(default=list)
    reference = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=240, blank=True)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("bank_decision"),
            models.CheckConstraint(condition=models.Q(state__in=_STATES), name="bank_decision_state_known"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["checkout", "invoices", "known", "payout", "none"]),
                name="bank_decision_kind_known",
            ),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="bank_decision_score_within"),
            TenantForeignKey(fields=["line"], to="receivables.BankLine", name="bank_decision_line"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="bank_decision_customer"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="bank_decision_payment"),
        ]
        indexes = [
            models.Index(fields=["creditor", "line", "-id"], name="bank_decision_latest"),
            models.Index(fields=["creditor", "customer"], name="bank_decision_by_customer"),
        ]


class PayerName(TenantModel):
    """How the bank names a customer that pays: its name, its account, or the words of its transfers.

    Learned when a person confirms a line, unlearned when that is undone.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, related_name="payer_names"
    )
    kind = models.CharField(max_length=4)
    key = models.CharField(max_length=240)
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    learned_by = models.CharField(max_length=80)
    learned_at = models.DateTimeField()
    unlearned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("payer_name"),
            models.UniqueConstraint(
                fields=["creditor", "kind", "key", "customer"],
                condition=models.Q(unlearned_at=None),
                name="payer_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["name", "bank", "text"]), name="payer_name_kind_known"
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="payer_name_customer"),
            TenantForeignKey(fields=["line"], to="receivables.BankLine", name="payer_name_line"),
        ]
