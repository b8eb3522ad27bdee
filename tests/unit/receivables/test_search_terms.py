# SPDX-License-Identifier: Apache-2.0
"""What a customer is found by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.text import terms
from conserje.domain.receivables.customer import search_terms
from conserje.domain.receivables.keys import match_key

TEXTS = st.lists(st.text(alphabet="abAñé1 -.日", max_size=12), max_size=5)


@given(TEXTS)
def test_every_word_and_every_text_as_one_word_is_the_beginning_of_a_term(texts: list[str]) -> None:
    kept = search_terms(texts=texts)
    for text in texts:
        for asked in filter(None, (*terms(text), match_key(text=text))):
            assert any(term.startswith(asked) for term in kept), asked


@given(TEXTS)
def test_no_term_is_kept_that_another_begins_with(texts: list[str]) -> None:
    kept = search_terms(texts=texts)
    assert not [(one, other) for one in kept for other in kept if one != other and other.startswith(one)]


def test_a_name_and_a_number() -> None:
    assert search_terms(texts=("C-1", "Café Ñandú S.A.S.", "900.123.456-7")) == (
        "123", "456", "7", "9001234567", "a", "c1", "cafenandusas", "nandu", "s",
    )  # fmt: skip
