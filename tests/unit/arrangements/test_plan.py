# SPDX-License-Identifier: Apache-2.0
"""Instalments: exact to the minor unit, on rising business days, and what policy says to them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.countries.co import ADAPTER as CO
from conserje.domain.arrangements import plan, policy
from conserje.domain.arrangements.plan import Part, Spacing, Terms, schedule, standing
from conserje.domain.arrangements.policy import PolicyRefused
from conserje.domain.kit.money import Money, total

TODAY = date(2026, 11, 17)
HOLIDAYS = CO.packs()[0].holidays.days
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
CURRENCIES = st.sampled_from(["USD", "COP", "CLP", "JPY", "KWD", "CLF"])


def never(_on: date) -> bool:
    return False


def monthly(number: int, first_on: date, down: Money | None = None) -> Terms:
    return Terms(number, Spacing.MONTHLY, first_on, down)


def test_the_startups_three_parts() -> None:
    parts = schedule(amount=Money("USD", 850_000), terms=monthly(3, TODAY), closed=never)
    assert [part.amount.minor for part in parts] == [283_333, 283_333, 283_334]
    assert [part.due_on.isoformat() for part in parts] == ["2026-11-17", "2026-12-17", "2027-01-18"]


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2027, 1, 31), ["2027-02-01", "2027-03-01", "2027-03-31", "2027-04-30"]),
        (date(2026, 10, 30), ["2026-10-30", "2026-11-30", "2026-12-30", "2027-02-01"]),
        (date(2027, 2, 28), ["2027-03-01", "2027-03-31", "2027-04-30", "2027-05-31"]),
    ],
)
def test_month_ends_are_kept_and_weekends_move_on(first: date, days: list[str]) -> None:
    parts = schedule(amount=Money("COP", 4_000), terms=monthly(4, first), closed=never)
    assert [part.due_on.isoformat() for part in parts] == days


def test_a_holiday_moves_to_the_next_business_day() -> None:
    assert date(2026, 12, 8) in HOLIDAYS
    terms = Terms(2, Spacing.WEEKLY, date(2026, 12, 1))
    parts = schedule(amount=Money("COP", 100), terms=terms, closed=HOLIDAYS.__contains__)
    assert [part.due_on for part in parts] == [date(2026, 12, 1), date(2026, 12, 9)]


def test_a_down_payment_comes_first() -> None:
    parts = schedule(amount=Money("USD", 1_000), terms=monthly(3, TODAY, Money("USD", 100)), closed=never)
    assert [part.amount.minor for part in parts] == [100, 300, 300, 300]
    assert [part.position for part in parts] == [1, 2, 3, 4]


@given(
    minor=st.integers(1, 10**15),
    number=st.integers(1, 360),
    spacing=st.sampled_from(Spacing),
    first=DAYS,
    currency=CURRENCIES,
    share=st.integers(0, 90),
    shut=st.tuples(st.integers(0, 60), st.integers(0, 40)),
)
def test_sums_are_exact_parts_alike_and_days_rise(
    minor: int, number: int, spacing: Spacing, first: date, currency: str, share: int, shut: tuple[int, int]
) -> None:
    down = Money(currency, minor * share // 100)
    terms = Terms(number, spacing, first, down if down.minor else None)
    if minor - down.minor < number:
        with pytest.raises(ValueError, match="minor unit"):
            schedule(amount=Money(currency, minor), terms=terms, closed=never)
        return
    closed = {first + timedelta(days=shut[0] + day) for day in range(shut[1])}
    parts = schedule(amount=Money(currency, minor), terms=terms, closed=closed.__contains__)
    assert total((part.amount for part in parts), currency=currency).minor == minor
    equal = [part.amount.minor for part in parts[1 if down.minor else 0 :]]
    assert len(equal) == number
    assert max(equal) - min(equal) <= 1
    assert equal == sorted(equal)
    days = [part.due_on for part in parts]
    assert all(one < other for one, other in pairwise(days))
    assert all(day.weekday() < 5 and day not in closed for day in days)
    assert days[0] >= first


@given(
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
    left=st.integers(0, 10**10),
)
def test_what_is_paid_is_taken_from_the_oldest_part_first(amounts: list[int], left: int) -> None:
    parts = [
        Part(index + 1, TODAY + timedelta(days=index), Money("USD", minor))
        for index, minor in enumerate(amounts)
    ]
    found = standing(parts=parts, open_now=Money("USD", left))
    assert sum(item.open.minor for item in found) == left
    paid = max(sum(amounts) - left, 0)
    for item in found[:-1]:
        assert item.open.minor == item.amount.minor - min(paid, item.amount.minor)
        paid -= min(paid, item.amount.minor)


@pytest.mark.parametrize("number", [0, 361])
def test_a_number_out_of_bounds_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 360"):
        schedule(amount=Money("USD", 10_000), terms=monthly(number, TODAY), closed=never)


def test_a_plan_costs_days() -> None:
    parts = schedule(amount=Money("USD", 300), terms=Terms(3, Spacing.WEEKLY, TODAY), closed=never)
    assert plan.days_to_money(parts=parts, today=TODAY) == 7


def says(
    number: int = 3, first_on: date = TODAY, minor: int = 850_000, kind: str = "company", **changed: object
) -> str:
    data = {**policy.DEFAULT, "plans": {**policy.DEFAULT["plans"], **changed}}
    rules = policy.read(data).plans
    amount = Money("USD", minor)
    terms = monthly(number, first_on, policy.down_payment(policy=rules, amount=amount))
    parts = schedule(amount=amount, terms=terms, closed=never)
    answer = policy.judge(policy=rules, kind=kind, terms=terms, parts=parts, today=TODAY)
    return "agreed" if answer.agreed else f"{'person' if answer.possible else 'never'} {answer.code}"


def test_policy_agrees_within_its_bounds_and_asks_a_person_beyond_them() -> None:
    assert says() == "agreed"
    assert says(number=7) == "person too_many"
    assert says(first_on=TODAY + timedelta(days=36)) == "person first_too_late"
    assert says(number=6, longest_days=100) == "person too_long"
    assert says(person_above={"USD": 849_999}) == "person person_above"
    assert says(person_above={"USD": 850_000}) == "agreed"
    assert says(spacings=["weekly"]) == "person other_spacing"
    assert says(kind="person", kinds=["company"]) == "never no_plan_here"
    assert says(least={"USD": 850_001}) == "never no_plan_here"
    assert says(down_percent=30) == "agreed"


@pytest.mark.parametrize(
    ("field", "value"), [("number_max", 361), ("down_percent", 91), ("kinds", ["bank"]), ("spacings", [])]
)
def test_a_policy_that_does_not_hold_together_is_refused(field: str, value: object) -> None:
    data = {**policy.DEFAULT, "plans": {**policy.DEFAULT["plans"], field: value}}
    with pytest.raises(PolicyRefused, match=field):
        policy.read(data)


def test_grace_runs_in_business_days() -> None:
    friday = date(2026, 12, 4)
    assert plan.late_after(due_on=friday, grace_days=2, closed=HOLIDAYS.__contains__) == date(2026, 12, 9)


@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(0, 15))
def test_the_grace_that_was_given_is_known_from_its_last_day(due_on: date, days: int) -> None:
    closed = HOLIDAYS.__contains__
    last = plan.late_after(due_on=due_on, grace_days=days, closed=closed)
    assert plan.grace_days(due_on=due_on, late_after=last, closed=closed) == days
