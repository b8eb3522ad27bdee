# SPDX-License-Identifier: Apache-2.0
"""Terms to the minor unit, deadlines, settlements by age and stage, and files by what they are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conserje.domain.arrangements import attachment, dispute, settlement
from conserje.domain.arrangements import proposal as judged
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.arrangements.settlement import Owed, Policy, Tier
from conserje.domain.kit.money import Money, total
from conserje.domain.outreach.strategy import Stage

TODAY = date(2026, 11, 17)
MINOR = st.integers(0, 10**12)


@given(MINOR, MINOR, MINOR, st.integers(-(10**6), 10**6))
def test_only_an_exact_sum_is_proposed(pay: int, credit: int, discount: int, off: int) -> None:
    question = pay + credit + discount
    assume(question > 0)
    terms = Terms(pay, credit, discount, TODAY)
    assert judged.wrong(terms, question_minor=question, today=TODAY) == ""
    if off:
        assert judged.wrong(terms, question_minor=question + off, today=TODAY) == judged.NOT_EXACT


@given(MINOR, st.integers(1, 10**12))
def test_no_part_is_negative_to_make_the_sum_right(pay: int, below: int) -> None:
    for terms in (Terms(pay + below, -below, 0, TODAY), Terms(pay + below, 0, -below, TODAY)):
        assert judged.wrong(terms, question_minor=terms.sum_minor, today=TODAY) == judged.NEGATIVE


@pytest.mark.parametrize(
    ("days", "code"),
    [(-1, judged.DEADLINE_PASSED), (0, ""), (judged.LATEST_DAYS, ""), (61, judged.DEADLINE_TOO_LATE)],
)
def test_a_deadline_is_a_day_to_come_and_not_far(days: int, code: str) -> None:
    terms = Terms(100, 0, 0, TODAY + timedelta(days=days))
    assert judged.wrong(terms, question_minor=100, today=TODAY) == code


def test_a_proposal_holds_through_its_day() -> None:
    assert not judged.is_expired(pay_by=TODAY, today=TODAY)
    assert judged.is_expired(pay_by=TODAY, today=TODAY + timedelta(days=1))


def test_clocks_count_business_days() -> None:
    friday = date(2026, 11, 20)
    assert dispute.answer_by(on=friday) == date(2026, 11, 23)
    assert dispute.answer_by(on=friday, closed=[date(2026, 11, 23)]) == date(2026, 11, 24)
    assert dispute.propose_by(on=TODAY) == date(2026, 11, 24)


def policy(**given: object) -> Policy:
    usual: dict[str, object] = {
        "from_stage": "final",
        "tiers": (Tier(45, 1000), Tier(90, 2000)),
        "deadline_days": 15,
        "instalments": 3,
        "currency": "COP",
    }
    return Policy(**{**usual, **given})  # type: ignore[arg-type]


def test_the_words_of_stages_are_those_of_the_strategy() -> None:
    assert tuple(stage.value for stage in Stage) == settlement.STAGES


def test_the_final_letter_of_the_voice() -> None:
    once, parts = settlement.offer(
        [Owed(7, 380_800_000, date(2026, 11, 12))], policy=policy(), stage="final", today=date(2027, 1, 6)
    )
    assert (once.pay, once.given, once.pay_by) == (
        Money("COP", 342_720_000),
        Money("COP", 38_080_000),
        date(2027, 1, 21),
    )
    assert [amount.minor for _, amount in parts.parts] == [114_240_000] * 3
    assert [on for on, _ in parts.parts] == [date(2027, 1, 21), date(2027, 2, 20), date(2027, 3, 22)]


@given(
    st.lists(st.tuples(st.integers(1, 10**10), st.integers(45, 900)), min_size=1, max_size=12),
    st.integers(1, settlement.SHARE_MAX),
    st.integers(1, settlement.INSTALMENTS_MAX),
)
def test_a_settlement_adds_up_and_gives_no_more_than_its_share(
    debts: list[tuple[int, int]], share: int, instalments: int
) -> None:
    owed = [Owed(n, minor, TODAY - timedelta(days=age)) for n, (minor, age) in enumerate(debts)]
    rules = policy(tiers=(Tier(45, share),), instalments=instalments)
    for found in settlement.offer(owed, policy=rules, stage="final", today=TODAY):
        assert found.pay + found.given == found.open == Money("COP", sum(minor for minor, _ in debts))
        assert 0 < found.given.minor * 10_000 <= found.open.minor * share
        if found.parts:
            assert total((amount for _, amount in found.parts), currency="COP") == found.pay
            amounts = [amount.minor for _, amount in found.parts]
            assert max(amounts) - min(amounts) <= 1
            assert min(amounts) > 0
            assert found.pay_by == found.parts[-1][0]


@pytest.mark.parametrize(
    ("stage", "age", "minor"), [("escalation", 60, 10_000), ("final", 44, 10_000), ("final", 60, 999)]
)
def test_too_early_too_young_or_too_small_is_not_settled(stage: str, age: int, minor: int) -> None:
    owed = [Owed(1, minor, TODAY - timedelta(days=age))]
    assert settlement.offer(owed, policy=policy(at_least_minor=1000), stage=stage, today=TODAY) == ()


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"from_stage": "late"}, "settlement_stage"),
        ({"tiers": ()}, "settlement_share"),
        ({"tiers": (Tier(45, 9001),)}, "settlement_share"),
        ({"tiers": (Tier(90, 10), Tier(45, 20))}, "settlement_share"),
        ({"deadline_days": 0}, "settlement_deadline"),
        ({"instalments": 13}, "settlement_instalments"),
        ({}, ""),
    ],
)
def test_a_policy_is_looked_at(given_: dict[str, object], code: str) -> None:
    assert settlement.wrong(policy(**given_)) == code


def test_a_missed_part_is_due_after_its_grace() -> None:
    parts = [(TODAY, Money("COP", 10)), (TODAY + timedelta(days=30), Money("COP", 11))]
    pay = Money("COP", 21)

    def due(days: int) -> int:
        today = TODAY + timedelta(days=days)
        found = settlement.due_by(parts=parts, pay=pay, pay_by=parts[-1][0], today=today, grace_days=2)
        return found.minor

    assert [due(2), due(3), due(32), due(33)] == [0, 10, 10, 21]


PDF, PNG = b"%PDF-1.7\n...", b"\x89PNG\r\n\x1a\n...."


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PDF, ""),
        (PNG, ""),
        (b"\xff\xd8\xff\xe0....", ""),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ""),
        (b"", attachment.EMPTY),
        (b"MZ\x90\x00", attachment.UNKNOWN_KIND),
        (b"<html><script>", attachment.UNKNOWN_KIND),
        (b"<svg onload=x>", attachment.UNKNOWN_KIND),
        (PDF + b"x" * attachment.SIZE_MAX, attachment.TOO_LARGE),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, code: str) -> None:
    assert attachment.wrong(content) == code


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("acta.PDF", "acta.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fotos\\entrega.exe", "entrega.pdf"),
        ("a\r\nb.html", "ab.pdf"),
        ("", "file.pdf"),
        ("x" * 300, "x" * 110 + ".pdf"),
    ],
)
def test_a_file_keeps_a_harmless_name(name: str, kept: str) -> None:
    assert attachment.safe_name(name, kind="application/pdf") == kept
