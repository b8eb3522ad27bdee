# SPDX-License-Identifier: Apache-2.0
"""What `make new-country` makes can be read at once and is refused by the contract suite until somebody finishes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.contracts import test_every_country as contract
from tests.contracts.new_country import make

from conserje.countries.reading import Authority, Country

TODAY = date(2026, 11, 29)


def made(tmp_path: Path, code: str) -> Country:
    folder = make(code, into=tmp_path, today=TODAY)
    return Country(code=code.upper(), folder=folder, authority=Authority(name="", short_name="", site=""))


def red(country: Country) -> set[str]:
    """The parts of the contract that do not hold."""
    found = set()
    parts: dict[str, Callable[[Country], None]] = {
        name: test
        for name, test in vars(contract).items()
        if name.startswith("test_") and test.__code__.co_varnames[: test.__code__.co_argcount] == ("country",)
    }
    for name, test in parts.items():
        try:
            test(country)
        except (AssertionError, ValueError):
            found.add(name)
    return found


@pytest.mark.parametrize("code", ["zz", "uy"])
def test_it_is_read_and_is_red_until_it_is_finished(tmp_path: Path, code: str) -> None:
    country = made(tmp_path, code)
    (pack,) = country.packs()
    assert (pack.id, pack.country, pack.signed_off) == (code.upper(), code.upper(), False)
    assert {
        "test_the_code_is_the_folder",
        "test_every_rule_is_in_a_case_and_refuses_in_one",
        "test_every_slot_has_words_that_render_and_are_courteous",
    } <= red(country)
    assert not pack.holidays.certified


def test_the_finished_first_country_is_not_red() -> None:
    (finished,) = [country for country in contract.COUNTRIES if country.code == "XX"]
    assert red(finished) == set()


@pytest.mark.parametrize(
    ("code", "told"), [("zzz", "two letters"), ("", "two letters"), ("zz", "there already")]
)
def test_a_wrong_code_and_a_second_time_are_refused(tmp_path: Path, code: str, told: str) -> None:
    make("zz", into=tmp_path, today=TODAY)
    with pytest.raises(ValueError, match=told):
        make(code, into=tmp_path, today=TODAY)
