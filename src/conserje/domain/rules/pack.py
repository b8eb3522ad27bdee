# SPDX-License-Identifier: Apache-2.0
"""A pack: the contact law of one place as dated, sourced values. Nothing here judges; the gate does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import CreditorRole, DebtorType, Purpose, RecipientRole
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import (
    EVERY_CHANNEL,
    Basis,
    CapKind,
    Condition,
    Confidence,
    Counts,
    DayKind,
    Lift,
    Period,
    TextWhen,
    WeekKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says about itself. In force from `effective_from` to `effective_to`, both included."""

    id: str
    basis: Basis
    confidence: Confidence
    effective_from: date
    effective_to: date | None = None
    source: tuple[str, ...] = ()
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on the local date `on`."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWindow(Rule):
    """Local minutes of the day `[opens_minute, closes_minute)` in which `channels` may be used on `days`.

    With `closed` it shuts the named days whatever else opens them, and the minutes are 0 and 1440.
    """

    channels: frozenset[Channel] = EVERY_CHANNEL
    days: frozenset[DayKind]
    opens_minute: int = 0
    closes_minute: int = 1440
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Rule):
    """At most `maximum` contacts through `channels`, together, in `per`.

    Without `week` or `counts` the pack's readings decide (`both_strict` and `attempt` if it has none).
    `switch` names a reading that must be "true" for the cap to hold.
    """

    channels: frozenset[Channel] = EVERY_CHANNEL
    kind: CapKind = CapKind.CONTACTS
    maximum: int = 1
    per: Period = Period.DAY
    week: WeekKind | None = None
    counts: Counts | None = None
    switch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(Rule):
    """After a contact through `after`, `gap_days` full local dates must lie before one through `channels`."""

    after: frozenset[Channel] = EVERY_CHANNEL
    channels: frozenset[Channel] = EVERY_CHANNEL
    gap_days: int
    counts: Counts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule(Rule):
    """Permission is required for each of `channels`. Unknown refuses; revoked refuses at once."""

    channels: frozenset[Channel] = EVERY_CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHoursRule(Rule):
    """Hours the customer asked for, in writing and later than the contract, open what the windows close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRule(Rule):
    """A revoked permission stops the channel at once, for every purpose but an exception that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRule(Rule):
    """`roles` may be written to when `allowed`, otherwise never. A role no rule names needs a person."""

    roles: frozenset[RecipientRole]
    allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenChannel(Rule):
    """`channels` are never used; with `creditors`, only by collectors in that role."""

    channels: frozenset[Channel]
    creditors: frozenset[CreditorRole] = frozenset(CreditorRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRule(Rule):
    """While `condition` holds, contacts for `purposes` get `ruling` (needs a person, or refused)."""

    condition: Condition
    ruling: Ruling
    purposes: frozenset[Purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenContent(Rule):
    """A category of `content` that no text may contain here."""

    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatoryText(Rule):
    """Contacts for `purposes` must fill `slot`; the words are in the country's `wording/`."""

    slot: str
    when: TextWhen
    purposes: frozenset[Purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(Rule):
    """Contacts for `purposes` are free of `lifts`, and also of `lifts_when_opened` if the customer began.

    A purpose freed of caps does not use them up either.
    """

    purposes: frozenset[Purpose]
    lifts: frozenset[Lift]
    lifts_when_opened: frozenset[Lift] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Rule):
    """Before `act` (a bureau report, a suit): `count` notices, the last `days` calendar days earlier.

    `different_days`: no two on one date. `only_small`: binds only debts the law calls small.
    `deadline_months`: the act itself is refused later than that after default.
    """

    act: str
    days: int = 0
    count: int = 1
    different_days: bool = False
    only_small: bool = False
    deadline_months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Rule):
    """Law recorded for people and later rooms, which the gate does not judge (fees, interest, terms)."""

    kind: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """An amount the law refers to by `name` (such as a minimum wage), in force on both dates and between."""

    name: str
    amount: Money
    effective_from: date
    effective_to: date
    source: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Reading:
    """One open question of interpretation: the reading in use and those that have a source.

    `relaxable`: a creditor may choose a milder one, by a signed and journalled override.
    """

    name: str
    value: str
    options: tuple[str, ...]
    relaxable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The days a pack holds closed. A year outside `certified` is unknown and opens nothing.

    `doubts` are sentences about years whose days did not match what the pack expects.
    """

    certified: frozenset[int]
    days: frozenset[date]
    names: tuple[tuple[date, str], ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Whom a pack binds and protects, and which purposes it governs. An unknown debtor is protected."""

    creditors: frozenset[CreditorRole]
    debtors: frozenset[DebtorType]
    purposes: frozenset[Purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One jurisdiction or platform. `country` is ISO 3166-1; empty: a platform pack joins every country."""

    id: str
    version: str
    country: str
    subdivision: str = ""
    signed_off: bool = False
    review_by: date
    jurisdiction_test: str = "debtor_address"
    applies_to: AppliesTo
    zones: tuple[str, ...]
    holidays: HolidayCalendar
    windows: tuple[ContactWindow, ...] = ()
    caps: tuple[Cap, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    other_hours: tuple[OtherHoursRule, ...] = ()
    revocations: tuple[RevocationRule, ...] = ()
    recipients: tuple[RecipientRule, ...] = ()
    forbidden_channels: tuple[ForbiddenChannel, ...] = ()
    conditions: tuple[ConditionRule, ...] = ()
    forbidden_content: tuple[ForbiddenContent, ...] = ()
    mandatory_texts: tuple[MandatoryText, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    notices: tuple[Notice, ...] = ()
    statements: tuple[Statement, ...] = ()
    amounts: tuple[DatedAmount, ...] = ()
    readings: tuple[Reading, ...] = ()
    chosen: tuple[tuple[str, str], ...] = field(default=())

    @property
    def label(self) -> str:
        """`CO 2026.11.0`, with readings other than the default: `CO 2026.11.0 +week_definition=iso_week`."""
        return " ".join([f"{self.id} {self.version}", *(f"+{name}={value}" for name, value in self.chosen)])

    def reading(self, name: str) -> str:
        """The reading in use for the question `name`, empty if the pack does not ask it."""
        return next((reading.value for reading in self.readings if reading.name == name), "")

    def read_as(self, *, name: str, value: str) -> Pack:
        """This pack with another reading of one question; raises `ValueError` for an unknown option."""
        known = {reading.name: reading for reading in self.readings}
        if name not in known or value not in known[name].options:
            raise ValueError(f"Pack {self.id} has no reading '{value}' of '{name}'.")
        if known[name].value == value:
            return self
        readings = tuple(replace(item, value=value) if item.name == name else item for item in self.readings)
        chosen = tuple(sorted({**dict(self.chosen), name: value}.items()))
        return replace(self, readings=readings, chosen=chosen)

    def amount(self, *, name: str, on: date) -> Money | None:
        """The dated amount called `name` on `on`; `None` when the pack does not know it."""
        found = (item for item in self.amounts if item.name == name)
        return next((item.amount for item in found if item.effective_from <= on <= item.effective_to), None)

    def judged_rules(self) -> tuple[Rule, ...]:
        """Every rule that can change a ruling or a text: those that must appear in the worked cases."""
        return (
            *self.windows,
            *self.caps,
            *self.cooldowns,
            *self.consents,
            *self.other_hours,
            *self.revocations,
            *self.recipients,
            *self.forbidden_channels,
            *self.conditions,
            *self.forbidden_content,
            *self.mandatory_texts,
            *self.exemptions,
            *self.notices,
        )
