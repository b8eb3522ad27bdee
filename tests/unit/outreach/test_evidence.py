# SPDX-License-Identifier: Apache-2.0
"""When evidence is looked for, and what each trace proves."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.outreach.evidence import LOOKS, Proof, Trace, next_look, weigh

SINCE = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
OURS = {Trace.PROMISE, Trace.PAYMENT_CLAIM, Trace.PAYMENT, Trace.CARRIER_TOOK_IT}


def test_looks_follow_each_other_as_told() -> None:
    looks = []
    at = next_look(since=SINCE, looked_at=None)
    while at is not None:
        looks.append(at - SINCE)
        at = next_look(since=SINCE, looked_at=at)
    assert looks[:5] == [timedelta(minutes=5), timedelta(hours=1), *(timedelta(days=n) for n in (1, 2, 3))]
    assert looks == list(LOOKS)
    assert all(before < after for before, after in itertools.pairwise(looks))


def test_a_late_look_makes_up_for_nothing() -> None:
    late = SINCE + timedelta(days=2, hours=3)
    assert next_look(since=SINCE, looked_at=late) == SINCE + timedelta(days=3)
    assert next_look(since=SINCE, looked_at=SINCE + LOOKS[-1]) is None


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)))
def test_the_next_look_is_always_later_than_the_last(after: timedelta) -> None:
    at = next_look(since=SINCE, looked_at=SINCE + after)
    assert at is None or at > SINCE + after


@pytest.mark.parametrize("trace", list(Trace))
def test_only_a_persons_act_and_a_carriers_word_prove_anything(trace: Trace) -> None:
    found = weigh([trace])
    if trace in OURS:
        assert found == (Proof.ARRIVED, trace)
    elif trace is Trace.CARRIER_REFUSED_IT:
        assert found == (Proof.REFUSED, trace)
    else:
        assert found is None


def test_an_opened_link_adds_nothing_and_an_act_outweighs_a_refusal() -> None:
    assert weigh([]) is None
    assert weigh([Trace.OPENED, Trace.OPENED]) is None
    assert weigh([Trace.CARRIER_REFUSED_IT, Trace.PROMISE]) == (Proof.ARRIVED, Trace.PROMISE)
