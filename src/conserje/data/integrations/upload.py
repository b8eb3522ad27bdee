# SPDX-License-Identifier: Apache-2.0
"""Files on a creditor's desk that were not brought in yet, with everything decided about them so far."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class Upload(TenantModel):
    """One import on its way: opened, understood, answered, looked at, taken in. Kept for some days, then removed whole.

    `version` rises with every change of what will be taken in; `seen_version` is the one that was looked at. `wanted`
    is what a person asked for and the queue has not done yet; `trouble` is why it could not. `answers`, `seen` and
    `taken` are canonical bytes.
    """

    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    answers = models.BinaryField(default=bytes)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    wanted = models.CharField(max_length=8, blank=True)
    wanted_by = models.CharField(max_length=80, blank=True)
    wanted_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=600, blank=True)
    seen = models.BinaryField(default=bytes)
    seen_version = models.PositiveIntegerField(null=True)
    taken = models.BinaryField(default=bytes)
    taken_by = models.CharField(max_length=80, blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("upload"),
            models.CheckConstraint(
                condition=models.Q(wanted__in=["", "see", "take"]), name="upload_wanted_known"
            ),
            models.CheckConstraint(
                condition=models.Q(taken_at=None) | models.Q(wanted=""), name="upload_taken_once"
            ),
        ]
        indexes = [models.Index(fields=["creditor", "changed_at"], name="upload_by_age")]


class UploadFile(TenantModel):
    """One file of an upload as it came; `plan` is how a table is read (canonical bytes, with samples of its cells).

    `corrections` are lines that could not be read, to be corrected; the bytes of the others go when they were taken in.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, db_constraint=False, related_name="files")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField(default=bytes)
    plan = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            tenant_unique("upload_file"),
            TenantForeignKey(
                fields=["upload"], to="integrations.Upload", name="upload_file_upload", on_delete="CASCADE"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["table", "papers", "corrections"]),
                name="upload_file_kind_known",
            ),
        ]
