# SPDX-License-Identifier: Apache-2.0
"""The encoders made from types write the very bytes of the generic form, whatever is in the values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conserje.domain.kit import canonical
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decision import Decision

_PLAIN = settings(max_examples=60, deadline=None)
_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
st.register_type_strategy(datetime, _MOMENTS)


def generic(value: object) -> bytes:
    """What the standard library writes of the plain form."""
    shape = canonical.plain(value)
    return json.dumps(shape, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.slow
@_PLAIN
@given(st.from_type(Case))
def test_a_case_has_the_bytes_of_the_generic_form(case: Case) -> None:
    assert canonical.dump(case) == generic(case)
    assert canonical.load(Case, canonical.dump(case)) == case


@pytest.mark.slow
@_PLAIN
@given(st.from_type(Decision))
def test_a_decision_has_the_bytes_of_the_generic_form(decision: Decision) -> None:
    assert canonical.dump(decision) == generic(decision)
    assert canonical.load(Decision, canonical.dump(decision)) == decision


@dataclass(frozen=True)
class Loose:
    """A value whose types do not say how it is written."""

    b: dict[str, int]
    a: object


@pytest.mark.parametrize(
    "value", [Loose({"y": 1, "x": 2}, (1, "é")), {"b": 1, "a": [Loose({}, None)]}, (1, 2), "x"]
)
def test_what_has_no_encoder_of_its_own_is_written_in_the_generic_form(value: object) -> None:
    assert canonical.dump(value) == generic(value)


def test_both_have_an_encoder_of_their_own() -> None:
    assert canonical._of_dataclass(Case) is not None
    assert canonical._of_dataclass(Decision) is not None
