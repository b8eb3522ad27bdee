# SPDX-License-Identifier: Apache-2.0
"""Payment plans: which invoices, in which instalments, on which text they were agreed, and the policy behind them."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique


class ArrangementPolicy(TenantModel):
    """One immutable version of what is agreed without a person; `content` is read by `domain.arrangements.policy`."""

    version = models.PositiveIntegerField()
    content = models.JSONField()
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)

    class Meta:
        constraints = [
            tenant_unique("arrangement_policy"),
            models.UniqueConstraint(fields=["creditor", "version"], name="arrangement_policy_once"),
            models.UniqueConstraint(
                fields=["creditor"], condition=models.Q(in_force=True), name="arrangement_policy_one_in_force"
            ),
        ]


class PaymentPlan(TenantModel):
    """Proposed by the customer or offered by a collector, then active, and kept, ended or refused.

    How much of it is paid is not stored: it follows from what is open of its invoices. `total_minor` was open of them
    when the terms were fixed. `referred_at`: a second instalment was missed, and a person decides.
    """

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="payment_plans"
    )
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    down_minor = models.BigIntegerField(default=0)
    number = models.PositiveSmallIntegerField()
    spacing = models.CharField(max_length=12)
    first_on = models.DateField()
    policy_version = models.PositiveIntegerField()
    move_after_days = models.PositiveSmallIntegerField()
    date_changes_left = models.PositiveSmallIntegerField()
    mandate = models.ForeignKey(
        "receivables.Mandate", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    state = models.CharField(max_length=10)
    why = models.CharField(max_length=20, blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    offered_until = models.DateField(null=True)
    agreed_at = models.DateTimeField(null=True)
    referred_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            tenant_unique("payment_plan"),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "offered", "active", "kept", "ended", "refused"]),
                name="payment_plan_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "offered", "refused"], agreed_at=None)
                | models.Q(state__in=["active", "kept", "ended"], agreed_at__isnull=False),
                name="payment_plan_agreed_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "offered", "active"], closed_at=None)
                | models.Q(state__in=["kept", "ended", "refused"], closed_at__isnull=False),
                name="payment_plan_closed_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="offered", offered_until__isnull=False) | ~models.Q(state="offered"),
                name="payment_plan_offer_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(total_minor__gt=0)
                & models.Q(down_minor__gte=0)
                & models.Q(down_minor__lt=models.F("total_minor")),
                name="payment_plan_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(spacing__in=["weekly", "fortnightly", "monthly"])
                & models.Q(number__gte=1)
                & models.Q(number__lte=360),
                name="payment_plan_terms",
            ),
            tenant_fk("payment_plan", "customer", "receivables.Customer"),
            tenant_fk("payment_plan", "mandate", "receivables.Mandate"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"],
                condition=models.Q(state__in=["proposed", "offered", "active"]),
                name="payment_plan_open",
            )
        ]


class PlanInvoice(TenantModel):
    """An invoice of a plan. Between `bound_at` and `freed_at` its due dates are the plan's, of one plan at a time."""

    plan = models.ForeignKey(
        PaymentPlan, on_delete=models.PROTECT, db_constraint=False, related_name="invoices"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    amount_minor = models.BigIntegerField()
    bound_at = models.DateTimeField(null=True)
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("plan_invoice"),
            models.UniqueConstraint(fields=["creditor", "plan", "invoice"], name="plan_invoice_once"),
            models.UniqueConstraint(
                fields=["creditor", "invoice"],
                condition=models.Q(bound_at__isnull=False, freed_at=None),
                name="plan_invoice_bound_once",
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="plan_invoice_positive"),
            tenant_fk("plan_invoice", "plan", "arrangements.PaymentPlan"),
            tenant_fk("plan_invoice", "invoice", "receivables.Invoice"),
        ]


class Instalment(TenantModel):
    """One part of a plan and its day. `late_after` is the last day on which its payment is in time.

    `moved_from_on` was its day before it was moved, `moved_because` it was missed or the customer asked.
    """

    plan = models.ForeignKey(
        PaymentPlan, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="instalments"
    )
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    late_after = models.DateField()
    amount_minor = models.BigIntegerField()
    moved_from_on = models.DateField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_because = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            tenant_unique("instalment"),
            models.UniqueConstraint(fields=["creditor", "plan", "position"], name="instalment_position"),
            models.UniqueConstraint(fields=["creditor", "plan", "due_on"], name="instalment_day"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="instalment_positive"),
            models.CheckConstraint(
                condition=models.Q(late_after__gte=models.F("due_on")), name="instalment_late_after"
            ),
            models.CheckConstraint(
                condition=models.Q(moved_at=None, moved_from_on=None, moved_because="")
                | models.Q(
                    moved_at__isnull=False,
                    moved_from_on__isnull=False,
                    moved_because__in=["missed", "asked"],
                ),
                name="instalment_moved_why",
            ),
            tenant_fk("instalment", "plan", "arrangements.PaymentPlan"),
        ]


class PlanAgreement(TenantModel):
    """Who agreed to which words, when and from where. `text` can be erased; `sha256` of it stays.

    `link` is the portal link that was used, `confirmed_by` the code that proved the reader, where one was asked.
    """

    plan = models.ForeignKey(
        PaymentPlan, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    signed_by = models.CharField(max_length=120)
    signed_at = models.DateTimeField()
    signed_from = models.CharField(max_length=64, blank=True)
    link = models.BigIntegerField(null=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    locale = models.CharField(max_length=12)
    text = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            tenant_unique("plan_agreement"),
            models.UniqueConstraint(fields=["creditor", "plan"], name="plan_agreement_one"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="plan_agreement_hash"
            ),
            tenant_fk("plan_agreement", "plan", "arrangements.PaymentPlan"),
        ]
