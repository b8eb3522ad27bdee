# SPDX-License-Identifier: Apache-2.0
"""Seals over committed entries: a chain for each creditor, by which a changed past is found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Seal(TenantModel):
    """Covers the creditor's entries after the former seal's `up_to`, up to and with its own, in the order of their ids.

    `hash` is the SHA-256 over the former seal's hash (`previous_hash`, empty for the first) and the entries' hashes.
    """

    at = models.DateTimeField()
    up_to = models.ForeignKey(
        "journal.Entry", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    entry_count = models.IntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            tenant_unique("journal_seal"),
            TenantForeignKey(fields=["up_to"], to="journal.Entry", name="journal_seal_up_to"),
            models.UniqueConstraint(fields=["creditor", "previous_hash"], name="journal_seal_one_chain"),
            models.CheckConstraint(condition=Q(entry_count__gt=0), name="journal_seal_not_empty"),
        ]
