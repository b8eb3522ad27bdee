# SPDX-License-Identifier: Apache-2.0
"""What a person asked about their data, by when the law wants an answer, and what was answered."""

from __future__ import annotations

from django.db import models

from conserje.data.receivables.customer import Customer
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique

RIGHTS = ("access", "rectification", "erasure", "objection", "portability", "blocking")
DOORS = ("portal", "workbench", "command")


class DataRequest(TenantModel):
    """Open from the day it is asked until it is answered. `answer_by` moves to `latest_by` when it is extended, once.

    `rule` and `authority` are of the pack that gave the term. `words`, `answer` and `extension_reason` are erasable.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="data_requests"
    )
    kind = models.CharField(max_length=14)
    asked_at = models.DateTimeField()
    asked_through = models.CharField(max_length=12)
    asked_by = models.CharField(max_length=80)
    words = models.TextField(blank=True)
    answer_by = models.DateField()
    latest_by = models.DateField()
    rule = models.CharField(max_length=60)
    authority = models.CharField(max_length=120, blank=True)
    extended_at = models.DateTimeField(null=True)
    extended_by = models.CharField(max_length=80, blank=True)
    extension_reason = models.CharField(max_length=240, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            tenant_unique("data_request"),
            models.CheckConstraint(condition=models.Q(kind__in=RIGHTS), name="data_request_kind_known"),
            models.CheckConstraint(
                condition=models.Q(asked_through__in=DOORS), name="data_request_door_known"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, outcome="")
                | models.Q(answered_at__isnull=False, outcome__in=["granted", "partly", "refused"]),
                name="data_request_answered_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(latest_by__gte=models.F("answer_by")), name="data_request_extends_later"
            ),
            models.UniqueConstraint(
                fields=["creditor", "customer", "kind"],
                condition=models.Q(answered_at=None),
                name="data_request_one_open",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="data_request_customer"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "answer_by"],
                condition=models.Q(answered_at=None),
                name="data_request_open",
            ),
            models.Index(fields=["creditor", "customer", "-asked_at"], name="data_request_by_customer"),
        ]
