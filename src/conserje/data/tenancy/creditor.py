# SPDX-License-Identifier: Apache-2.0
"""Who is owed. Everything else in the books belongs to exactly one creditor."""

from __future__ import annotations

from django.db import models

from conserje.data.tenancy.organisation import Organisation
from conserje.data.tenancy.public_id import new_public_id


class Role(models.TextChoices):
    """In whose right we write: the words of `domain.rules.facts.CreditorRole`."""

    FIRST_PARTY = "first_party"
    AGENCY = "agency"
    ASSIGNEE = "assignee"
    LAW_FIRM = "law_firm"


class Creditor(models.Model):
    """One creditor and how it shows itself. Readable without a context: it is how a context is found.

    `locale` is like "es_CO", `time_zone` an IANA name, `currency` an ISO code, `country` two letters. `brand` is a
    plain object with the keys of `BRAND`, each a string or missing. `clock_at` is the own clock of a demo book.
    `restored_from_at` and `restored_at` are the moments of the backup and of the restore while nobody has said what
    left between them: as long as they stand, nothing leaves that a person did not approve.
    """

    BRAND = (
        "logo",
        "colour",
        "signature_name",
        "signature_role",
        "phone_published",
        "website",
        "reply_to",
        "sender_name",
        "sender_address",
        "policy_url",
        "complaint_url",
        "address",
        "collector_name",
        "collector_tax_id",
        "collector_phone",
        "collector_address",
    )

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="creditors")
    public_id = models.CharField(max_length=24, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=240)
    legal_name = models.CharField(max_length=240, blank=True)
    tax_id = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=12, default="es_CO")
    currency = models.CharField(max_length=3)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.FIRST_PARTY)
    brand = models.JSONField(default=dict, blank=True)
    is_demo = models.BooleanField(default=False)
    clock_at = models.DateTimeField(null=True, blank=True)
    sending_paused_at = models.DateTimeField(null=True, blank=True)
    sending_paused_reason = models.CharField(max_length=240, blank=True)
    restored_from_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "id"], name="creditor_of_organisation"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="creditor_role_known"),
            models.CheckConstraint(
                condition=models.Q(clock_at__isnull=True) | models.Q(is_demo=True),
                name="creditor_clock_only_in_demo",
            ),
            models.CheckConstraint(
                condition=models.Q(sending_paused_at__isnull=True) | ~models.Q(sending_paused_reason=""),
                name="creditor_pause_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(restored_at__isnull=True, restored_from_at__isnull=True)
                | models.Q(restored_at__isnull=False, restored_from_at__isnull=False),
                name="creditor_restored_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name
