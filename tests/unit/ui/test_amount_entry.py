# SPDX-License-Identifier: Apache-2.0
"""An amount typed by a person is read in one way or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.ui.amount_entry import read_minor
from conserje.ui.figures import show_money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("4000", "USD", 400_000),
        ("4,000.00", "USD", 400_000),
        ("4.000,00", "USD", 400_000),
        ("US$ 4.000", "USD", 400_000),
        ("4,000", "USD", 400_000),
        ("4 000,5", "USD", 400_050),
        ("0.05", "USD", 5),
        ("3.808.000", "CLP", 3_808_000),
        ("$ 3.808.000 COP", "COP", 380_800_000),
        ("1.234", "CLP", 1_234),
        ("12,5", "CLP", None),
        ("4.00.000", "USD", None),
        ("4000.001", "USD", None),
        ("-5", "USD", None),
        ("1e5", "USD", None),
        ("", "USD", None),
        ("9" * 40, "USD", None),
    ],
)
def test_it_is_read_as_written(text: str, currency: str, minor: int | None) -> None:
    assert read_minor(text, currency=currency) == minor


@given(
    st.integers(0, 10**12),
    st.sampled_from(["COP", "USD", "CLP", "EUR", "MXN"]),
    st.sampled_from(["es-co", "en", "es-mx", "pt-br"]),
)
def test_what_a_page_shows_can_be_typed_back(minor: int, currency: str, language: str) -> None:
    assert read_minor(show_money(Money(currency, minor), language=language), currency=currency) == minor
