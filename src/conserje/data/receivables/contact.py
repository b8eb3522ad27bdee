# SPDX-License-Identifier: Apache-2.0
"""People of a customer and the addresses by which they may be reached."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Contact(TenantModel):
    """A person, or the office that answers for one. `is_usual` marks who is written to first."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="contacts"
    )
    name = models.CharField(max_length=240, blank=True)
    name_key = models.CharField(max_length=240, blank=True)
    role = models.CharField(max_length=24, default="accounts_payable")
    locale = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=120, blank=True)
    is_usual = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("contact"),
            models.UniqueConstraint(fields=["creditor", "customer", "name_key"], name="contact_name_unique"),
            models.UniqueConstraint(
                fields=["creditor", "customer"], condition=models.Q(is_usual=True), name="contact_one_usual"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    role__in=["accounts_payable", "treasury", "decision_maker", "owner", "other"]
                ),
                name="contact_role_known",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="contact_customer"),
        ]


class ContactPoint(TenantModel):
    """One address of a contact. `address_hash` is keyed and equal over the organisation: a person is one."""

    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="points"
    )
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    address_key = models.CharField(max_length=254)
    address_hash = models.CharField(max_length=64)
    unusable_since = models.DateTimeField(null=True)
    unusable_reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("contact_point"),
            models.UniqueConstraint(
                fields=["creditor", "contact", "kind", "address_key"], name="contact_point_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["email", "phone"]), name="contact_point_kind_known"
            ),
            TenantForeignKey(fields=["contact"], to="receivables.Contact", name="contact_point_contact"),
        ]
        indexes = [models.Index(fields=["creditor", "address_hash"], name="contact_point_hash")]
