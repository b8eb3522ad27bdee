# SPDX-License-Identifier: Apache-2.0
"""Amounts and days as each place writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from babel import numbers
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money, exponent
from conserje.ui import figures

N = "\u00a0"


@pytest.mark.parametrize(
    ("currency", "minor", "language", "shown"),
    [
        ("COP", 380800000, "es-co", f"${N}3.808.000{N}COP"),
        ("COP", 380800050, "es-co", f"${N}3.808.000,50{N}COP"),
        ("COP", 0, "es-co", f"${N}0{N}COP"),
        ("USD", 320000, "es-co", f"US${N}3.200,00"),
        ("USD", 850000, "en", "US$8,500.00"),
        ("MXN", 380850, "es-mx", f"$3,808.50{N}MXN"),
        ("CLP", 250000, "es-cl", f"$250.000{N}CLP"),
        ("BRL", 123456, "pt-br", f"R${N}1.234,56"),
        ("EUR", 145050, "es-es", f"1.450,50{N}€"),
        ("KWD", 1234567, "en", f"KWD{N}1,234.567"),
        ("COP", -5000, "es-co", f"\u2212${N}50{N}COP"),
    ],
)
def test_money_is_written_as_the_place_writes_it(
    currency: str, minor: int, language: str, shown: str
) -> None:
    assert figures.show_money(Money(currency, minor), language=language) == shown


def test_the_parts_of_a_sum_leave_the_code_to_the_total() -> None:
    assert figures.show_money(Money("COP", 320000000), language="es-co", coded=False) == f"${N}3.200.000"


@given(st.sampled_from(["COP", "USD", "CLP", "BRL", "KWD", "EUR"]), st.integers(0, 10**15))
def test_no_digit_of_an_amount_is_lost(currency: str, minor: int) -> None:
    shown = figures.show_money(Money(currency, minor), language="es-co")
    digits = "".join(letter for letter in shown if letter.isdigit())
    places = exponent(currency) if "," in shown else 0
    assert int(digits) * 10 ** (exponent(currency) - places) == minor


@given(
    st.sampled_from(["USD", "CLP", "BRL", "KWD", "EUR", "JPY"]),
    st.integers(0, 10**15),
    st.sampled_from(["es", "es-co", "es-mx", "es-es", "en", "pt-br"]),
)
def test_numbers_stand_as_babel_writes_them(currency: str, minor: int, language: str) -> None:
    amount = Money(currency, minor)
    pattern = "#,##0" + ("." + "0" * exponent(currency) if exponent(currency) else "")
    number = numbers.format_decimal(amount.decimal(), format=pattern, locale=figures.locale_of(language))
    assert number in figures.show_money(amount, language=language)


@pytest.mark.parametrize(
    ("currency", "pattern"), [("COP", f"${N}{{}}{N}COP"), ("USD", f"US${N}{{}}"), ("CLP", f"${N}{{}}{N}CLP")]
)
def test_the_pattern_dresses_a_number_like_the_amount(currency: str, pattern: str) -> None:
    assert figures.money_pattern(currency, language="es-co") == pattern


@pytest.mark.parametrize(
    ("language", "shape", "shown"),
    [
        ("es-co", "short", "12 nov"),
        ("es-co", "medium", "12 nov 2026"),
        ("es-co", "long", "jueves 12 de noviembre"),
        ("es", "full", "jueves 12 de noviembre de 2026"),
        ("pt-br", "full", "quinta-feira, 12 de novembro de 2026"),
        ("pt-br", "short", "12 nov"),
        ("en", "full", "Thursday 12 November 2026"),
        ("xx-yy", "short", "12 nov"),
    ],
)
def test_days_in_three_languages(language: str, shape: str, shown: str) -> None:
    assert figures.show_day(date(2026, 11, 12), language=language, shape=shape) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("es-co", "61\u00a0%"), ("es", "61\u00a0%"), ("en", "61%"), ("pt-br", "61%")]
)
def test_a_part_of_a_hundred_is_written_as_its_language_writes_it(language: str, shown: str) -> None:
    assert figures.show_share(61, language=language) == shown


def test_a_moment_keeps_its_own_zone() -> None:
    assert (
        figures.show_moment(datetime.fromisoformat("2026-11-24T09:15:00-05:00"), language="es-co")
        == "24 nov, 09:15"
    )
