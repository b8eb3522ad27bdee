# SPDX-License-Identifier: Apache-2.0
"""Deciding over long books and long notices: the search ends, and nobody is asked for before their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.unit.outreach.cast import BOGOTA, BUSINESS, LAW, MORNING, case, due

from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Block, BlockKind
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Kind
from conserje.domain.outreach.project import project
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose


def test_a_customer_invoiced_every_day_and_on_hold_does_not_stop_the_sweep() -> None:
    dues = [due(number, late=30 - number) for number in range(300)]
    hold = Block(BlockKind.HOLD, 1, None, None, None)
    decision = decide(case(*dues, blocks=(hold,)), strategy=BUSINESS, law=LAW, now=MORNING)
    assert (decision.kind, decision.contact) == (Kind.WAIT, None)


def test_a_customer_invoiced_every_day_below_the_minimum_does_not_stop_the_sweep() -> None:
    dues = [due(number, late=-number, minor=1) for number in range(350)]
    strategy = replace(BUSINESS, minimum_open={"COP": 100_000})
    assert decide(case(*dues), strategy=strategy, law=LAW, now=MORNING).contact is None


def test_a_person_is_not_asked_every_day_for_what_is_due_next_month() -> None:
    of = replace(case(due(1, late=-40)), reaches=())
    decision = decide(of, strategy=BUSINESS, law=LAW, now=MORNING)
    assert (decision.kind, decision.reasons[-1].code) == (Kind.PERSON, "no_address")
    assert decision.review_at is not None
    assert local_date(decision.review_at, BOGOTA) >= date(2026, 12, 20)


def test_a_person_who_is_needed_today_is_asked_again_tomorrow() -> None:
    of = replace(case(due(1, late=5)), reaches=())
    decision = decide(of, strategy=BUSINESS, law=LAW, now=MORNING)
    assert decision.review_at is not None
    assert local_date(decision.review_at, BOGOTA) == date(2026, 11, 18)


def test_a_notice_of_three_days_is_kept_without_moving_the_day_that_was_told() -> None:
    steps = tuple(replace(step, notice_hours=72) if step.key == "formal" else step for step in BUSINESS.steps)
    strategy = replace(BUSINESS, steps=steps)
    of = case(due(1, late=18))
    for step, ago in (("friendly", 15), ("follow_up", 8)):
        at = MORNING - timedelta(days=ago)
        of = of.after(step=step, channel=Channel.EMAIL, at=at, on=at.date(), purpose=Purpose.COLLECTION)
    of = replace(of, made=(*of.made, replace(of.made[0], step="follow_up_second")))
    (told, *_) = project(of, strategy=strategy, law=LAW, now=MORNING, until=date(2027, 3, 1))
    assert told.contact is not None

    review_at: datetime | None = MORNING
    while review_at is not None:
        decision = decide(of, strategy=strategy, law=LAW, now=review_at)
        now, review_at = review_at, decision.review_at
    assert decision.contact is not None
    assert (decision.contact.step, decision.contact.on) == ("formal", told.contact.on)
    assert decision.contact.at - now >= timedelta(hours=72)


def test_a_draft_for_a_monday_is_made_on_friday_when_somebody_looks() -> None:
    """2026-11-23 is a Monday; its formal letter is seen coming a day ahead, and nobody looks on a Sunday."""
    of = case(due(1, late=20))
    for step, ago in (("friendly", 15), ("follow_up", 8)):
        at = MORNING - timedelta(days=ago)
        of = of.after(step=step, channel=Channel.EMAIL, at=at, on=at.date(), purpose=Purpose.COLLECTION)
    of = replace(of, made=(*of.made, replace(of.made[0], step="follow_up_second")))
    thursday, friday = (
        decide(of, strategy=BUSINESS, law=LAW, now=MORNING + timedelta(days=days)) for days in (2, 3)
    )
    for decision in (thursday, friday):
        assert decision.contact is not None
        assert (decision.contact.step, decision.contact.on) == ("formal", date(2026, 11, 23))
    assert (thursday.kind, friday.kind) == (Kind.WAIT, Kind.CONTACT)
    assert thursday.review_at is not None
    assert local_date(thursday.review_at, BOGOTA) == date(2026, 11, 20)


def test_a_notice_counts_the_days_on_which_the_strategy_writes() -> None:
    monday = date(2026, 11, 23)
    told = {hours: BUSINESS.noticed_on(monday, hours=hours) for hours in (0, 1, 24, 25, 72)}
    assert told == {
        0: monday,
        1: date(2026, 11, 20),
        24: date(2026, 11, 20),
        25: date(2026, 11, 19),
        72: date(2026, 11, 18),
    }
