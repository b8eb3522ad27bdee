# SPDX-License-Identifier: Apache-2.0
"""What is known and sought about contacts of which nobody knows whether they arrived, and alerts about contacts."""

from __future__ import annotations

from django.db import models

from conserje.data.outreach.touch import Touch
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Evidence(TenantModel):
    """Something a person did through a link that travelled with a touch. `reference` names what was made by it."""

    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, db_constraint=False, related_name="evidence")
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("evidence"),
            models.UniqueConstraint(fields=["creditor", "touch", "kind", "reference"], name="evidence_once"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="evidence_touch"),
        ]


class Inquiry(TenantModel):
    """The search for evidence about a touch that became unsure at `since`. Without `next_look_at` it is over."""

    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, db_constraint=False, related_name="inquiries")
    since = models.DateTimeField()
    looks = models.PositiveSmallIntegerField()
    looked_at = models.DateTimeField()
    next_look_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            tenant_unique("inquiry"),
            models.UniqueConstraint(fields=["creditor", "touch", "since"], name="inquiry_once"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="inquiry_touch"),
        ]


class Alert(TenantModel):
    """One thing that is wrong with a creditor's contacts, from when it was seen first until it is no more.

    `about` holds the ids (touches or customers, as the kind says) of some of the `count` that were seen last.
    """

    kind = models.CharField(max_length=20)
    count = models.PositiveIntegerField()
    about = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    healed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("alert"),
            models.UniqueConstraint(
                fields=["creditor", "kind"], condition=models.Q(cleared_at=None), name="alert_one_open"
            ),
        ]
