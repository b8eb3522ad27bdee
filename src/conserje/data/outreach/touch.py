# SPDX-License-Identifier: Apache-2.0
"""Contacts planned and made, their attempts, what was said, and the organisation's contact ledger."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from conserje.data.outreach.strategy import Decision, Episode
from conserje.data.tenancy.keys import TenantForeignKey, TenantModel, tenant_unique

# Reasons of touches that were given up as they are: nothing about the customer's address is wrong.
PARKED = ("cannot_be_written", "poisoned")


class Touch(TenantModel):
    """One contact attempt for one step of one episode. A trigger refuses every edge that `domain.outreach.touch` lacks.

    `key` is stable over all attempts (it makes the Message-ID). `claim` fences: only its holder may hand over.
    `strikes` counts the workers in a row that died or failed while holding it, before anything was handed over.
    `perhaps_read` is the trigger's word on a touch that ended suppressed or failed: an earlier attempt, of which nobody
    knows, may have been read, so its step is made.
    A touch with no episode is a message that is not chasing (a thank-you); its `step` then names its cause.
    """

    customer = models.ForeignKey(
        "receivables.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="touches",
    )
    episode = models.ForeignKey(
        Episode,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="touches",
    )
    decision = models.ForeignKey(
        Decision,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="touches",
    )
    contact = models.ForeignKey(
        "receivables.Contact", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    point = models.ForeignKey(
        "receivables.ContactPoint",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    key = models.CharField(max_length=40)
    step = models.CharField(max_length=60)
    stage = models.CharField(max_length=12)
    letter = models.CharField(max_length=30)
    purpose = models.CharField(max_length=24)
    channel = models.CharField(max_length=20)
    carrier = models.CharField(max_length=40)
    state = models.CharField(max_length=14)
    planned_at = models.DateTimeField()
    planned_on = models.DateField()
    asked = models.JSONField(default=list)
    copies = models.JSONField(default=list)
    reason = models.CharField(max_length=60, blank=True)
    claim = models.UUIDField(null=True)
    claim_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    strikes = models.PositiveSmallIntegerField(default=0, db_default=0)
    perhaps_read = models.BooleanField(default=False, db_default=False)
    retry_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("touch"),
            models.UniqueConstraint(fields=["creditor", "key"], name="touch_key"),
            models.UniqueConstraint(
                fields=["creditor", "customer", "episode", "step"],
                condition=~models.Q(state__in=["suppressed", "failed"]) | models.Q(perhaps_read=True),
                nulls_distinct=False,
                name="touch_step_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "proposed",
                        "planned",
                        "claimed",
                        "handing_over",
                        "accepted",
                        "delivered",
                        "failed",
                        "unsure",
                        "suppressed",
                    ]
                ),
                name="touch_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["claimed", "handing_over"])
                | models.Q(claim__isnull=False, claim_until__isnull=False),
                name="touch_claimed_has_claim",
            ),
            TenantForeignKey(fields=["customer"], to="receivables.Customer", name="touch_customer"),
            TenantForeignKey(fields=["episode"], to="outreach.Episode", name="touch_episode"),
            TenantForeignKey(fields=["decision"], to="outreach.Decision", name="touch_decision"),
            TenantForeignKey(fields=["contact"], to="receivables.Contact", name="touch_contact"),
            TenantForeignKey(fields=["point"], to="receivables.ContactPoint", name="touch_point"),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "planned_at", "id"],
                condition=models.Q(state__in=["planned", "claimed", "handing_over"]),
                name="touch_to_send",
            ),
            models.Index(fields=["creditor", "customer", "-created_at"], name="touch_by_customer"),
            models.Index(
                fields=["creditor", "planned_at"],
                condition=models.Q(state="proposed"),
                name="touch_proposed",
            ),
            models.Index(
                fields=["creditor", "handed_at"], condition=models.Q(state="unsure"), name="touch_unsure"
            ),
            models.Index(
                fields=["creditor", "-ended_at"],
                condition=models.Q(state="failed", reason__in=PARKED),
                name="touch_parked",
            ),
            models.Index(fields=["creditor", "planned_on"], name="touch_of_day"),
        ]


class Attempt(TenantModel):
    """One try to hand a touch over: committed before the point of no return, ended with the carrier's answer."""

    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, db_constraint=False, related_name="tries")
    number = models.PositiveSmallIntegerField()
    claim = models.UUIDField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    detail = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            tenant_unique("attempt"),
            models.UniqueConstraint(fields=["creditor", "touch", "number"], name="attempt_number"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="attempt_touch"),
        ]


class Message(TenantModel):
    """What was said, erasable; the journal keeps its hash. The link is not in it: each attempt issues its own."""

    touch = models.ForeignKey(Touch, on_delete=models.PROTECT, db_constraint=False, related_name="messages")
    locale = models.CharField(max_length=12)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    template_version = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            tenant_unique("message"),
            models.UniqueConstraint(fields=["creditor", "touch"], name="message_one_for_touch"),
            TenantForeignKey(fields=["touch"], to="outreach.Touch", name="message_touch"),
        ]


class ContactRecord(models.Model):
    """One contact with a person, counted over all creditors of an organisation by a keyed hash of their address.

    Made by a touch, or made elsewhere and told to us. `debts` are the ids of the invoices it was about, empty where not
    known; `inbound`: the customer began it; `place`: whose line or address, in the words of `domain.rules.facts.Place`.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("tenancy.Creditor", on_delete=models.PROTECT, related_name="+")
    person_hash = models.CharField(max_length=64)
    customer_id = models.BigIntegerField()
    touch_id = models.BigIntegerField(null=True)
    elsewhere_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=24)
    outcome = models.CharField(max_length=14)
    at = models.DateTimeField()
    debts = ArrayField(models.BigIntegerField(), default=list)
    inbound = models.BooleanField(default=False)
    place = models.CharField(max_length=10, default="personal")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "touch_id", "person_hash"], name="contact_record_once"
            ),
            models.UniqueConstraint(
                fields=["creditor", "elsewhere_id", "person_hash"], name="contact_record_elsewhere_once"
            ),
            models.CheckConstraint(
                condition=models.Q(touch_id__isnull=False, elsewhere_id__isnull=True)
                | models.Q(touch_id__isnull=True, elsewhere_id__isnull=False),
                name="contact_record_has_one_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "person_hash", "at"], name="contact_record_by_person")
        ]
