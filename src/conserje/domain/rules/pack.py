# SPDX-License-Identifier: Apache-2.0
"""A pack: the contact law of one place as dated, sourced values. Nothing here judges; the gate does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.rules.ceilings import DatedAmount, DatedRate, FeeCeiling, InterestCeiling, amount_on
from conserje.domain.rules.duties import DataTerm, Limitation, RecordTerm
from conserje.domain.rules.rule import (
    AppliesTo,
    Cap,
    ConditionRule,
    ConsentRule,
    ContactWindow,
    Cooldown,
    Exemption,
    ForbiddenChannel,
    ForbiddenContent,
    MandatoryText,
    Notice,
    OtherHoursRule,
    RecipientRule,
    RevocationRule,
    Rule,
)
from conserje.domain.rules.taxes import WithheldTax
from conserje.domain.rules.vocabulary import PlaceTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Rule):
    """Law recorded for people, which nothing here judges (registers, duties of conduct, forms)."""

    kind: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One open question of interpretation: the reading in use, those that exist, and where each is read.

    `relaxable`: a creditor may choose a milder one, by a signed and journalled override.
    """

    name: str
    value: str
    options: tuple[str, ...]
    relaxable: bool = False
    note: str = ""
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A bill, a ruling or a regulation to watch, that may change the pack."""

    what: str
    source: tuple[str, ...] = ()
    note: str = ""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The days a pack holds closed. A year outside `certified` is unknown and opens nothing.

    `doubts` are sentences about years whose days did not match what the pack expects. `regional` are the further days
    of each subdivision that has any.
    """

    certified: frozenset[int]
    days: frozenset[date]
    names: tuple[tuple[date, str], ...] = ()
    doubts: tuple[str, ...] = ()
    regional: tuple[tuple[str, tuple[tuple[date, str], ...]], ...] = ()

    def within(self, subdivision: str) -> HolidayCalendar:
        """The calendar of one subdivision; those of all together when it is not known ("")."""
        extra = [
            day
            for code, days in self.regional
            if not subdivision or subdivision == code or subdivision.startswith(f"{code}-")
            for day in days
        ]
        if not extra:
            return self
        names = {**dict(extra), **dict(self.names)}
        return replace(self, days=frozenset(names), names=tuple(sorted(names.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One jurisdiction or platform. `country` is ISO 3166-1; empty: a platform pack joins every country.

    `skip_if_place_unknown`: a subdivision's pack leaves customers of an unknown subdivision alone; otherwise it binds
    them too. `other_channels_open`: a channel that no window opens is not touched by the windows; otherwise it is shut.
    `stands_in`: it holds where a country has no pack of its own.
    """

    id: str
    version: str
    country: str
    subdivision: str = ""
    signed_off: bool = False
    review_by: date
    jurisdiction_test: frozenset[PlaceTest] = frozenset({PlaceTest.DEBTOR_ADDRESS})
    skip_if_place_unknown: bool = False
    other_channels_open: bool = False
    stands_in: bool = False
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
    fee_ceilings: tuple[FeeCeiling, ...] = ()
    interest_ceilings: tuple[InterestCeiling, ...] = ()
    withholdings: tuple[WithheldTax, ...] = ()
    limitations: tuple[Limitation, ...] = ()
    data_rights: tuple[DataTerm, ...] = ()
    records: tuple[RecordTerm, ...] = ()
    statements: tuple[Statement, ...] = ()
    pending: tuple[Pending, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    rates: tuple[DatedRate, ...] = ()
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
        return amount_on(amounts=self.amounts, name=name, on=on)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule, the merely stated ones included."""
        return (*self.judged_rules(), *self.statements)

    def judged_rules(self) -> tuple[Rule, ...]:
        """Every rule that can change a ruling, a text, a figure or a term: those that must appear in worked cases."""
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
            *self.fee_ceilings,
            *self.interest_ceilings,
            *self.withholdings,
            *self.limitations,
            *self.data_rights,
            *self.records,
        )
