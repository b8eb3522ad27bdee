# SPDX-License-Identifier: Apache-2.0
"""What a person may do, for a whole organisation or for one of its creditors."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.creditor import Creditor
from conserje.data.tenancy.keys import TenantForeignKey
from conserje.data.tenancy.organisation import Organisation
from conserje.data.tenancy.user import User


class MembershipRole(models.TextChoices):
    """From the widest to the narrowest."""

    OWNER = "owner"
    MANAGER = "manager"
    COLLECTOR = "collector"
    VIEWER = "viewer"


class Membership(models.Model):
    """A role of a user. Without `creditor` it holds for every creditor of the organisation."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    creditor = models.ForeignKey(
        Creditor,
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="memberships",
    )
    role = models.CharField(max_length=12, choices=MembershipRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "creditor"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=MembershipRole.values), name="membership_role_known"
            ),
            TenantForeignKey(
                fields=["creditor"], to="tenancy.Creditor", name="membership_creditor", by="organisation"
            ),
        ]
