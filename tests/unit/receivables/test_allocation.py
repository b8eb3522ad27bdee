# SPDX-License-Identifier: Apache-2.0
"""Sharing money over invoices: never over, named first, exact next, oldest due last."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.receivables.allocation import Named, OpenInvoice, Share, number_keys, share

DAY = date(2026, 3, 2)


def invoice(key: int, minor: int, *, days: int = 0, currency: str = "COP") -> OpenInvoice:
    return OpenInvoice(key, f"fe{key}", Money(currency, minor), DAY + timedelta(days=days))


books = st.lists(
    st.builds(
        invoice,
        st.integers(1, 40),
        st.integers(0, 10**13),
        days=st.integers(-400, 400),
        currency=st.sampled_from(["COP", "USD", "CLP"]),
    ),
    max_size=20,
    unique_by=lambda item: item.invoice_id,
)
wishes = st.lists(
    st.builds(
        Named,
        st.integers(1, 45),
        st.none() | st.builds(Money, st.sampled_from(["COP", "USD"]), st.integers(-5, 10**13)),
    ),
    max_size=6,
)


@given(st.integers(0, 10**14), books, wishes, st.randoms())
def test_share_never_exceeds_money_or_invoice_and_leaves_nothing_idle(amount, book, named, shuffler):
    money = Money("COP", amount)
    shares = share(amount=money, invoices=book, named=named)
    room = {item.invoice_id: item.open.minor for item in book if item.open.currency == "COP"}
    assert len({part.invoice_id for part in shares}) == len(shares)
    assert all(0 < part.amount.minor <= room[part.invoice_id] for part in shares)
    given_minor = sum(part.amount.minor for part in shares)
    assert given_minor == min(amount, sum(room.values()))
    shuffled = list(book)
    shuffler.shuffle(shuffled)
    assert share(amount=money, invoices=shuffled, named=named) == shares


@given(books, st.integers(1, 10**14))
def test_unnamed_money_without_an_exact_match_closes_the_oldest_first(book, amount):
    shares = {
        part.invoice_id: part.amount.minor for part in share(amount=Money("COP", amount), invoices=book)
    }
    queue = sorted(
        (item for item in book if item.open.currency == "COP" and item.open.minor),
        key=lambda item: (item.due_on, item.invoice_id),
    )
    if any(item.open.minor == amount for item in queue):
        return
    missing = [item.open.minor - shares.get(item.invoice_id, 0) for item in queue]
    first_open = next((place for place, left in enumerate(missing) if left), len(missing))
    assert all(item.invoice_id not in shares for item in queue[first_open + 1 :])


def test_a_named_invoice_is_served_before_an_older_one():
    book = [invoice(1, 500, days=-90), invoice(2, 300)]
    assert share(amount=Money("COP", 400), invoices=book, named=[Named(2)]) == (
        Share(2, Money("COP", 300)),
        Share(1, Money("COP", 100)),
    )


def test_a_named_part_is_respected_before_the_rest_flows_on():
    book = [invoice(1, 500, days=-90), invoice(2, 300)]
    found = share(amount=Money("COP", 200), invoices=book, named=[Named(2, Money("COP", 50)), Named(1)])
    assert found == (Share(2, Money("COP", 50)), Share(1, Money("COP", 150)))


def test_an_exact_amount_is_stronger_than_age_and_the_older_of_two_wins():
    book = [invoice(1, 500, days=-90), invoice(3, 300, days=1), invoice(2, 300)]
    assert share(amount=Money("COP", 300), invoices=book) == (Share(2, Money("COP", 300)),)


def test_a_credit_stays_with_what_it_names():
    book = [invoice(1, 500, days=-90), invoice(2, 300)]
    found = share(
        amount=Money("COP", 400), invoices=book, named=[Named(2, Money("COP", 50))], only_named=True
    )
    assert found == (Share(2, Money("COP", 50)),)


def test_another_currency_is_left_alone():
    assert share(amount=Money("USD", 300), invoices=[invoice(1, 500)], named=[Named(1)]) == ()


def test_money_that_went_back_is_refused():
    with pytest.raises(ValueError, match="reversal"):
        share(amount=Money("COP", -1), invoices=[])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Pago FE-1042, gracias", "fe1042"),
        ("factura nº 2026/00017", "202600017"),
        ("FE 1042", "fe1042"),
        ("TRANSF SPEI A-77 / 2", "a772"),
    ],
)
def test_invoice_numbers_are_found_in_free_text(text, key):
    assert key in number_keys(text=text)


def test_chance_words_are_no_numbers():
    assert number_keys(text="pago de la factura 12") == ("delafactura12", "lafactura12", "factura12")
    assert number_keys(text="") == ()
