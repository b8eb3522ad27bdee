# SPDX-License-Identifier: Apache-2.0
"""What this house refuses in every country, and what it makes of recorded permissions."""

from __future__ import annotations

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent, Intent, Purpose, Subject
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import Condition

HOUSE = "HOUSE"
_CHASING = frozenset({Purpose.PRE_DUE_REMINDER, Purpose.COLLECTION})
_LEGAL = frozenset({Purpose.LEGAL_NOTICE})
_NOT_OWED = frozenset({Condition.PAID, Condition.WRONG_PERSON})


def states_of(subject: Subject) -> frozenset[Condition]:
    """Every state that holds for the customer or the debt."""
    more = subject.particulars
    held = frozenset() if more is None else more.states
    if not (subject.deceased_or_minor or subject.insolvent or subject.time_barred):
        return held
    own = {
        Condition.DECEASED_OR_MINOR: subject.deceased_or_minor,
        Condition.INSOLVENT: subject.insolvent,
        Condition.TIME_BARRED: subject.time_barred,
    }
    return held | {state for state, holds in own.items() if holds}


def house_hits(*, states: frozenset[Condition], intent: Intent) -> list[Hit]:
    """What this house refuses in every country, whether or not a pack speaks of it."""
    found: list[Hit] = []
    purpose = intent.purpose
    for state in sorted(states):
        if state is Condition.DECEASED_OR_MINOR:
            ruling = Ruling.DENY if purpose in _CHASING | _LEGAL else Ruling.NEEDS_HUMAN
            found.append(Hit(HOUSE, ruling, state.value))
        elif purpose in _CHASING and (state is Condition.INSOLVENT or state in _NOT_OWED):
            found.append(Hit(HOUSE, Ruling.DENY, state.value))
        elif purpose in _CHASING | _LEGAL:
            found.append(Hit(HOUSE, Ruling.NEEDS_HUMAN, state.value))
    return found


def stopped_together(*, subject: Subject, channels: frozenset[Channel]) -> bool:
    """Whether the customer revoked the permission for any of `channels`."""
    return any(
        entry.consent is Consent.REVOKED and entry.channel in channels for entry in subject.permissions
    )


def permission(*, subject: Subject, intent: Intent) -> Consent:
    """What is known for the channel of `intent`: a revocation outweighs every grant; no record is unknown."""
    known = Consent.UNKNOWN
    for entry in subject.permissions:
        if entry.channel is intent.channel:
            if entry.consent is Consent.REVOKED:
                return Consent.REVOKED
            if entry.consent is Consent.GRANTED:
                known = Consent.GRANTED
    return known
