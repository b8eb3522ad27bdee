# SPDX-License-Identifier: Apache-2.0
"""The kinds of rule a pack may hold about contacts. Each is a dated, sourced value; the gate judges with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    CreditorKind,
    CreditorRole,
    DebtKind,
    DebtorType,
    Place,
    Purpose,
    RecipientRole,
)
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import (
    EVERY_CHANNEL,
    Act,
    Basis,
    Breadth,
    CapKind,
    Condition,
    Confidence,
    Counts,
    DayCount,
    DayKind,
    Lift,
    Period,
    TextPlace,
    TextWhen,
    WeekKind,
)


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Whom a pack or a rule binds and protects, and what it governs. An unknown debtor, kind or debt is in."""

    creditors: frozenset[CreditorRole] = frozenset(CreditorRole)
    debtors: frozenset[DebtorType] = frozenset(DebtorType)
    purposes: frozenset[Purpose] = frozenset(Purpose)
    channels: frozenset[Channel] = EVERY_CHANNEL
    creditor_kinds: frozenset[CreditorKind] = frozenset(CreditorKind)
    debts: frozenset[DebtKind] = frozenset(DebtKind)

    def binds(
        self,
        *,
        creditor: CreditorRole,
        debtor: DebtorType,
        creditor_kind: CreditorKind = CreditorKind.UNKNOWN,
        debt: DebtKind = DebtKind.UNKNOWN,
    ) -> bool:
        """Whether it speaks of such a creditor, debtor and debt; what is not known is taken as bound."""
        return (
            creditor in self.creditors
            and (debtor in self.debtors or debtor is DebtorType.UNKNOWN)
            and (creditor_kind in self.creditor_kinds or creditor_kind is CreditorKind.UNKNOWN)
            and (debt in self.debts or debt is DebtKind.UNKNOWN)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says about itself. In force from `effective_from` to `effective_to`, both included.

    `applies_to` narrows whom it concerns within the pack; `reading`: it holds only while that reading of the pack has
    that value.
    """

    id: str
    basis: Basis
    confidence: Confidence
    effective_from: date
    effective_to: date | None = None
    source: tuple[str, ...] = ()
    note: str = ""
    applies_to: AppliesTo | None = None
    reading: tuple[str, str] | None = None

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
    """At most `maximum` contacts through `channels`, together (or each, `separately`), in `per`.

    Without `week` or `counts` the pack's readings decide (`both_strict` and `attempt` if it has none). `places`: only
    contacts to such a line or address. `unanswered`: a contact that was answered does not count.
    """

    channels: frozenset[Channel] = EVERY_CHANNEL
    kind: CapKind = CapKind.CONTACTS
    maximum: int = 1
    per: Period = Period.DAY
    rolling_days: int = 0
    week: WeekKind | None = None
    counts: Counts | None = None
    breadth: Breadth = Breadth.ORGANISATION
    separately: bool = False
    unanswered: bool = False
    places: frozenset[Place] = frozenset(Place)

    @property
    def span(self) -> int:
        """Over how many local dates it looks back, at most."""
        if self.per is Period.ROLLING:
            return self.rolling_days
        return 7 if self.per is Period.WEEK else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(Rule):
    """After a contact through `after`, `gap_days` full local dates must lie before one through `channels`.

    With `inbound`, a contact that the customer began starts it too.
    """

    after: frozenset[Channel] = EVERY_CHANNEL
    channels: frozenset[Channel] = EVERY_CHANNEL
    gap_days: int
    counts: Counts | None = None
    breadth: Breadth = Breadth.ORGANISATION
    inbound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule(Rule):
    """Permission is required for each of `channels`. Unknown refuses; revoked refuses at once."""

    channels: frozenset[Channel] = EVERY_CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHoursRule(Rule):
    """Hours the customer asked for, in writing and later than the contract, open what the windows close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRule(Rule):
    """A revoked permission stops its channel at once. `together`: one revoked of `channels` stops them all.

    `within_days`: what the law allows for it, recorded only; here it is always at once.
    """

    channels: frozenset[Channel] = EVERY_CHANNEL
    together: bool = False
    within_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRule(Rule):
    """`roles` may be written to when `allowed`, otherwise never. A role no rule names needs a person."""

    roles: frozenset[RecipientRole]
    allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenChannel(Rule):
    """`channels` are never used."""

    channels: frozenset[Channel]


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
    """Contacts for `purposes` through `channels` must fill `slot`; the words are in the country's `wording/`.

    With `condition`, only while that state holds. `place`: where it must stand.
    """

    slot: str
    when: TextWhen
    purposes: frozenset[Purpose]
    channels: frozenset[Channel] = EVERY_CHANNEL
    place: TextPlace = TextPlace.ANYWHERE
    condition: Condition | None = None


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
    """Before `act`: `count` notices, the last of them `days` (as `day_count` says) earlier.

    `channels`: only notices by these count. `different_days`: no two on one date. `only_small`: binds only debts the
    law calls small. `within_days`: the first must be given within so many days of default. `deadline_months`: the act
    is refused later than that after default. `requires`: facts that must be proven. `minimum`: no act below it.
    """

    act: Act
    days: int = 0
    day_count: DayCount = DayCount.CALENDAR
    count: int = 1
    channels: frozenset[Channel] = EVERY_CHANNEL
    different_days: bool = False
    only_small: bool = False
    within_days: int = 0
    deadline_months: int = 0
    requires: tuple[str, ...] = ()
    minimum: Money | None = None
