# SPDX-License-Identifier: Apache-2.0
"""The encoders made from types write the very bytes of the generic form, whatever is in the values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.outreach import cast

from conserje.domain.kit import canonical
from conserje.domain.outreach.case import Case
from conserje.domain.outreach.decide import decide
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


# A case as it was stored before cases named refused steps, particulars of a debt and circumstances of contacts.
_FORMER = (
    b'{"blocks":[],"customer_id":7,"dues":[{"currency":"COP","due_on":"2026-11-12","invoice_id":1,"open_minor":1000,'
    b'"position":1}],"episode_id":3,"freshness_days":-1,"in_hand":null,"made":[],"payments_known_through":null,'
    b'"reaches":[{"channel":"email","contact_id":1,"point_id":10,"recipient":"authorised_rep",'
    b'"role":"accounts_payable","usual":true}],"ready":["email"],"subject":{"country":"CO","creditor_role":"agency",'
    b'"debtor_type":"company_trade","past":[{"at":"2026-11-16T15:00:00+00:00","channel":"email",'
    b'"outcome":"attempted","purpose":"collection"}],"permissions":[{"channel":"email","consent":"granted",'
    b'"evidence":"1"}],"subdivision":"","zones":["America/Bogota"]},"zone":"America/Bogota"}'
)


def test_a_case_stored_before_a_class_had_a_field_is_read_with_the_default_and_decided_as_it_was() -> None:
    former = canonical.load(Case, _FORMER)
    assert (former.refused, former.subject.particulars, former.subject.past[0].circumstances) == (
        (),
        None,
        None,
    )
    now = canonical.load(Case, canonical.dump(former))
    assert now == former
    assert decide(former, strategy=cast.BUSINESS, law=cast.LAW, now=cast.MORNING) == decide(
        now, strategy=cast.BUSINESS, law=cast.LAW, now=cast.MORNING
    )


def test_what_never_had_a_default_is_missed() -> None:
    with pytest.raises(KeyError, match="zone"):
        canonical.load(Case, _FORMER.replace(b',"zone":"America/Bogota"', b""))
