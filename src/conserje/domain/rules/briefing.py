# SPDX-License-Identifier: Apache-2.0
"""What one pack has to say about one kind of contact, prepared once: the gate judges thousands with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.counting import resolved_caps, resolved_cooldowns
from conserje.domain.rules.facts import CreditorRole, DebtorType, Intent, Purpose, RecipientRole, Subject
from conserje.domain.rules.hours import Hours
from conserje.domain.rules.pack import (
    Cap,
    ConditionRule,
    ConsentRule,
    Cooldown,
    Exemption,
    MandatoryText,
    OtherHoursRule,
    Pack,
    RevocationRule,
    Rule,
)
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import (
    AUTOMATED_CHANNELS,
    COMPANY_TRADE,
    ELECTRONIC_CHANNELS,
    WRITTEN_CHANNELS,
    Condition,
    Lift,
    TextWhen,
)

GRACE = timedelta(days=30)
_ALWAYS_WRITABLE = frozenset({RecipientRole.DEBTOR, RecipientRole.AUTHORISED_REP, RecipientRole.ATTORNEY})
_TEXT_CHANNELS = {
    TextWhen.WRITTEN_CONTACT: WRITTEN_CHANNELS,
    TextWhen.ELECTRONIC_CONTACT: ELECTRONIC_CHANNELS,
    TextWhen.AUTOMATED_VOICE: AUTOMATED_CHANNELS,
}
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Briefing:
    """The rules of `pack` that touch one kind of contact, each with the hit it would give."""

    pack: Pack
    label: str
    expires_on: date
    hours: Hours | None
    caps: tuple[Cap, ...]
    cooldowns: tuple[Cooldown, ...]
    counted: frozenset[Purpose]
    lookback: timedelta
    consents: tuple[ConsentRule, ...]
    revocations: tuple[RevocationRule, ...]
    other_hours: tuple[OtherHoursRule, ...]
    standing: tuple[tuple[Rule, Hit], ...]
    unclear_role: Hit | None
    conditions: dict[Condition, tuple[ConditionRule, ...]]
    exemptions: tuple[Exemption, ...]
    texts: tuple[tuple[MandatoryText, Hit], ...]


def in_force_somewhere(rules: Iterable[R], dates: tuple[date, ...]) -> list[R]:
    """Restricting rules bind if they are in force on the local date of any candidate zone."""
    return [rule for rule in rules if any(rule.in_force(on) for on in dates)]


def in_force_everywhere(rules: Iterable[R], dates: tuple[date, ...]) -> list[R]:
    """Relaxing rules help only if they are in force in every candidate zone."""
    return [rule for rule in rules if all(rule.in_force(on) for on in dates)]


def concerns(*, pack: Pack, subject: Subject, purpose: Purpose) -> bool:
    """Whether `pack` speaks about this customer, this collector and this purpose."""
    if pack.country and pack.country != subject.country:
        return False
    if pack.subdivision and pack.subdivision != subject.subdivision:
        return False
    scope, debtor = pack.applies_to, subject.debtor_type
    if debtor is DebtorType.COMPANY_TRADE and pack.reading(COMPANY_TRADE) == "exempt":
        return False
    if debtor is not DebtorType.UNKNOWN and debtor not in scope.debtors:
        return False
    exempted = any(purpose in rule.purposes for rule in pack.exemptions)
    return subject.creditor_role in scope.creditors and (purpose in scope.purposes or exempted)


def brief(*, pack: Pack, intent: Intent, creditor_role: CreditorRole, hours: Hours | None) -> Briefing:
    """Prepare `pack` for one kind of contact. `hours`: its windows for the channel, if it has any at all."""
    channel, purpose = intent.channel, intent.purpose
    uncounted = {freed for rule in pack.exemptions if Lift.CAPS in rule.lifts for freed in rule.purposes}
    cooldowns = resolved_cooldowns(pack, channel)
    longest = max((rule.gap_days for rule in cooldowns), default=0)
    standing, unclear = _standing(pack, intent, creditor_role)
    return Briefing(
        pack=pack,
        label=pack.label,
        expires_on=pack.review_by + GRACE,
        hours=hours,
        caps=resolved_caps(pack, channel),
        cooldowns=cooldowns,
        counted=pack.applies_to.purposes - uncounted,
        lookback=timedelta(days=max(8, longest + 2)),
        consents=tuple(rule for rule in pack.consents if channel in rule.channels),
        revocations=pack.revocations,
        other_hours=pack.other_hours,
        standing=standing,
        unclear_role=unclear,
        conditions={
            state: tuple(r for r in pack.conditions if r.condition is state and purpose in r.purposes)
            for state in Condition
        },
        exemptions=tuple(rule for rule in pack.exemptions if purpose in rule.purposes),
        texts=tuple(
            (rule, Hit(rule.id, Ruling.ALLOW_WITH_TEXT, "text_required", (("slot", rule.slot),)))
            for rule in pack.mandatory_texts
            if purpose in rule.purposes and channel in _TEXT_CHANNELS.get(rule.when, frozenset(Channel))
        ),
    )


def _standing(
    pack: Pack, intent: Intent, creditor_role: CreditorRole
) -> tuple[tuple[tuple[Rule, Hit], ...], Hit | None]:
    found: list[tuple[Rule, Hit]] = []
    role, channel = intent.recipient, intent.channel
    for rule in pack.recipients:
        if role in rule.roles:
            ruling = Ruling.ALLOW if rule.allowed else Ruling.DENY
            reason = "recipient_allowed" if rule.allowed else "recipient_forbidden"
            found.append((rule, Hit(rule.id, ruling, reason, (("role", role.value),))))
    for shut in pack.forbidden_channels:
        if channel in shut.channels and creditor_role in shut.creditors:
            values = (("channel", channel.value),)
            found.append((shut, Hit(shut.id, Ruling.DENY, "channel_forbidden", values)))
    named = any(role in rule.roles for rule in pack.recipients)
    if not pack.recipients or named or role in _ALWAYS_WRITABLE:
        return tuple(found), None
    unclear = Hit(pack.id, Ruling.NEEDS_HUMAN, "recipient_unclear", (("role", role.value),))
    return tuple(found), unclear
