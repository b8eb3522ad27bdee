# SPDX-License-Identifier: Apache-2.0
"""Which methods are offered for an amount, and how far a mandate has come, whatever the order of what is told."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import Abilities, MandateState, Way
from conserje.domain.receivables.checkout import look_is_due
from conserje.domain.receivables.mandate import next_state
from conserje.domain.receivables.way import may_pay
from conserje.gateways.mercado_pago.adapter import MercadoPagoGateway
from conserje.gateways.pix.adapter import Pix
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


@pytest.mark.parametrize(
    ("tax_id", "offered"),
    [("", False), ("529.982.247-25", True), ("12.ABC.345/01DE-35", True), ("900.000.000-0", False)],
)
def test_pix_is_offered_to_who_has_a_tax_number_of_brazil(tax_id, offered):
    amount, abilities = Money("BRL", 1_050), Pix().abilities
    assert may_pay(abilities=abilities, method="pix", amount=amount, country="BR", tax_id=tax_id) is offered


@pytest.mark.parametrize(
    ("amount", "country", "offered"),
    [
        (Money("COP", 380_800_000), "CO", True),
        (Money("COP", 380_800_050), "CO", False),
        (Money("MXN", 380_850), "MX", True),
        (Money("CLP", 3_808), "CL", True),
    ],
)
def test_mercado_pago_is_offered_for_amounts_it_can_write(amount, country, offered):
    abilities = MercadoPagoGateway().abilities
    assert may_pay(abilities=abilities, method="card", amount=amount, country=country) is offered


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


def test_a_voucher_is_looked_at_every_day_until_its_last_has_been_told():
    begun = datetime(2026, 3, 2, 15, tzinfo=UTC)

    def days_looked(until_on):
        checked, seen = begun, []
        for number in range(1, 60):
            now = begun + timedelta(days=number)
            if look_is_due(created_at=begun, checked_at=checked, now=now, until_on=until_on):
                checked = now
                seen.append(number)
        return seen

    assert days_looked(None) == [1, 2, 3, 4, 5]
    assert days_looked(date(2026, 3, 4)) == [1, 2, 3, 4, 5]
    assert days_looked(date(2026, 4, 1)) == list(range(1, 33))
