# SPDX-License-Identifier: Apache-2.0
"""What leaves and comes back is the same money, to the unit, in every currency of every gateway."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money, exponent
from conserje.gateways.conekta import wire as conekta
from conserje.gateways.conekta.vocabulary import EXPONENTS as CONEKTA
from conserje.gateways.mercado_pago import wire as mercado_pago
from conserje.gateways.mercado_pago.vocabulary import EXPONENTS as MERCADO_PAGO
from conserje.gateways.stripe import wire as stripe
from conserje.gateways.stripe.vocabulary import EXPONENTS as STRIPE

GATEWAYS: list[tuple[Any, str, int]] = [
    (wire, code, places)
    for wire, table in ((stripe, STRIPE), (mercado_pago, MERCADO_PAGO), (conekta, CONEKTA))
    for code, places in table.items()
]
MINOR = st.integers(1, 2**31 - 1)


@given(way=st.sampled_from(GATEWAYS), minor=MINOR)
def test_an_amount_comes_back_as_it_left_or_does_not_leave(way: tuple[Any, str, int], minor: int) -> None:
    wire, code, places = way
    amount = Money(code, minor)
    sent = wire.to_wire(amount)
    coarser = places < exponent(code) and minor % 10 ** (exponent(code) - places)
    assert (sent is None) == bool(coarser)
    if sent is not None:
        text = mercado_pago.number(sent) if isinstance(sent, Decimal) else str(sent)
        told = json.loads(text, parse_float=Decimal)
        assert wire.from_wire(told, code) == amount


@given(code=st.sampled_from(sorted(MERCADO_PAGO)), minor=st.integers(1, 10**15 - 1))
def test_a_reader_with_binary_numbers_reads_the_same_decimals(code: str, minor: int) -> None:
    sent = mercado_pago.to_wire(Money(code, minor))
    if sent is not None:
        assert Decimal(repr(float(mercado_pago.number(sent)))) == sent


@pytest.mark.parametrize(
    ("wire", "told", "code"),
    [
        (stripe, 1500050, "ISK"),
        (stripe, 15.5, "USD"),
        (stripe, True, "USD"),
        (stripe, "1500", "USD"),
        (stripe, 100, "XTS"),
        (mercado_pago, Decimal("3808000.5"), "COP"),
        (mercado_pago, Decimal("10.005"), "MXN"),
        (mercado_pago, Decimal("NaN"), "MXN"),
        (mercado_pago, Decimal("1e40"), "MXN"),
        (mercado_pago, 0.1, "MXN"),
        (conekta, 10.0, "MXN"),
        (conekta, True, "MXN"),
        (conekta, 100, "USD"),
    ],
)
def test_what_cannot_be_told_exactly_is_no_amount(wire: Any, told: Any, code: str) -> None:
    assert wire.from_wire(told, code) is None


@pytest.mark.parametrize(
    ("wire", "amount"),
    [
        (stripe, Money("MGA", 101)),
        (stripe, Money("XTS", 100)),
        (mercado_pago, Money("COP", 380_800_050)),
        (mercado_pago, Money("MXN", 10**15)),
        (conekta, Money("USD", 100)),
        (conekta, Money("MXN", 2**31)),
    ],
)
def test_what_they_cannot_take_does_not_leave(wire: Any, amount: Money) -> None:
    assert wire.to_wire(amount) is None


def test_the_traps_are_where_gateways_and_iso_part() -> None:
    parted = {
        code for table in (STRIPE, MERCADO_PAGO, CONEKTA) for code in table if table[code] != exponent(code)
    }
    assert parted == {"COP", "ISK", "MGA", "UGX"}
    assert stripe.to_wire(Money("ISK", 1500)) == 150_000
    assert stripe.to_wire(Money("MGA", 150_000)) == 1500
    assert str(mercado_pago.to_wire(Money("COP", 380_800_000))) == "3808000"
