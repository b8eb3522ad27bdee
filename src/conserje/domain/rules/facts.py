# SPDX-License-Identifier: Apache-2.0
"""What the gate needs to know about a contact before it may be judged. An unknown fact never allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conserje.domain.ports.channel import Channel


class Purpose(StrEnum):
    """Why we write. Only the first two are chasing; the law treats the rest apart."""

    PRE_DUE_REMINDER = "pre_due_reminder"
    COLLECTION = "collection"
    LEGAL_NOTICE = "legal_notice"
    PAYMENT_CONFIRMATION = "payment_confirmation"
    REQUESTED_INFO = "requested_info"
    COMPLAINT_REPLY = "complaint_reply"


class RecipientRole(StrEnum):
    """Who would read or hear it, in the law's words."""

    DEBTOR = "debtor"
    CO_DEBTOR = "co_debtor"
    GUARANTOR = "guarantor"
    AUTHORISED_REP = "authorised_rep"
    ATTORNEY = "attorney"
    REFERENCE = "reference"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    COWORKER = "coworker"
    MINOR = "minor"
    OTHER_THIRD_PARTY = "other_third_party"


class DebtorType(StrEnum):
    """What kind of person owes. `UNKNOWN` is judged as the most protected kind."""

    NATURAL_CONSUMER = "natural_consumer"
    SOLE_TRADER = "sole_trader"
    COMPANY_FINAL_USER = "company_final_user"
    COMPANY_TRADE = "company_trade"
    PUBLIC_BODY = "public_body"
    UNKNOWN = "unknown"


class CreditorRole(StrEnum):
    """In whose right we write."""

    FIRST_PARTY = "first_party"
    AGENCY = "agency"
    ASSIGNEE = "assignee"
    LAW_FIRM = "law_firm"


class ContactOutcome(StrEnum):
    """How far a past contact got. `FAILED_BEFORE` never reached the customer and consumes no cap."""

    FAILED_BEFORE = "failed_before"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    TWO_WAY = "two_way"


class Consent(StrEnum):
    """What is known of the permission to write through one channel."""

    GRANTED = "granted"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PastContact:
    """One contact already made by this collector with this customer, whoever sent it."""

    at: datetime
    channel: Channel
    purpose: Purpose
    outcome: ContactOutcome


@dataclass(frozen=True, slots=True)
class Permission:
    """Permission for one channel, with its evidence."""

    channel: Channel
    consent: Consent
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer as the law sees them. `zones` are every IANA zone they may be in; empty means unknown.

    `past` is sorted by instant. `other_hours_until`: the customer asked in writing for other hours.
    """

    country: str
    subdivision: str
    zones: tuple[str, ...]
    debtor_type: DebtorType
    creditor_role: CreditorRole
    permissions: tuple[Permission, ...]
    past: tuple[PastContact, ...]
    time_barred: bool = False
    insolvent: bool = False
    deceased_or_minor: bool = False
    other_hours_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The contact that is being considered."""

    channel: Channel
    purpose: Purpose
    recipient: RecipientRole
    opened_by_customer: bool = False
