# SPDX-License-Identifier: Apache-2.0
"""Deciding: one careful contact, the right step, and the future told as it will be done."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.outreach.cast import BOGOTA, BUSINESS, LAW, MORNING, case, due, reach

from conserje.domain.kit.canonical import dump, load
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.case import Block, BlockKind, Case, Due
from conserje.domain.outreach.decide import decide
from conserje.domain.outreach.decision import Decision, Kind, Planned
from conserje.domain.outreach.project import project
from conserje.domain.outreach.strategy import Mode
from conserje.domain.rules.facts import Consent, Permission


def ask(of: Case, *, now: datetime = MORNING) -> Decision:
    return decide(of, strategy=BUSINESS, law=LAW, now=now)


def told(of: Case, *, now: datetime = MORNING, days: int = 120) -> list[Planned]:
    until = local_date(now, BOGOTA) + timedelta(days=days)
    decisions = project(of, strategy=BUSINESS, law=LAW, now=now, until=until)
    return [item.contact for item in decisions if item.contact is not None]


def done(
    of: Case, *, now: datetime = MORNING, days: int = 120, skip: frozenset[int] = frozenset()
) -> list[Planned]:
    """What a run each morning really makes; days in `skip` have no run at all."""
    made: list[Planned] = []
    for number in range(days + 1):
        if number in skip:
            continue
        morning = now + timedelta(days=number)
        decision = ask(of, now=morning)
        contact = decision.contact
        if decision.kind is Kind.CONTACT and contact is not None:
            made.append(contact)
            of = of.after(
                step=contact.step,
                channel=contact.channel,
                at=contact.at,
                on=contact.on,
                purpose=contact.purpose,
            )
    return made


def test_ten_invoices_give_one_contact_about_all_of_them() -> None:
    decision = ask(case(*(due(number, late=5) for number in range(10))))
    assert decision.kind is Kind.CONTACT
    assert decision.contact is not None
    assert len(decision.contact.asked) == 10


@pytest.mark.parametrize("late", [4, 12, 30, 60, 400])
def test_the_first_contact_is_friendly_however_old(late: int) -> None:
    contact = ask(case(due(1, late=late))).contact
    assert contact is not None
    assert contact.step == "friendly"


def test_later_steps_come_one_a_week_after_a_late_start() -> None:
    made = told(case(due(1, late=100)))
    assert [item.step for item in made] == ["friendly", "follow_up", "formal", "final"]
    gaps = [(after.on - before.on).days for before, after in itertools.pairwise(made)]
    assert min(gaps) >= 7


def test_after_the_last_step_nothing_leaves_and_a_person_decides() -> None:
    decisions = project(
        case(due(1, late=5)), strategy=BUSINESS, law=LAW, now=MORNING, until=date(2027, 12, 31)
    )
    assert decisions[-1].kind is Kind.ENDED
    assert decisions[-2].contact is not None
    assert decisions[-2].contact.step == "final"


def test_nothing_is_due_before_the_reminder_and_the_reminder_is_told() -> None:
    decision = ask(case(due(1, late=-30)))
    assert decision.kind is Kind.CLEAR
    contact = told(case(due(1, late=-6)))[0]
    assert (contact.step, contact.on) == ("preventive", date(2026, 11, 18))


def test_three_skipped_days_give_one_contact() -> None:
    of = case(due(1, late=2))
    made = done(of, skip=frozenset({1, 2, 3}), days=6)
    assert [(item.step, item.on) for item in made] == [("friendly", date(2026, 11, 23))]


def test_an_outage_of_a_month_is_caught_up_by_the_current_step_alone() -> None:
    of = case(due(1, late=3))
    made = done(of, skip=frozenset(range(1, 30)), days=31)
    assert [item.step for item in made] == ["friendly", "follow_up"]


def test_a_promise_pauses_until_its_grace_has_passed() -> None:
    promised = Block(BlockKind.PROMISE, 1, None, None, date(2026, 12, 4))
    decision = ask(case(due(1, late=5), blocks=(promised,)))
    assert decision.kind is Kind.WAIT
    assert decision.contact is not None
    assert decision.contact.on >= date(2026, 12, 5)
    assert decision.reasons[0].code == "left_alone_promise"


def test_a_hold_without_an_end_waits_for_a_person() -> None:
    hold = Block(BlockKind.HOLD, 1, None, None, None)
    decision = ask(case(due(1, late=5), blocks=(hold,)))
    assert (decision.kind, decision.contact, decision.review_at) == (Kind.WAIT, None, None)


def test_only_the_disputed_part_stops() -> None:
    disputed = Block(BlockKind.DISPUTE, 1, 1, 400_000, None)
    contact = ask(case(due(1, late=5, minor=1_500_000), blocks=(disputed,))).contact
    assert contact is not None
    assert [item.minor for item in contact.asked] == [1_100_000]


def test_a_disputed_invoice_leaves_the_others_to_be_asked_for() -> None:
    disputed = Block(BlockKind.DISPUTE, 1, 1, None, None)
    contact = ask(case(due(1, late=50), due(2, late=5), blocks=(disputed,))).contact
    assert contact is not None
    assert [item.invoice_id for item in contact.asked] == [2]


def test_without_permission_a_person_is_asked_and_the_rule_is_named() -> None:
    of = case(due(1, late=5))
    of = replace(of, subject=replace(of.subject, permissions=()))
    decision = ask(of)
    assert decision.kind is Kind.PERSON
    assert decision.verdict is not None
    assert any("consent" in hit.reason for hit in decision.verdict.hits)


def test_a_revoked_permission_stops() -> None:
    of = case(due(1, late=5))
    revoked = (Permission(reach().channel, Consent.REVOKED, "1"),)
    assert ask(replace(of, subject=replace(of.subject, permissions=revoked))).kind is Kind.PERSON


def test_below_the_minimum_nothing_is_chased() -> None:
    strategy = replace(BUSINESS, minimum_open={"COP": 5_000})
    decision = decide(case(due(1, late=5, minor=4_999)), strategy=strategy, law=LAW, now=MORNING)
    assert (decision.kind, decision.reasons[0].code) == (Kind.WAIT, "below_minimum")


def test_unrecorded_payments_turn_a_contact_into_a_draft() -> None:
    strategy = replace(BUSINESS, modes=dict.fromkeys(BUSINESS.modes, Mode.AUTOMATIC))
    of = case(due(1, late=5), payments_known_through=date(2026, 11, 11), freshness_days=2)
    contact = decide(of, strategy=strategy, law=LAW, now=MORNING).contact
    assert contact is not None
    assert contact.mode is Mode.DRAFT
    fresh = replace(of, payments_known_through=date(2026, 11, 13))
    contact = decide(fresh, strategy=strategy, law=LAW, now=MORNING).contact
    assert contact is not None
    assert contact.mode is Mode.AUTOMATIC


def test_the_stage_falls_back_when_the_old_invoice_is_paid() -> None:
    of = case(due(1, late=40), due(2, late=1))
    for step, ago in (("friendly", 30), ("follow_up", 20), ("formal", 10)):
        moment = MORNING - timedelta(days=ago)
        contact = ask(of).contact
        assert contact is not None
        of = of.after(
            step=step, channel=contact.channel, at=moment, on=moment.date(), purpose=contact.purpose
        )
    paid = replace(of, dues=tuple(item for item in of.dues if item.invoice_id == 2))
    later = told(paid)
    assert "friendly" not in [item.step for item in later]
    assert later[0].on >= date(2026, 11, 16) + timedelta(days=36)


def test_the_creditor_sees_an_escalation_a_day_ahead() -> None:
    of = case(due(1, late=30))
    for step, ago in (("friendly", 20), ("follow_up", 10)):
        moment = MORNING - timedelta(days=ago)
        contact = ask(case(due(1, late=30))).contact
        assert contact is not None
        of = of.after(
            step=step, channel=contact.channel, at=moment, on=moment.date(), purpose=contact.purpose
        )
    decision = ask(of)
    assert decision.contact is not None
    assert decision.contact.step == "formal"
    assert decision.contact.at - MORNING >= timedelta(hours=24)


def test_a_decision_is_replayed_byte_for_byte() -> None:
    of = case(due(1, late=5), due(2, late=9), blocks=(Block(BlockKind.DISPUTE, 3, 1, 10, None),))
    stored = dump(of)
    assert dump(ask(load(Case, stored))) == dump(ask(of))
    assert load(Decision, dump(ask(of))) == ask(of)


def in_time(of: Due, grace: int | None) -> Due:
    """The same as an instalment of a plan, with so many days of grace."""
    return of if grace is None else replace(of, late_after=of.due_on + timedelta(days=grace))


def test_an_instalment_is_late_only_after_its_grace() -> None:
    within = case(in_time(due(1, late=4), 6))
    contact = ask(within).contact
    assert contact is not None
    assert contact.on == (MORNING + timedelta(days=3)).date()
    assert ask(case(in_time(due(1, late=4), 3))).kind is Kind.CONTACT


DUES = st.builds(
    lambda number, late, minor, grace: in_time(due(number, late=late, minor=minor), grace),
    st.integers(1, 6),
    st.integers(-40, 90),
    st.integers(1, 10_000),
    st.none() | st.integers(0, 9),
)
BLOCKS = st.builds(
    lambda kind, ref, invoice, amount, until: Block(kind, ref, invoice, amount if invoice else None, until),
    st.sampled_from(BlockKind),
    st.integers(1, 9),
    st.none() | st.integers(1, 6),
    st.none() | st.integers(1, 10_000),
    st.none() | st.dates(date(2026, 11, 10), date(2027, 1, 20)),
)
CASES = st.builds(
    lambda dues, blocks: case(*{item.invoice_id: item for item in dues}.values(), blocks=tuple(blocks)),
    st.lists(DUES, min_size=1, max_size=6),
    st.lists(BLOCKS, max_size=3),
)
SHOWN = ("step", "channel", "contact_id", "on", "asked")


@given(CASES, st.integers(0, 27))
def test_what_is_told_on_day_0_is_what_is_done(of: Case, start: int) -> None:
    now = MORNING + timedelta(days=start)
    foretold = [[getattr(item, name) for name in SHOWN] for item in told(of, now=now, days=90)]
    made = [
        [getattr(item, name) for name in SHOWN]
        for item in done(of, now=now, days=90)
        if item.on <= (now + timedelta(days=90)).date()
    ]
    assert made == foretold


@given(CASES)
def test_looking_only_when_a_review_is_due_misses_nothing(of: Case) -> None:
    every_morning = done(of, days=90)
    made: list[Planned] = []
    review_at: datetime | None = MORNING
    for number in range(91):
        morning = MORNING + timedelta(days=number)
        if review_at is None or review_at > morning:
            continue
        decision = ask(of, now=morning)
        review_at, contact = decision.review_at, decision.contact
        if decision.kind is Kind.CONTACT and contact is not None:
            made.append(contact)
            of = of.after(
                step=contact.step,
                channel=contact.channel,
                at=contact.at,
                on=contact.on,
                purpose=contact.purpose,
            )
            review_at = morning
    assert made == every_morning


@given(CASES)
def test_no_step_is_made_twice_and_no_week_has_two_contacts(of: Case) -> None:
    made = done(of, days=100)
    steps = [item.step for item in made]
    assert len(steps) == len(set(steps))
    assert all((after.on - before.on).days >= 7 for before, after in itertools.pairwise(made))


@given(CASES)
def test_no_blocked_amount_is_ever_asked_for(of: Case) -> None:
    for contact in done(of, days=60):
        blocks = [item for item in of.blocks if item.until is None or item.until >= contact.on]
        assert all(item.invoice_id is not None for item in blocks)
        for asked in contact.asked:
            owed = sum(item.open_minor for item in of.dues if item.invoice_id == asked.invoice_id)
            mine = [item for item in blocks if item.invoice_id == asked.invoice_id]
            left = (
                0
                if any(item.amount_minor is None for item in mine)
                else owed - sum(item.amount_minor or 0 for item in mine)
            )
            assert 0 < asked.minor <= left


@given(CASES, st.sets(st.integers(0, 60), max_size=50))
def test_days_without_a_run_never_pile_up(of: Case, skip: set[int]) -> None:
    made = done(of, days=90, skip=frozenset(skip))
    assert all((after.on - before.on).days >= 7 for before, after in itertools.pairwise(made))
