# SPDX-License-Identifier: Apache-2.0
"""The Ledger: money, append-only, balanced by the database, corrected only by further entries."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.receivables.invoice import CreditNote, Invoice
from conserje.data.receivables.payment import Payment
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique
from conserje.domain.receivables.posting import Account

_ACCOUNTS = [account.value for account in Account]


class LedgerTransaction(TenantModel):
    """One act of money. `subject` is the row that caused it; `hash` covers the transaction and its entries.

    `kind` and `subject_kind` are the words of `domain.receivables.posting`.
    """

    kind = models.CharField(max_length=40)
    on = models.DateField()
    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            tenant_unique("ledger_transaction"),
            models.UniqueConstraint(
                fields=["creditor", "kind", "subject_kind", "subject_id"], name="ledger_transaction_once"
            ),
            models.UniqueConstraint(fields=["creditor", "reverses"], name="ledger_transaction_reversed_once"),
            TenantForeignKey(
                fields=["reverses"], to="receivables.LedgerTransaction", name="ledger_transaction_reverses"
            ),
        ]


class LedgerEntry(TenantModel):
    """One side of a transaction. Those of one transaction sum to zero and come in one statement."""

    transaction = models.ForeignKey(
        LedgerTransaction,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )
    account = models.CharField(max_length=20, choices=[(name, name) for name in _ACCOUNTS])
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="entries",
    )
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="entries",
    )
    credit_note = models.ForeignKey(
        CreditNote,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="entries",
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            tenant_unique("ledger_entry"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="ledger_entry_not_zero"),
            models.CheckConstraint(
                condition=models.Q(account__in=_ACCOUNTS), name="ledger_entry_account_known"
            ),
            models.CheckConstraint(
                condition=(
                    (models.Q(account__in=["receivable", "withheld"]) & models.Q(invoice__isnull=False))
                    | (models.Q(account="unallocated") & models.Q(payment__isnull=False))
                    | (models.Q(account="credit_unapplied") & models.Q(credit_note__isnull=False))
                    | models.Q(account__in=["cash", "sales", "credits", "written_off"])
                ),
                name="ledger_entry_names_its_row",
            ),
            TenantForeignKey(
                fields=["transaction"], to="receivables.LedgerTransaction", name="ledger_entry_transaction"
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="ledger_entry_customer"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="ledger_entry_invoice"),
            TenantForeignKey(fields=["payment"], to="receivables.Payment", name="ledger_entry_payment"),
            TenantForeignKey(
                fields=["credit_note"], to="receivables.CreditNote", name="ledger_entry_credit_note"
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "transaction"], name="ledger_entry_by_transaction"),
            models.Index(fields=["creditor", "invoice"], name="ledger_entry_by_invoice"),
        ]
