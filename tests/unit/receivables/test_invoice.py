# SPDX-License-Identifier: Apache-2.0
"""Invoice state, due spreading and ageing follow from amounts and dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.receivables.ageing import Bucket, age, bucket
from conserje.domain.receivables.invoice import Due, Figures, InvoiceState, days_past_due, open_dues, state

TODAY = date(2026, 3, 2)


def cop(minor: int) -> Money:
    return Money("COP", minor)


def figures(total: int, **parts: int) -> Figures:
    names = ("paid", "credited", "withheld", "certified", "written_off")
    values = {name: cop(parts.get(name, 0)) for name in names}
    return Figures(total=cop(total), open=cop(total - sum(parts.values())), **values)


def due(days: int, minor: int, currency: str = "COP") -> Due:
    return Due(TODAY + timedelta(days=days), Money(currency, minor))


@pytest.mark.parametrize(
    ("parts", "days", "expected"),
    [
        ({}, 5, InvoiceState.OPEN),
        ({}, 0, InvoiceState.OPEN),
        ({}, -1, InvoiceState.OVERDUE),
        ({"paid": 40}, 5, InvoiceState.PARTLY_PAID),
        ({"withheld": 4}, 5, InvoiceState.PARTLY_PAID),
        ({"paid": 40}, -1, InvoiceState.OVERDUE),
        ({"paid": 100}, -1, InvoiceState.PAID),
        ({"paid": 60, "credited": 40}, -1, InvoiceState.PAID),
        ({"paid": 96, "certified": 4}, -1, InvoiceState.PAID),
        ({"credited": 100}, -1, InvoiceState.CREDITED),
        ({"paid": 96, "withheld": 4}, -1, InvoiceState.WITHHELD),
        ({"paid": 60, "written_off": 40}, -1, InvoiceState.WRITTEN_OFF),
    ],
)
def test_state(parts, days, expected):
    made = figures(100, **parts)
    assert made.adds_up()
    assert state(figures=made, dues=[due(days, 100)], today=TODAY) is expected


def test_an_instalment_paid_is_not_overdue_though_its_day_has_passed():
    dues = [due(-10, 40), due(20, 60)]
    assert state(figures=figures(100, paid=40), dues=dues, today=TODAY) is InvoiceState.PARTLY_PAID
    assert state(figures=figures(100, paid=39), dues=dues, today=TODAY) is InvoiceState.OVERDUE


dues_lists = st.lists(st.builds(due, st.integers(-200, 200), st.integers(1, 10**12)), min_size=1, max_size=12)


@given(dues_lists, st.data())
def test_open_dues_add_up_and_the_newest_stay_open(dues, data):
    total = sum(item.amount.minor for item in dues)
    open_minor = data.draw(st.integers(0, total))
    left = open_dues(dues=dues, open_amount=cop(open_minor))
    assert sum(item.amount.minor for item in left) == open_minor
    assert all(item.amount.minor > 0 for item in left)
    ordered = sorted(dues, key=lambda item: item.due_on)
    assert list(left[1:]) == ordered[len(ordered) - len(left) + 1 :]
    if left:
        assert left[0].amount.minor <= ordered[len(ordered) - len(left)].amount.minor


@pytest.mark.parametrize("minor", [-1, 101])
def test_an_impossible_open_amount_is_refused(minor):
    with pytest.raises(ValueError, match="between zero"):
        open_dues(dues=[due(0, 100)], open_amount=cop(minor))


def test_days_are_signed():
    assert days_past_due(due_on=TODAY + timedelta(days=7), today=TODAY) == -7
    assert days_past_due(due_on=TODAY - timedelta(days=7), today=TODAY) == 7


@pytest.mark.parametrize(
    ("days", "name"),
    [(-9, "current"), (0, "current"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (61, "61_90"),
     (90, "61_90"), (91, "over_90"), (4000, "over_90")],
)  # fmt: skip
def test_bucket_edges(days, name):
    assert bucket(days=days).value == name


@given(
    st.lists(st.builds(due, st.integers(-200, 200), st.integers(1, 10**12), st.sampled_from(["COP", "USD"]))),
    st.integers(-100, 100),
)
def test_ageing_keeps_every_unit_and_only_moves_right_with_time(dues, days):
    as_of = TODAY + timedelta(days=days)
    rows = {row.currency: row for row in age(dues=dues, as_of=as_of)}
    for currency in {"COP", "USD"}:
        mine = [item for item in dues if item.amount.currency == currency]
        assert (currency in rows) == bool(mine)
        if not mine:
            continue
        row = rows[currency]
        assert set(row.amounts) == set(Bucket)
        assert row.total.minor == sum(item.amount.minor for item in mine)
        assert row.overdue.minor == sum(item.amount.minor for item in mine if item.due_on < as_of)
        (later,) = age(dues=mine, as_of=as_of + timedelta(days=1))
        assert later.overdue.minor >= row.overdue.minor
