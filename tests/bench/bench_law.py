# SPDX-License-Identifier: Apache-2.0
"""What one judgement of the law costs in bulk, in microseconds of CPU on one core."""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from conserje.countries.co import ADAPTER as CO
from conserje.countries.xx import ADAPTER as XX
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    ContactOutcome,
    CreditorRole,
    DebtorType,
    Intent,
    PastContact,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.gate import RuleStack

CONTACTS = 20_000
GOAL_MICROSECONDS = 50
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.CALL, Channel.WHATSAPP)
PERMISSIONS = tuple(Permission(channel, Consent.GRANTED) for channel in Channel)


def customers(country: str, zone_name: str, contacts: int) -> list[tuple[Intent, Subject, datetime]]:
    """Contacts to judge over one working week, each with as many earlier ones."""
    rng, found = random.Random(7), []
    for _ in range(CONTACTS):
        at = START + timedelta(seconds=rng.randrange(5 * 86400))
        past = tuple(
            PastContact(
                at - timedelta(days=30 - 30 * number // contacts, seconds=rng.randrange(80000)),
                rng.choice(CHANNELS),
                Purpose.COLLECTION,
                ContactOutcome.DELIVERED,
            )
            for number in range(contacts)
        )
        intent = Intent(rng.choice(CHANNELS), Purpose.COLLECTION, RecipientRole.DEBTOR)
        kind = rng.choice((DebtorType.NATURAL_CONSUMER, DebtorType.SOLE_TRADER))
        subject = Subject(country, "", (zone_name,), kind, CreditorRole.FIRST_PARTY, PERMISSIONS, past)
        found.append((intent, subject, at))
    return found


@pytest.mark.parametrize("contacts", [0, 3, 8])
@pytest.mark.parametrize(("adapter", "zone_name"), [(CO, "America/Bogota"), (XX, "America/Santiago")])
def test_judgement(adapter: object, zone_name: str, contacts: int) -> None:
    stack = RuleStack(adapter.packs())  # type: ignore[attr-defined]
    asked = customers(adapter.code, zone_name, contacts)  # type: ignore[attr-defined]
    for intent, subject, at in asked[:200]:
        stack.judge(intent=intent, subject=subject, at=at)
    spent = time.process_time()
    waits = 0
    for intent, subject, at in asked:
        waits += stack.judge(intent=intent, subject=subject, at=at).until is not None
    each = (time.process_time() - spent) / CONTACTS * 1_000_000
    sys.stdout.write(
        f"\n{adapter.code}, {contacts} earlier contacts: {each:.1f} us CPU a judged contact"  # type: ignore[attr-defined]
        f" (goal {GOAL_MICROSECONDS}), {waits * 100 // CONTACTS} % had to wait"
    )
