# SPDX-License-Identifier: Apache-2.0
"""Where a touch of the day stands: every state has one fate, and only what nobody works on is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.outreach.conservation import ENDS, PATIENCE, WAITS, Fate, Standing, fate
from conserje.domain.outreach.touch import IN_HAND, TouchState

NOW = timedelta(0)
LONG = PATIENCE + timedelta(seconds=1)


def test_the_fates_are_ends_waits_and_missing() -> None:
    assert sorted([*ENDS, *WAITS, Fate.MISSING]) == sorted(Fate)


@given(
    st.builds(
        Standing,
        state=st.sampled_from([state.value for state in TouchState if state not in IN_HAND]),
        overdue_by=st.timedeltas(),
        stopped=st.booleans(),
        paused=st.booleans(),
        abandoned=st.booleans(),
    )
)
def test_what_has_an_end_is_never_missing(standing: Standing) -> None:
    assert fate(standing) in ENDS


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing("suppressed", LONG), Fate.SUPPRESSED),
        (Standing("delivered", LONG), Fate.ACCEPTED),
        (Standing("proposed", LONG), Fate.DRAFT),
        (Standing("planned", -LONG), Fate.LATER),
        (Standing("planned", NOW), Fate.LEAVING),
        (Standing("planned", PATIENCE), Fate.LEAVING),
        (Standing("planned", LONG), Fate.MISSING),
        (Standing("planned", LONG, stopped=True), Fate.STOPPED),
        (Standing("planned", LONG, stopped=True, paused=True), Fate.PAUSED),
        (Standing("planned", -LONG, stopped=True), Fate.LATER),
        (Standing("claimed", LONG), Fate.LEAVING),
        (Standing("claimed", LONG, stopped=True, abandoned=True), Fate.MISSING),
        (Standing("handing_over", NOW, abandoned=True), Fate.MISSING),
    ],
)
def test_where_a_touch_stands(standing: Standing, expected: Fate) -> None:
    assert fate(standing) is expected


def test_a_state_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="lost"):
        fate(Standing("lost", NOW))
