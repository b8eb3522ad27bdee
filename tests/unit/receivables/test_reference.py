# SPDX-License-Identifier: Apache-2.0
"""References survive what people and banks do to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.receivables.reference import ALPHABET, LENGTH, found_in, from_number


@given(st.integers(0, len(ALPHABET) ** LENGTH - 1), st.sampled_from(["", " ", "-", ". "]), st.booleans())
def test_a_reference_is_found_again_however_it_was_typed(number, gap, lower):
    reference = from_number(number=number)
    typed = gap.join([reference[:2], reference[2:6], reference[6:]])
    line = f"TRANSFERENCIA 00923 {typed.lower() if lower else typed} GRACIAS"
    assert reference in found_in(text=line)


@pytest.mark.parametrize("text", ["", "pago factura 12", "CJ0000", "CJ1234567O"])
def test_nothing_is_found_where_nothing_is(text):
    assert found_in(text=text) == ()
