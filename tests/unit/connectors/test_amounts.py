# SPDX-License-Identifier: Apache-2.0
"""The grammar of amounts: what it reads in each convention, what it refuses, what a column of values proves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.connectors.tabular_files import amounts
from conserje.connectors.tabular_files.amounts import Marks, Parsed
from conserje.connectors.tabular_files.reasons import Reason

COMMA_STYLES = (("", ","), (".", ","), (" ", ","), ("\u00a0", ","), ("'", ","))
POINT_STYLES = (("", "."), (",", "."), (" ", "."), ("\u202f", "."), ("’", "."))


def minor(text: str, decimal: str, currency: str = "COP") -> object:
    parsed = amounts.parse(text, decimal)
    return amounts.minor_units(parsed, currency) if isinstance(parsed, Parsed) else parsed


def written(value: int, group: str, decimal: str) -> str:
    """`value` in cents, written with a separator of thousands and a decimal mark."""
    whole, cents = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"


@pytest.mark.parametrize(
    ("text", "decimal", "cents"),
    [
        ("1234", ",", 123400),
        ("1.234,56", ",", 123456),
        ("1,234.56", ".", 123456),
        ("1 234,56", ",", 123456),
        ("1'234.56", ".", 123456),
        ("$ 3.808.000", ",", 380800000),
        ("COP 3.808.000", ",", 380800000),
        ("COP $3.808.000", ",", 380800000),
        ("3.808", ",", 380800),
        ("(1.200,00)", ",", -120000),
        ("$ (1.200,00)", ",", -120000),
        ("1.200,00-", ",", -120000),
        ("1.200,00 CR", ",", -120000),
        ("1.200,00 DB", ",", 120000),
        ("-$ 1.200", ",", -120000),
        ("$-1.200", ",", -120000),
        ("−1,5", ",", -150),
        ("+7", ",", 700),
        ("-", ",", 0),
        (" $ -   ", ",", 0),
        ("0,00", ",", 0),
        ("0.125", ".", 12),
        ("1234.5678", ".", 123457),
        ("50.39", ".", 5039),
    ],
)
def test_amounts_people_write_are_read_to_the_cent(text: str, decimal: str, cents: int) -> None:
    assert minor(text, decimal) == cents


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "１２３",
        "٣",
        "NaN",
        "nan",
        "inf",
        "1e3",
        "1E+05",
        "'1.234",
        "1.23.456",
        "1.2345,00",
        "12,34,56",
        "5 %",
        "--5",
        "-(5)",
        "(5",
        "5)",
        "-5-",
        "5 CR-",
        "0x10",
        "1.234.",
        ",5",
        "1..000",
        "1 23",
        "=1+1",
        "mil",
        "1.000 o 2.000",
    ],
)
@pytest.mark.parametrize("decimal", [",", "."])
def test_what_is_no_amount_is_refused_and_never_guessed(text: str, decimal: str) -> None:
    parsed = amounts.parse(text, decimal)
    assert isinstance(parsed, Reason), parsed


def test_the_other_convention_is_named_as_such() -> None:
    assert amounts.parse("1,234.56", ",") is Reason.AMOUNT_OTHER_CONVENTION
    assert amounts.parse("1.234,56", ".") is Reason.AMOUNT_OTHER_CONVENTION


def test_three_decimals_are_refused_in_a_currency_that_has_two_and_read_in_one_that_has_three() -> None:
    assert minor("3.808", ".") is Reason.AMOUNT_AMBIGUOUS
    assert minor("3.808", ".", "KWD") == 3808


def test_an_amount_beyond_any_invoice_is_refused() -> None:
    assert amounts.parse("1" * 16, ",") is Reason.AMOUNT_TOO_LARGE
    assert amounts.parse("9.999.999.999.999.999,00", ",") is Reason.AMOUNT_TOO_LARGE


def test_the_currency_beside_an_amount_is_read() -> None:
    said = {
        text: amounts.parse(text, ",") for text in ("US$ 10", "10 EUR", "R$ 1.000,00", "S/. 5", "$ 5", "5")
    }
    currencies = [parsed.currency for parsed in said.values() if isinstance(parsed, Parsed)]
    assert currencies == ["USD", "EUR", "BRL", "PEN", "", None]
    assert amounts.parse("USD 10 EUR", ",") is Reason.CURRENCY_CONFLICT


@pytest.mark.parametrize(("group", "decimal"), COMMA_STYLES + POINT_STYLES)
@given(value=st.integers(min_value=-(10**13), max_value=10**13))
def test_every_convention_reads_back_what_it_wrote(group: str, decimal: str, value: int) -> None:
    assert minor(written(value, group, decimal), decimal) == value


@given(value=st.integers(min_value=100_000, max_value=10**13))
def test_a_grouped_amount_with_cents_proves_its_own_mark(value: int) -> None:
    assert amounts.evidence(written(value, ".", ",")) == ","
    assert amounts.evidence(written(value, ",", ".")) == "."


@given(text=st.text(alphabet="0123456789.,-+()$ '_eE١Ａ", max_size=14), decimal=st.sampled_from(",."))
def test_no_text_breaks_the_grammar_and_what_is_read_is_made_of_its_own_digits(
    text: str, decimal: str
) -> None:
    parsed = amounts.parse(text, decimal)
    if isinstance(parsed, Parsed) and parsed.whole + parsed.fraction != "0":
        assert parsed.whole + parsed.fraction == "".join(char for char in text if char in "0123456789")


@given(number=st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_number_cells_of_a_workbook_keep_their_cents(number: Decimal) -> None:
    assert amounts.typed_minor_units(float(number), "COP") == int(number * 100)


def test_number_cells_that_are_no_amount_are_refused() -> None:
    assert amounts.typed_minor_units(float("nan"), "COP") is Reason.AMOUNT_TOO_LARGE
    assert amounts.typed_minor_units(float("inf"), "COP") is Reason.AMOUNT_TOO_LARGE
    assert amounts.typed_minor_units(True, "COP") is Reason.AMOUNT_UNREADABLE


def test_a_column_decides_its_mark_from_all_its_values() -> None:
    colombian, english, mixed, loose = Marks(), Marks(), Marks(), Marks()
    colombian.add_all(["3.808", "1.250", "3.808.000"])
    english.add_all(["3.808", "12.5"])
    mixed.add_all(["1.234,56", "2.000,00", "1,234.56"])
    loose.add_all(["3.808", "1.250"])
    assert (colombian.proven(), english.proven(), mixed.proven(), mixed.mixed()) == (",", ".", ",", True)
    assert (loose.proven(), loose.assumed(places=2), loose.assumed(places=3)) == ("", ",", ".")
