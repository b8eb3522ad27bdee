# SPDX-License-Identifier: Apache-2.0
"""What this house refuses in every country, and what it makes of recorded permissions."""

from __future__ import annotations

from conserje.domain.rules.facts import Consent, Intent, Purpose, Subject
from conserje.domain.rules.verdict import Hit, Ruling

HOUSE = "HOUSE"
_CHASING = frozenset({Purpose.PRE_DUE_REMINDER, Purpose.COLLECTION})
_LEGAL = frozenset({Purpose.LEGAL_NOTICE})


def house_hits(*, subject: Subject, intent: Intent) -> list[Hit]:
    """What this house refuses in every country, whether or not a pack speaks of it."""
    found: list[Hit] = []
    purpose = intent.purpose
    if not (subject.deceased_or_minor or subject.insolvent or subject.time_barred):
        return found
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
    known = Consent.UNKNOWN
    for entry in subject.permissions:
        if entry.channel is intent.channel:
            if entry.consent is Consent.REVOKED:
                return Consent.REVOKED
            if entry.consent is Consent.GRANTED:
                known = Consent.GRANTED
    return known
