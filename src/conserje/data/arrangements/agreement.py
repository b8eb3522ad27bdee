# SPDX-License-Identifier: Apache-2.0
"""What both sides agreed, with its evidence: pay so much by a day, and the rest is not asked for."""

from __future__ import annotations

from django.db import models

from conserje.data.arrangements.proposal import Proposal
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Agreement(TenantModel):
    """Accepted, then carried out when it was paid, or lapsed when it was not. Amounts in minor units of `currency`.

    `kind` is "dispute" (with its proposal) or "settlement". What is open of its invoices is left alone through the day
    after `pay_by` plus its grace. `parts` are [day, minor] pairs when it may be paid in several. Evidence: by whom,
    when, from where, and the hash of the exact text, which is erasable.
    """

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="agreements"
    )
    kind = models.CharField(max_length=10)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    currency = models.CharField(max_length=3)
    open_minor = models.BigIntegerField()
    pay_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    pay_by = models.DateField()
    parts = models.JSONField(default=list)
    grace_days = models.PositiveSmallIntegerField(default=2)
    accepted_by = models.CharField(max_length=80)
    accepted_from = models.CharField(max_length=45, blank=True)
    accepted_at = models.DateTimeField()
    text_hash = models.CharField(max_length=64)
    text = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default="accepted")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("agreement"),
            models.UniqueConstraint(
                fields=["creditor", "proposal"],
                condition=models.Q(proposal__isnull=False),
                name="agreement_of_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="dispute", proposal__isnull=False)
                | models.Q(kind="settlement", proposal=None),
                name="agreement_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    open_minor=models.F("pay_minor") + models.F("credit_minor") + models.F("discount_minor")
                ),
                name="agreement_exact",
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted", ended_at=None)
                | models.Q(state__in=["carried_out", "lapsed"], ended_at__isnull=False),
                name="agreement_state_known",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="agreement_customer"),
            TenantForeignKey(fields=["proposal"], to="arrangements.Proposal", name="agreement_proposal"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(state="accepted"),
                name="agreement_standing",
            )
        ]


class AgreementInvoice(TenantModel):
    """An invoice of an agreement, with what was open of it then."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invoices"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, db_constraint=False, related_name="agreements"
    )
    open_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            tenant_unique("agreement_invoice"),
            models.UniqueConstraint(
                fields=["creditor", "agreement", "invoice"], name="agreement_invoice_once"
            ),
            models.CheckConstraint(condition=models.Q(open_minor__gt=0), name="agreement_invoice_open"),
            TenantForeignKey(
                fields=["agreement"], to="arrangements.Agreement", name="agreement_invoice_agreement"
            ),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="agreement_invoice_invoice"),
        ]
