# SPDX-License-Identifier: Apache-2.0
"""When a refused charge is tried again: paydays, good hours, closed banks, and never what the customer must solve."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conserje.domain.kit.days import instant, zone
from conserje.domain.ports.gateway import Decline
from conserje.domain.recovery.decline import Classed
from conserje.domain.recovery.governor import Denied
from conserje.domain.recovery.networks import Meaning
from conserje.domain.recovery.retry import NextTry, Place, draw_of, next_try, payday

MX = Place("MX", "America/Mexico_City")
CO = Place("CO", "America/Bogota")
BR = Place("BR", "America/Sao_Paulo", frozenset({date(2026, 1, 1)}))
FUNDS = Classed(Decline.RETRY_TIMED, True, None, Meaning.FUNDS, "code:51")
TECHNICAL = Classed(Decline.RETRY_AT, True, None, Meaning.TECHNICAL, "code:91")


def _next(refused: Classed, place: Place, now: datetime, tried: int = 0, key: str = "k") -> NextTry:
    found = next_try(refused=refused, tried=tried, place=place, now=now, key=key, allowed_from=lambda at: at)
    assert isinstance(found, NextTry)
    return found


@pytest.mark.parametrize(
    ("country", "after", "wanted"),
    [
        ("MX", date(2026, 2, 3), date(2026, 2, 15)),
        ("MX", date(2026, 2, 15), date(2026, 2, 28)),
        ("MX", date(2026, 12, 31), date(2027, 1, 15)),
        ("CO", date(2026, 3, 15), date(2026, 3, 30)),
        ("CO", date(2026, 2, 20), date(2026, 2, 28)),
        ("BR", date(2026, 1, 2), date(2026, 1, 8)),
        ("BR", date(2026, 1, 8), date(2026, 2, 6)),
        ("CL", date(2026, 1, 8), None),
    ],
)
def test_paydays(country: str, after: date, wanted: date | None) -> None:
    closed = BR.closed if country == "BR" else frozenset()
    assert payday(country=country, after=after, closed=closed) == wanted


def test_funds_wait_for_the_morning_of_the_payday() -> None:
    now = instant(date(2026, 2, 3), time(15), MX.zone)
    found = _next(FUNDS, MX, now)
    local = found.at.astimezone(zone(MX.zone))
    assert local.date() == date(2026, 2, 15)
    assert time(7) <= local.time() <= time(10)
    assert found.plan == "payday"


def test_a_payday_on_which_banks_are_closed_is_the_day_after() -> None:
    place = Place("CO", CO.zone, frozenset({date(2026, 3, 30), date(2026, 3, 31)}))
    found = _next(FUNDS, place, instant(date(2026, 3, 20), time(9), CO.zone))
    assert found.at.astimezone(zone(CO.zone)).date() == date(2026, 4, 1)


@given(
    minutes=st.integers(0, 60 * 24 * 400),
    tried=st.integers(0, 3),
    key=st.text(min_size=1, max_size=6),
    place=st.sampled_from([MX, CO, BR, Place("CL", "America/Santiago", frozenset({date(2026, 9, 18)}))]),
    refused=st.sampled_from(
        [FUNDS, TECHNICAL, Classed(Decline.GENERIC, True, None, Meaning.GENERIC, "code:05")]
    ),
)
def test_never_in_the_night_nor_on_closed_days_nor_in_the_past(
    minutes: int, tried: int, key: str, place: Place, refused: Classed
) -> None:
    now = datetime(2025, 12, 25, tzinfo=UTC) + timedelta(minutes=minutes)
    found = _next(refused, place, now, tried, key)
    local = found.at.astimezone(zone(place.zone))
    assert found.at >= now
    assert local.time() >= time(6)
    assert local.date() not in place.closed


@given(minutes=st.integers(0, 60 * 24), tried=st.integers(0, 5), key=st.text(min_size=1, max_size=6))
def test_technical_failures_within_four_hours_by_day(minutes: int, tried: int, key: str) -> None:
    now = instant(date(2026, 3, 9), time(7), CO.zone) + timedelta(minutes=minutes)
    waited = _next(TECHNICAL, CO, now, tried, key).at - now
    assert waited >= timedelta(minutes=15)
    at_night = (now + timedelta(hours=4)).astimezone(zone(CO.zone)).time() < time(10)
    assert waited <= timedelta(hours=4) or at_night


def test_what_is_demanded_comes_first_and_what_the_governor_allows() -> None:
    now = instant(date(2026, 3, 9), time(9), CO.zone)
    demanded = Classed(Decline.RETRY_AT, True, now + timedelta(hours=30), Meaning.FUNDS, "advice:25")
    assert _next(demanded, CO, now).at == now + timedelta(hours=30)
    later = now + timedelta(days=11, hours=17)
    found = next_try(
        refused=demanded, tried=0, place=CO, now=now, key="k", allowed_from=lambda at: max(at, later)
    )
    assert isinstance(found, NextTry)
    assert found.at >= later
    assert found.at.astimezone(zone(CO.zone)).time() >= time(6)
    denied = Denied("visa.never", None)
    assert (
        next_try(refused=FUNDS, tried=0, place=CO, now=now, key="k", allowed_from=lambda at: denied) is denied
    )


@pytest.mark.parametrize(
    "decline", [Decline.STOP, Decline.UPDATE_CARD, Decline.AUTHENTICATE, Decline.GENERIC]
)
def test_what_the_customer_must_solve_is_not_tried(decline: Decline) -> None:
    refused = Classed(decline, False, None, None, "unknown")
    now = instant(date(2026, 3, 9), time(9), CO.zone)
    found = next_try(refused=refused, tried=0, place=CO, now=now, key="k", allowed_from=lambda at: at)
    assert found == Denied(f"class.{decline.value}", None)


def test_draws_are_even_and_the_same_again() -> None:
    draws = [draw_of(key=f"failure-{n}") for n in range(4000)]
    assert draws == [draw_of(key=f"failure-{n}") for n in range(4000)]
    held_out = sum(draw < 2000 for draw in draws)
    assert 700 < held_out < 900
