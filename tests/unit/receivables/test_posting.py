# SPDX-License-Identifier: Apache-2.0
"""A posting cannot be made unless it balances in each currency."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.receivables.posting import (
    Account,
    Entry,
    Kind,
    Posting,
    Rows,
    Subject,
    Unbalanced,
    allocated,
    deallocated,
    move,
    opened_on,
)

DAY = date(2026, 3, 2)
ROWS = Rows(7, invoice_id=8, payment_id=9)

entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from(Account),
        st.just(ROWS),
        st.builds(Money, st.sampled_from(["COP", "USD"]), st.integers(-3, 3)),
    ),
    max_size=5,
)


@given(entries)
def test_only_balanced_entries_without_zeros_become_a_posting(lines):
    sums = {cur: sum(e.amount.minor for e in lines if e.amount.currency == cur) for cur in ("COP", "USD")}
    sound = bool(lines) and not any(sums.values()) and all(e.amount.minor for e in lines)
    if sound:
        assert Posting(Kind.ALLOCATED, DAY, Subject.ALLOCATION, 1, tuple(lines)).entries == tuple(lines)
    else:
        with pytest.raises(Unbalanced):
            Posting(Kind.ALLOCATED, DAY, Subject.ALLOCATION, 1, tuple(lines))


@pytest.mark.parametrize("minor", [0, -1])
def test_only_a_positive_amount_is_moved(minor):
    with pytest.raises(Unbalanced):
        move(debit=Account.CASH, credit=Account.UNALLOCATED, rows=ROWS, amount=Money("COP", minor))


@pytest.mark.parametrize("rows", [ROWS, Rows(7, invoice_id=8, credit_note_id=9)])
def test_taking_back_is_the_opposite_of_applying(rows):
    amount = Money("COP", 5)
    there = allocated(allocation_id=1, on=DAY, rows=rows, amount=amount)
    back = deallocated(allocation_id=2, undone_id=1, on=DAY, rows=rows, amount=amount)
    assert {(e.account, e.amount.minor) for e in there.entries} == {
        (e.account, -e.amount.minor) for e in back.entries
    }
    assert back.undoes == (Kind.ALLOCATED, 1)


def test_an_invoice_without_date_counts_from_its_due_day_but_not_from_the_future():
    assert opened_on(issued_on=date(2026, 1, 1), first_due_on=DAY, today=DAY) == date(2026, 1, 1)
    assert opened_on(issued_on=None, first_due_on=date(2026, 2, 1), today=DAY) == date(2026, 2, 1)
    assert opened_on(issued_on=None, first_due_on=date(2026, 4, 1), today=DAY) == DAY
