# SPDX-License-Identifier: Apache-2.0
"""Whom a line means."""

from __future__ import annotations

import pytest

from conserje.services.integrations.intake_directory import Ambiguous, Directory, Known


def known(number: int, name: str, tax_id: str = "", reference: str = "") -> Known:
    return Known(number, reference or tax_id or name, name, tax_id)


def test_names_are_found_however_they_are_written() -> None:
    book = Directory([known(7, "Panadería El Ejemplo S.A.S.")])
    found = book.find(reference="", name="PANADERIA EL EJEMPLO SAS", tax_id="")
    assert book.customers[found].id == 7


def test_a_tax_id_is_stronger_than_a_name_and_its_check_digit_does_not_matter() -> None:
    book = Directory(
        [known(7, "Panadería El Ejemplo", "900.000.101"), known(8, "Panadería El Ejemplo", "900.000.102")]
    )
    assert book.customers[book.find(reference="", name="Otro nombre", tax_id="900000102-4")].id == 8
    assert (
        book.customers[book.find(reference="", name="Panadería El Ejemplo", tax_id="900.000.103")].id is None
    )


def test_a_name_of_two_customers_is_a_question_for_a_person() -> None:
    book = Directory([known(7, "Fulana Ejemplo", "1"), known(8, "Fulana Ejemplo", "2")])
    with pytest.raises(Ambiguous):
        book.find(reference="", name="Fulana Ejemplo", tax_id="")


def test_a_tax_id_learned_from_a_later_file_joins_the_customer() -> None:
    book = Directory([known(7, "Panadería El Ejemplo")])
    first = book.find(reference="", name="Panadería El Ejemplo", tax_id="900.000.101")
    assert book.customers[first].id == 7
    assert book.customers[first].tax_id == "900.000.101"
    assert book.find(reference="", name="Panaderia Ejemplo nueva", tax_id="900000101") == first


def test_a_code_of_ones_own_decides() -> None:
    book = Directory([known(7, "Panadería El Ejemplo", reference="C-001")])
    assert book.customers[book.find(reference="c001", name="Cambió de nombre", tax_id="")].id == 7
    assert book.customers[book.find(reference="C-002", name="Panadería El Ejemplo", tax_id="")].id is None
