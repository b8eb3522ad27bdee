# SPDX-License-Identifier: Apache-2.0
"""Permission to write, its evidence, and every wish to be left alone."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Permission(TenantModel):
    """A statement about one channel of one customer: how the addresses were given. The latest one rules."""

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="permissions"
    )
    channel = models.CharField(max_length=20)
    consent = models.CharField(max_length=10)
    basis = models.CharField(max_length=30)
    source = models.CharField(max_length=240)
    stated_by = models.CharField(max_length=80)
    stated_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("permission"),
            models.CheckConstraint(
                condition=models.Q(consent__in=["granted", "revoked"]), name="permission_consent_known"
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="permission_customer"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer", "channel", "-stated_at"], name="permission_latest")
        ]


class Suppression(TenantModel):
    """An address that asked to be left alone. Kept by keyed hash, so that erasing a person does not restart contact."""

    address_hash = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)
    how = models.CharField(max_length=30)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("suppression"),
            models.UniqueConstraint(
                fields=["creditor", "address_hash", "channel"],
                condition=models.Q(lifted_at=None),
                name="suppression_one_in_force",
            ),
        ]


class Hold(TenantModel):
    """A pause with its reason and its end: for an invoice or, with none, for the whole customer."""

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="holds"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="holds"
    )
    reason = models.CharField(max_length=30)
    until = models.DateField(null=True)
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            tenant_unique("hold"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="hold_customer"),
            TenantForeignKey(fields=["invoice"], to="receivables.Invoice", name="hold_invoice"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "customer"], condition=models.Q(released_at=None), name="hold_in_force"
            )
        ]


class SenderStop(TenantModel):
    """The stop button: everything of a creditor, or one channel of it, until a person lifts it."""

    channel = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=120)
    placed_by = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("sender_stop"),
            models.UniqueConstraint(
                fields=["creditor", "channel"],
                condition=models.Q(lifted_at=None),
                name="sender_stop_one_in_force",
            ),
        ]


class PortalLink(TenantModel):
    """A narrow key to one customer's page, kept as a hash. It shows and pays; it is not a sign-in."""

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="links"
    )
    contact = models.ForeignKey(
        "receivables.Contact", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    touch = models.ForeignKey(
        "outreach.Touch", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("portal_link"),
            models.UniqueConstraint(fields=["creditor", "token_hash"], name="portal_link_token"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="portal_link_customer"),
            TenantForeignKey(fields=["contact"], to="receivables.Contact", name="portal_link_contact"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="portal_link_touch"),
        ]
