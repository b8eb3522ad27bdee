# SPDX-License-Identifier: Apache-2.0
"""The words a person gave a draft, in place of those of its template."""

from __future__ import annotations

from django.db import models

from conserje.data.outreach.touch import Touch
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class DraftEdit(TenantModel):
    """Subject and body as a person wrote them; lines of the body such as `::: balance` are filled in when it leaves.

    `asked` are the invoices they were written about and `planned_on` the day: the words hold for these alone.
    `let_stand` are the house's own findings that the person let stand, each with its rule and the words, and `reason`
    says why.
    """

    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, db_constraint=False, related_name="edits")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    asked = models.JSONField(default=list)
    planned_on = models.DateField()
    let_stand = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("draftedit"),
            models.UniqueConstraint(fields=["creditor", "touch"], name="draft_edit_one_for_touch"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="draft_edit_touch"),
        ]
