# SPDX-License-Identifier: Apache-2.0
"""Only a gateway's word that agrees with what we asked for may move money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeFact, ChargeState
from conserje.domain.receivables.checkout import Doubt, doubt, next_state

PAID = ChargeFact("chk_1", "pay_1", "CJ1", ChargeState.PAID, Money("COP", 500), "pse", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"reference": "CJ2"}, Doubt.REFERENCE_DIFFERS),
        ({"amount": None}, Doubt.CURRENCY_DIFFERS),
        ({"amount": Money("USD", 500)}, Doubt.CURRENCY_DIFFERS),
        ({"amount": Money("COP", 499)}, Doubt.AMOUNT_DIFFERS),
        ({"amount": Money("COP", 501)}, Doubt.AMOUNT_DIFFERS),
        ({"payment_id": ""}, Doubt.PAYMENT_ID_MISSING),
    ],
)
def test_doubt(change, expected):
    assert doubt(fact=replace(PAID, **change), reference="CJ1", amount=Money("COP", 500)) is expected


@pytest.mark.parametrize("fact", list(ChargeState))
def test_what_is_paid_or_in_doubt_stays_so(fact):
    assert next_state(state="paid", fact=fact) == "paid"
    assert next_state(state="quarantined", fact=fact) == "quarantined"


def test_a_silent_gateway_takes_nothing_back():
    assert next_state(state="declined", fact=ChargeState.UNKNOWN) == "declined"
    assert next_state(state="open", fact=ChargeState.UNKNOWN) == "unknown"
    assert next_state(state="expired", fact=ChargeState.PAID) == "paid"
