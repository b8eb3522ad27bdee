# SPDX-License-Identifier: Apache-2.0
"""Accounts to transfer to: a digit copied wrongly is caught, and a customer sees those that are theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.ports.settings import SettingsRefused
from conserje.gateways.bank_transfer.adapter import fitting
from conserje.gateways.bank_transfer.numbers import clabe_check_digit, is_cbu, is_clabe, is_iban
from conserje.gateways.bank_transfer.settings import TransferSettings, read_accounts

DIGITS = st.text("0123456789", min_size=17, max_size=17)


def slow_check_digit(digits: str) -> str:
    """The rule of Banco de México written out: each product's last digit, their sum's distance to the next ten."""
    total = 0
    for place, digit in enumerate(digits):
        product = int(digit) * (3 if place % 3 == 0 else 7 if place % 3 == 1 else 1)
        total += int(str(product)[-1])
    return str((10 - int(str(total)[-1])) % 10)


@pytest.mark.parametrize("known", ["002010077777777771", "032180000118359719"])
def test_clabes_that_others_publish_are_right(known: str) -> None:
    assert is_clabe(known)


@given(DIGITS)
def test_the_check_digit_is_that_of_the_rule(digits: str) -> None:
    assert clabe_check_digit(digits) == slow_check_digit(digits)
    assert is_clabe(digits + slow_check_digit(digits))


@given(DIGITS, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(digits: str, place: int, step: int) -> None:
    right = digits + clabe_check_digit(digits)
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    assert not is_clabe(wrong)


@pytest.mark.parametrize("number", ["٠" * 18, "0" * 17, "0" * 19, "", "00201007777777777x"])
def test_what_is_no_clabe(number: str) -> None:
    assert not is_clabe(number)


def test_cbu_and_iban_by_their_own_rules() -> None:
    assert is_cbu("2850590940090418135201")
    assert not is_cbu("2850590940090418135202")
    assert is_iban("ES9121000418450200051332")
    assert not is_iban("ES9121000418450200051333")


GOOD = "MXN; MX; BBVA; CLABE; 032180000118359719; Taller Ejemplo; TEJ900101AB1"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOOD.replace("719;", "718;"), "Line 2: 032180000118359718 is not a CLABE number"),
        (GOOD.replace("MXN", "XXX"), "Line 2: XXX is no currency"),
        (GOOD.replace("; MX;", "; MEX;"), "Line 2: the country is two letters"),
        (GOOD.replace("CLABE", "clave"), "Line 2: clave is no kind of account"),
        (GOOD.replace("BBVA", ""), "Line 2: the bank and the holder are needed"),
        (GOOD.rpartition(";")[0], "Line 2 has 6 parts"),
        (
            GOOD.replace("CLABE", "ahorros").replace("032180000118359719", "---"),
            "Line 2: --- is not a ahorros number",
        ),
    ],
)
def test_a_line_that_is_no_account_says_which_and_why(line: str, told: str) -> None:
    with pytest.raises(SettingsRefused, match=told):
        TransferSettings(f"{GOOD}\n{line}")


def test_nothing_and_too_much_are_refused() -> None:
    for text in ("", " \n ", "\n".join([GOOD] * 21)):
        with pytest.raises(SettingsRefused):
            TransferSettings(text)


ACCOUNTS = read_accounts(
    "USD; PA; Uno; corriente; 11-11-1; A;\nUSD; ; Dos; corriente; 22-22-2; A;\nCOP; CO; Tres; Ahorros; 33-33-3; A;"
)


@pytest.mark.parametrize(
    ("currency", "country", "banks"),
    [
        ("USD", "PA", ["Uno"]),
        ("USD", "pa", ["Uno"]),
        ("USD", "AR", ["Dos"]),
        ("USD", "", ["Dos"]),
        ("COP", "MX", ["Tres"]),
        ("EUR", "ES", []),
    ],
)
def test_a_customer_sees_the_accounts_of_their_country(currency: str, country: str, banks: list[str]) -> None:
    assert [one.bank for one in fitting(ACCOUNTS, currency=currency, country=country)] == banks
