# SPDX-License-Identifier: Apache-2.0
"""Which methods are offered for an amount, and how far a mandate has come, whatever the order of what is told."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Abilities, MandateState, Way
from conserje.domain.receivables.mandate import next_state
from conserje.domain.receivables.way import may_pay
from conserje.ui.amount_input import typed_money

ABILITIES = Abilities(
    currencies=frozenset({"COP", "MXN"}),
    methods=("card", "cash"),
    exponents={"COP": 2, "MXN": 2},
    ways=(
        Way("card", "COP"),
        Way(
            "cash",
            "MXN",
            countries=frozenset({"MX"}),
            least=Money("MXN", 1_000),
            most=Money("MXN", 1_000_000),
        ),
    ),
)


@pytest.mark.parametrize(
    ("method", "amount", "country", "offered"),
    [
        ("card", Money("COP", 1), "", True),
        ("card", Money("MXN", 5_000), "MX", False),
        ("cash", Money("MXN", 1_000), "MX", True),
        ("cash", Money("MXN", 999), "MX", False),
        ("cash", Money("MXN", 1_000_000), "MX", True),
        ("cash", Money("MXN", 1_000_001), "MX", False),
        ("cash", Money("MXN", 5_000), "CO", False),
        ("cash", Money("MXN", 5_000), "", False),
        ("cash", Money("COP", 5_000), "MX", False),
    ],
)
def test_a_method_is_offered_where_its_way_says(method, amount, country, offered):
    assert may_pay(abilities=ABILITIES, method=method, amount=amount, country=country) is offered


@given(st.lists(st.sampled_from(sorted(MandateState)), min_size=1, max_size=5))
def test_a_mandate_moves_on_alike_in_any_order(told):
    ends = set()
    for order in itertools.permutations([*told, told[0]][:5]):
        state = MandateState.OPEN.value
        for fact in order:
            state = next_state(state=state, fact=fact)
        ends.add(state)
    assert len(ends) == 1
    assert ends != {"active"} or MandateState.ENDED not in told[:5]


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("1.250,50", "COP", "es_CO", 125_050),
        ("$ 1.250", "COP", "es_CO", 125_000),
        ("1,250.50", "MXN", "es_MX", 125_050),
        ("1250", "CLP", "es_CL", 1250),
        ("1250,5", "CLP", "es_CL", None),
        ("1.25", "COP", "es_CO", None),
        ("1,250.50", "COP", "es_CO", None),
        ("-5", "COP", "es_CO", None),
        ("0", "COP", "es_CO", None),
        ("NaN", "COP", "es_CO", None),
        ("9" * 40, "COP", "es_CO", None),
        ("diez", "COP", "es_CO", None),
        ("1250", "COP", "xx_YY", 125_000),
    ],
)
def test_an_amount_is_read_as_it_is_written_there(text, currency, locale, minor):
    wanted = None if minor is None else Money(currency, minor)
    assert typed_money(text, currency=currency, locale=locale) == wanted
