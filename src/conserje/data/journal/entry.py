# SPDX-License-Identifier: Apache-2.0
"""What happened and why: ids, amounts, dates and rule ids; never a name, an address or a text."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_unique


class Entry(TenantModel):
    """One thing that happened. Only added, never changed: corrected by a further entry.

    `kind` is dotted, as in "arrangements.promise.broken"; `actor` is "person:<id>", "rule", "customer" or "system";
    `hash` is the SHA-256 of everything else but `id`. The customer is a bare number: the journal stands below them.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    actor = models.CharField(max_length=40)
    customer_id = models.BigIntegerField(null=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [tenant_unique("journal_entry")]
        indexes = [
            models.Index(fields=["creditor", "subject_kind", "subject_id"], name="journal_entry_by_subject"),
            BrinIndex(fields=["at"], name="journal_entry_by_time", autosummarize=True),
        ]
