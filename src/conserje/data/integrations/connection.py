# SPDX-License-Identifier: Apache-2.0
"""Adapters in use, files brought in, and messages from outside as they arrived."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Connection(TenantModel):
    """One adapter set up for one creditor. Secret settings are stored encrypted under the installation's key.

    Of a gateway: `methods` are those that the creditor allows, in its order (empty: all), `position` is its place among
    the gateways. Not offered, it starts nothing new, and what began before is still followed to its end.
    """

    kind = models.CharField(max_length=12)
    adapter = models.CharField(max_length=40)
    settings = models.JSONField()
    sealed = models.BinaryField(default=bytes)
    methods = ArrayField(models.CharField(max_length=40), default=list)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("connection"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["channel", "gateway", "connector"]), name="connection_kind_known"
            ),
            models.UniqueConstraint(
                fields=["creditor", "kind", "adapter"],
                condition=models.Q(ended_at=None),
                name="connection_one_in_use",
            ),
        ]


class ImportPlan(TenantModel):
    """A confirmed way to read files of one shape, by the fingerprint of their headers."""

    fingerprint = models.CharField(max_length=64)
    plan = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            tenant_unique("import_plan"),
            models.UniqueConstraint(fields=["creditor", "fingerprint"], name="import_plan_once"),
        ]


class ImportRun(TenantModel):
    """One file brought in. Nothing is planned for its creditor between `started_at` and `finished_at`."""

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [tenant_unique("import_run")]
        indexes = [models.Index(fields=["creditor", "-started_at"], name="import_run_latest")]


class ImportTrouble(TenantModel):
    """A row that was not taken, with what to correct."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, db_constraint=False, related_name="troubles")
    sheet = models.CharField(max_length=80, blank=True)
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=240, blank=True)
    reason = models.CharField(max_length=60)
    remedy = models.CharField(max_length=60)

    class Meta:
        constraints = [
            tenant_unique("import_trouble"),
            TenantForeignKey(
                fields=["run"], to="integrations.ImportRun", name="import_trouble_run", on_delete="CASCADE"
            ),
        ]


class HookReceipt(TenantModel):
    """A trusted message from outside as it arrived; applied by a job, once, and replayable."""

    adapter = models.CharField(max_length=40)
    event_id = models.CharField(max_length=120)
    headers = models.JSONField()
    query = models.TextField(blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=240, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            tenant_unique("hook_receipt"),
            models.UniqueConstraint(fields=["creditor", "adapter", "event_id"], name="hook_receipt_once"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "received_at"],
                condition=models.Q(applied_at=None),
                name="hook_receipt_waiting",
            )
        ]
