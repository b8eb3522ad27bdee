# SPDX-License-Identifier: Apache-2.0
"""What the gate needs to know about a contact before it may be judged. An unknown fact never allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conserje.domain.kit.canonical import shared
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.vocabulary import Condition


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
    SPOUSE = "spouse"
    BENEFICIARY = "beneficiary"
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


class CreditorKind(StrEnum):
    """What trade the creditor is in, where a law binds only some. `UNKNOWN` is judged as bound."""

    ORDINARY = "ordinary"
    FINANCIAL_ENTITY = "financial_entity"
    CREDIT_GRANTOR = "credit_grantor"
    UNKNOWN = "unknown"


class DebtKind(StrEnum):
    """What the debt is for, where a law governs only some. `UNKNOWN` is judged as governed."""

    TRADE = "trade"
    CONSUMER_SALE = "consumer_sale"
    CONSUMER_CREDIT = "consumer_credit"
    HOUSING = "housing"
    STUDENT = "student"
    MICROCREDIT = "microcredit"
    AGRICULTURAL = "agricultural"
    FAMILY = "family"
    LABOUR = "labour"
    TAX = "tax"
    UNKNOWN = "unknown"


class Place(StrEnum):
    """Whose line or address it is: the customer's own, or elsewhere, such as work."""

    PERSONAL = "personal"
    ELSEWHERE = "elsewhere"


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


@shared
@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else is known of a past contact, where it differs from the usual.

    `debts` are the ids of the debts it was about (empty: any of them); `elsewhere_creditor`: made by the same
    organisation for another of its creditors; `inbound`: the customer began it; `place`: whose line or address.
    """

    debts: tuple[str, ...] = ()
    elsewhere_creditor: bool = False
    inbound: bool = False
    place: Place = Place.PERSONAL


@dataclass(frozen=True, slots=True)
class PastContact:
    """One contact already made by this collector with this customer, whoever sent it.

    No `circumstances`: ours, for this creditor, about any of the debts, to the customer's own line or address.
    """

    at: datetime
    channel: Channel
    purpose: Purpose
    outcome: ContactOutcome
    circumstances: Circumstances | None = None

    @property
    def inbound(self) -> bool:
        """Whether the customer began it."""
        return self.circumstances is not None and self.circumstances.inbound


@dataclass(frozen=True, slots=True)
class Permission:
    """Permission for one channel, with its evidence."""

    channel: Channel
    consent: Consent
    evidence: str = ""


@shared
@dataclass(frozen=True, slots=True)
class Particulars:
    """What some laws ask besides. Places are ISO 3166 codes such as "AR-C"; `debts` the ids we would write about."""

    creditor_kind: CreditorKind = CreditorKind.UNKNOWN
    debt_kind: DebtKind = DebtKind.UNKNOWN
    debt_place: str = ""
    creditor_place: str = ""
    states: frozenset[Condition] = frozenset()
    debts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer as the law sees them. `zones` are every IANA zone they may be in; empty means unknown.

    `past` is sorted by instant. `other_hours_until`: the customer asked in writing for other hours. `subdivision` is
    the part of an ISO 3166-2 code after the country, finer parts after another hyphen ("NY-NYC"); empty is unknown.
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
    particulars: Particulars | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """The contact that is being considered."""

    channel: Channel
    purpose: Purpose
    recipient: RecipientRole
    opened_by_customer: bool = False
    place: Place = Place.PERSONAL
