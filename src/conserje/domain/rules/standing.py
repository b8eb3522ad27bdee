# SPDX-License-Identifier: Apache-2.0
"""What stops a contact whatever the hour: recipients, channels, permission, state of customer and debt."""

from __future__ import annotations

from datetime import date

from conserje.domain.rules.briefing import Briefing, in_force_somewhere
from conserje.domain.rules.facts import Consent, Intent, Purpose, Subject
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import Condition, Lift

HOUSE = "HOUSE"
_CHASING = frozenset({Purpose.PRE_DUE_REMINDER, Purpose.COLLECTION})
_LEGAL = frozenset({Purpose.LEGAL_NOTICE})


def house_hits(*, subject: Subject, intent: Intent) -> list[Hit]:
    """What this house refuses in every country, whether or not a pack speaks of it."""
    found = []
    purpose = intent.purpose
    if subject.deceased_or_minor:
        ruling = Ruling.DENY if purpose in _CHASING | _LEGAL else Ruling.NEEDS_HUMAN
        found.append(Hit(HOUSE, ruling, "deceased_or_minor"))
    if subject.insolvent and purpose in _CHASING | _LEGAL:
        ruling = Ruling.DENY if purpose in _CHASING else Ruling.NEEDS_HUMAN
        found.append(Hit(HOUSE, ruling, "insolvent"))
    if subject.time_barred and purpose in _CHASING | _LEGAL:
        found.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, "time_barred"))
    return found


def permission(*, subject: Subject, intent: Intent) -> Consent:
    """What is known for the channel of `intent`: a revocation outweighs every grant; no record is unknown."""
    known = {entry.consent for entry in subject.permissions if entry.channel is intent.channel}
    if Consent.REVOKED in known:
        return Consent.REVOKED
    return Consent.GRANTED if Consent.GRANTED in known else Consent.UNKNOWN


def pack_hits(*, briefing: Briefing, subject: Subject, dates: tuple[date, ...]) -> list[Hit]:
    """Forbidden recipients and channels of one pack, and the states of customer and debt that it names."""
    found = [hit for rule, hit in briefing.standing if any(rule.in_force(on) for on in dates)]
    if briefing.unclear_role:
        found.append(briefing.unclear_role)
    for state, holds in (
        (Condition.TIME_BARRED, subject.time_barred),
        (Condition.INSOLVENT, subject.insolvent),
        (Condition.DECEASED_OR_MINOR, subject.deceased_or_minor),
    ):
        if holds:
            rules = in_force_somewhere(briefing.conditions[state], dates)
            found.extend(Hit(rule.id, rule.ruling, state.value) for rule in rules)
    return found


def consent_hits(
    *, briefing: Briefing, intent: Intent, consent: Consent, lifted: frozenset[Lift], dates: tuple[date, ...]
) -> list[Hit]:
    """Refusals for want of permission, or because it was taken back. `lifted`: what exemptions set aside."""
    if consent is Consent.GRANTED:
        return []
    values = (("channel", intent.channel.value),)
    if consent is Consent.REVOKED:
        rules = in_force_somewhere((*briefing.revocations, *briefing.consents), dates)
        return [Hit(rules[0].id if rules else HOUSE, Ruling.DENY, "consent_revoked", values)]
    if Lift.CONSENT_UNKNOWN in lifted:
        return []
    rules = in_force_somewhere(briefing.consents, dates)
    return [Hit(rule.id, Ruling.DENY, "consent_missing", values) for rule in rules]
