# SPDX-License-Identifier: Apache-2.0
"""What leaves in the last moments of a window would arrive after it: it waits for the next one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.outreach.cast import BUSINESS, LAW, case, due

from conserje.domain.outreach.recheck import Go, Going, Later, recheck, still_right
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose

LETTER = Going("friendly", Channel.EMAIL, Purpose.COLLECTION, point_id=10, approved=True)
OWES = case(due(1, late=5))


def evening(second: int) -> datetime:
    """Tuesday, so many seconds after 18:59 in Bogota: the law's window ends at 19:00."""
    return datetime(2026, 11, 17, 23, 59, second, tzinfo=UTC)


@pytest.mark.parametrize(("second", "leaves"), [(25, True), (31, False), (59, False)])
def test_the_last_look_leaves_half_a_minute_for_the_way(second: int, leaves: bool) -> None:
    right = still_right(case=OWES, going=LETTER, strategy=BUSINESS, law=LAW, at=evening(second))
    assert right is leaves


def test_what_is_too_late_for_today_waits_for_the_next_window() -> None:
    assert isinstance(recheck(OWES, going=LETTER, strategy=BUSINESS, law=LAW, now=evening(25)), Go)
    found = recheck(OWES, going=LETTER, strategy=BUSINESS, law=LAW, now=evening(31))
    assert isinstance(found, Later)
    assert found.at == datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
