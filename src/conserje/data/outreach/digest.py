# SPDX-License-Identifier: Apache-2.0
"""The daily digest: what each person who works here gets by e-mail, once a day, and when they want it."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.keys import TenantModel, tenant_unique


class DigestWish(TenantModel):
    """The local `hour` at which a person wants the digest, or that they want none (`stopped`).

    `person` is the number of a user: people stand above creditors.
    """

    person = models.BigIntegerField()
    hour = models.PositiveSmallIntegerField()
    stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [
            tenant_unique("digest_wish"),
            models.UniqueConstraint(fields=["creditor", "person"], name="digest_wish_one"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_wish_hour_of_day"),
        ]


class Digest(TenantModel):
    """One digest of a local day for a person, written before it is sent: so never a second one, whatever happens.

    Its link opens one page until `expires_at` and approves once (`used_at`).
    """

    person = models.BigIntegerField()
    on = models.DateField()
    state = models.CharField(max_length=8)
    tries = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("digest"),
            models.UniqueConstraint(fields=["creditor", "person", "on"], name="digest_once_a_day"),
            models.UniqueConstraint(fields=["creditor", "token_hash"], name="digest_token"),
            models.CheckConstraint(
                condition=models.Q(state__in=["claimed", "sent", "refused", "unsure"]),
                name="digest_state_known",
            ),
        ]
