# SPDX-License-Identifier: Apache-2.0
"""The customer's own hours: they narrow the lawful ones, and open nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conserje.config.wiring import wire
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    CreditorRole,
    DebtorType,
    Intent,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.own import wished
from conserje.domain.rules.verdict import Ruling, Verdict
from conserje.services.outreach import law

# Midnight in Bogota, Tuesday 17 November 2026.
MIDNIGHT = datetime(2026, 11, 17, 5, tzinfo=UTC)


def judged(hour: int, *, wish: tuple[int, int] | None, purpose: Purpose = Purpose.COLLECTION) -> Verdict:
    wire()
    own = () if wish is None else (wished(from_hour=wish[0], to_hour=wish[1]),)
    subject = Subject(
        "CO",
        "",
        ("America/Bogota",),
        DebtorType.COMPANY_TRADE,
        CreditorRole.FIRST_PARTY,
        (Permission(Channel.EMAIL, Consent.GRANTED, "1"),),
        (),
    )
    intent = Intent(
        Channel.EMAIL,
        purpose,
        RecipientRole.AUTHORISED_REP,
        opened_by_customer=purpose is Purpose.REQUESTED_INFO,
    )
    stack = law.stack_for(country="CO", own=own)
    return stack.judge(intent=intent, subject=subject, at=MIDNIGHT + timedelta(hours=hour))


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("wish", [(0, 24), (9, 12), (0, 2), (22, 24), (14, 17)])
def test_what_is_allowed_under_a_wish_is_lawful_and_wished(hour: int, wish: tuple[int, int]) -> None:
    lawful = judged(hour, wish=None).allowed
    wanted = wish[0] <= hour < wish[1]
    assert judged(hour, wish=wish).allowed == (lawful and wanted)


def test_outside_the_wish_it_waits_for_the_first_moment_that_is_both() -> None:
    verdict = judged(9, wish=(14, 17))
    assert (verdict.ruling, verdict.until) == (Ruling.DEFER_UNTIL, MIDNIGHT + timedelta(hours=14))


def test_hours_that_the_law_never_opens_bring_a_person() -> None:
    assert judged(10, wish=(0, 2)).ruling is Ruling.NEEDS_HUMAN


def test_an_answer_that_was_asked_for_waits_for_no_hour() -> None:
    assert judged(22, wish=(9, 12), purpose=Purpose.REQUESTED_INFO).allowed


def test_all_who_wish_the_same_share_one_prepared_law() -> None:
    once, again = (law.stack_for(country="CO", own=(wished(from_hour=9, to_hour=12),)) for _ in range(2))
    assert once is again
