# SPDX-License-Identifier: Apache-2.0
"""Strategies by version: what was in force when a decision was made can always be read again."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique


class StrategyVersion(TenantModel):
    """One immutable version of a named strategy; `content` is what `domain.outreach.strategy.read` takes, `serves`
    whom it is for: one is in force for each."""

    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)
    serves = models.CharField(max_length=12, default="business", db_default="business")

    class Meta:
        constraints = [
            tenant_unique("strategy_version"),
            models.UniqueConstraint(fields=["creditor", "name", "version"], name="strategy_version_once"),
            models.UniqueConstraint(
                fields=["creditor", "serves"],
                condition=models.Q(in_force=True),
                name="strategy_version_in_force",
            ),
        ]


class Review(TenantModel):
    """When a customer is looked at again. Written by the last decision, moved forward by every event.

    `version` counts events (payment, promise, reply, stop ...): a hand-over prepared under an older one is refused.
    """

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    next_review_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            tenant_unique("review"),
            models.UniqueConstraint(fields=["creditor", "customer"], name="review_one_for_customer"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="review_customer"),
        ]
        indexes = [models.Index(fields=["creditor", "next_review_at"], name="review_due")]


class Episode(TenantModel):
    """From the first overdue or reminded amount until none is left. Steps are made once in an episode."""

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="episodes",
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            tenant_unique("episode"),
            models.UniqueConstraint(
                fields=["creditor", "customer"], condition=models.Q(closed_at=None), name="episode_one_open"
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="episode_customer"),
        ]


class Decision(TenantModel):
    """A decision: its reasons, the strategy and packs by version, and where its case and result are written whole.

    `page` is the id of the first decision on its `DecisionPage`, `place` counts from 0 on it; `reasons` is canonical
    JSON. A bare number, for a key would be checked for every decision; the page holds the key.
    """

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="decisions",
    )
    decided_at = models.DateTimeField()
    moment = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    reasons = models.TextField()
    page = models.BigIntegerField()
    place = models.PositiveSmallIntegerField()
    strategy = models.CharField(max_length=60)
    packs = models.TextField()

    class Meta:
        constraints = [
            tenant_unique("decision"),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="decision_customer"),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer", "-decided_at"], name="decision_latest"),
            BrinIndex(fields=["decided_at"], name="decision_by_time", autosummarize=True),
        ]
