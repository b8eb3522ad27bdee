# SPDX-License-Identifier: Apache-2.0
"""Six digits sent to an address on file: what proves that the reader of a link also reads its mail."""

from __future__ import annotations

from django.db import models

from conserje.data.outreach.permission import PortalLink
from conserje.data.outreach.touch import Touch
from conserje.data.tenancy.keys import TenantModel, tenant_fk, tenant_unique

TRIES_MAX = 5


class PortalCode(TenantModel):
    """One code, for one link, in one message. It has no hash until that message is written, and lives from then on.

    `code_hash` is keyed: six digits are guessed in no time from a plain hash. Used once; `TRIES_MAX` wrong ones end it.
    """

    link = models.ForeignKey(
        PortalLink, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="codes"
    )
    point = models.ForeignKey(
        "receivables.ContactPoint",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    touch = models.ForeignKey(
        Touch, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    code_hash = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("portal_code"),
            models.UniqueConstraint(fields=["creditor", "touch"], name="portal_code_one_for_touch"),
            models.CheckConstraint(condition=models.Q(tries__lte=TRIES_MAX), name="portal_code_tries"),
            tenant_fk("portal_code", "link", "outreach.PortalLink"),
            tenant_fk("portal_code", "point", "receivables.ContactPoint"),
            tenant_fk("portal_code", "touch", "outreach.Touch"),
        ]
        indexes = [
            models.Index(fields=["creditor", "link", "-asked_at"], name="portal_code_by_link"),
            models.Index(fields=["creditor", "point", "-asked_at"], name="portal_code_by_point"),
        ]
