# SPDX-License-Identifier: Apache-2.0
"""Which moment it is in which book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from conserje.config.clock import NotNow, given_now, now, now_for


@dataclass
class Book:
    is_demo: bool = False
    clock_at: datetime | None = None


OTHER = datetime(2020, 1, 6, 10, tzinfo=timezone(timedelta(hours=-5)))


def test_a_real_book_lives_now() -> None:
    before = now()
    assert before <= now_for(Book(clock_at=OTHER)) <= now()
    assert before <= now_for(Book(is_demo=True)) <= now()


def test_a_demo_book_carries_its_own_clock() -> None:
    moment = now_for(Book(is_demo=True, clock_at=OTHER))
    assert moment == OTHER
    assert moment.tzinfo is UTC


def test_a_given_moment_is_near_for_a_real_book() -> None:
    near = now() - timedelta(minutes=4)
    assert given_now(near.isoformat(), creditor=Book()) == near
    for far in (now() + timedelta(minutes=6), now() - timedelta(minutes=6)):
        with pytest.raises(NotNow, match="more than five minutes"):
            given_now(far.isoformat(), creditor=Book())


def test_a_simulation_and_a_demo_book_may_live_in_another_time() -> None:
    assert given_now(OTHER.isoformat(), creditor=Book(), simulating=True) == OTHER
    assert given_now(OTHER.isoformat(), creditor=Book(is_demo=True)) == OTHER


@pytest.mark.parametrize(
    ("text", "said"), [("mañana", "not a moment"), ("2026-03-02T10:00", "no offset"), ("", "not a moment")]
)
def test_what_is_not_a_moment_is_said(text: str, said: str) -> None:
    with pytest.raises(NotNow, match=said):
        given_now(text, creditor=Book(), simulating=True)
