# SPDX-License-Identifier: Apache-2.0
"""What one judgement of the law costs, in microseconds of processor time, in several lands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

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
from conserje.services.outreach.law import stack_for

GOAL_MICROSECONDS: Final = 50
# Contacts made before: none, a month's, and those of a debt of half a year, once a week.
HISTORIES: Final = (0, 5, 30)
PLACES: Final = (
    ("CO", "", "America/Bogota"),
    ("MX", "", "America/Mexico_City"),
    ("CL", "", "America/Santiago"),
    ("BR", "SP", "America/Sao_Paulo"),
    ("US", "TX", "America/Chicago"),
)
_START: Final = datetime(2026, 11, 16, 13, tzinfo=UTC)
_CHANNELS: Final = (Channel.EMAIL, Channel.SMS, Channel.CALL, Channel.WHATSAPP)
_PERMISSIONS: Final = tuple(Permission(channel, Consent.GRANTED) for channel in _CHANNELS)
_KINDS: Final = (DebtorType.NATURAL_CONSUMER, DebtorType.COMPANY_TRADE)

Asked = tuple[Intent, Subject, datetime]


@dataclass(frozen=True, slots=True)
class Cost:
    """What judging cost: `place`, how many contacts were made before, microseconds each, and the share that waits."""

    place: str
    before: int
    microseconds: float
    waiting: float


def contacts(*, place: tuple[str, str, str], before: int, count: int) -> list[Asked]:
    """So many contacts to judge over a working week, each with so many made before, one a week."""
    country, part, zone_name = place
    found = []
    for number in range(count):
        at = _START + timedelta(seconds=number * 7919 % (5 * 86400))
        past = tuple(
            PastContact(
                at - timedelta(days=7 * (before - week), seconds=(number + week) * 6151 % 72000),
                _CHANNELS[(number + week) % 4],
                Purpose.COLLECTION,
                ContactOutcome.DELIVERED,
            )
            for week in range(before)
        )
        intent = Intent(_CHANNELS[number % 4], Purpose.COLLECTION, RecipientRole.DEBTOR)
        kind = _KINDS[number // 4 % 2]
        role = CreditorRole.FIRST_PARTY
        subject = Subject(country, part, (zone_name,), kind, role, _PERMISSIONS, past)
        found.append((intent, subject, at))
    return found


def cost(*, stack: RuleStack, asked: list[Asked], spent: Callable[[], float]) -> tuple[float, float]:
    """Microseconds for each of `asked`, and the share that has to wait. `spent`: seconds of processor time so far."""
    for intent, subject, at in asked[:400]:
        stack.judge(intent=intent, subject=subject, at=at)
    began, waits = spent(), 0
    for intent, subject, at in asked:
        waits += stack.judge(intent=intent, subject=subject, at=at).until is not None
    return (spent() - began) / len(asked) * 1_000_000, waits / len(asked)


def costs(*, count: int, spent: Callable[[], float]) -> Iterator[Cost]:
    """The cost in every place with every history, the platforms' packs among the judges."""
    for place in PLACES:
        stack = stack_for(country=place[0])
        for before in HISTORIES:
            each, waiting = cost(
                stack=stack, asked=contacts(place=place, before=before, count=count), spent=spent
            )
            yield Cost(place[0], before, round(each, 1), round(waiting, 2))
