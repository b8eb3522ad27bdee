# SPDX-License-Identifier: Apache-2.0
"""The gate: strictest of all packs, every hit kept, deferrals that were judged again, clock changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conserje.countries.co import ADAPTER as CO
from conserje.countries.xx import ADAPTER as XX
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    ContactOutcome,
    CreditorRole,
    DebtorType,
    Intent,
    PastContact,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.hours import Hours
from conserje.domain.rules.pack import HolidayCalendar, Pack
from conserje.domain.rules.reasons import SENTENCES, sentence
from conserje.domain.rules.rule import AppliesTo, ContactWindow, ForbiddenChannel
from conserje.domain.rules.verdict import Hit, Ruling
from conserje.domain.rules.vocabulary import Basis, Confidence, DayKind

BOGOTA = ZoneInfo("America/Bogota")
SANTIAGO = ZoneInfo("America/Santiago")
COMMON = {"basis": Basis.POLICY, "confidence": Confidence.VERIFIED, "effective_from": date(2020, 1, 1)}
EMAIL = Intent(Channel.EMAIL, Purpose.COLLECTION, RecipientRole.DEBTOR)
STACK = RuleStack(CO.packs())
SUBJECT = Subject(
    country="CO",
    subdivision="",
    zones=("America/Bogota",),
    debtor_type=DebtorType.NATURAL_CONSUMER,
    creditor_role=CreditorRole.FIRST_PARTY,
    permissions=tuple(Permission(channel, Consent.GRANTED) for channel in Channel),
    past=(),
)
WHATSAPP = Pack(
    id="WA",
    version="2026.11.0",
    country="",
    review_by=date(2026, 12, 31),
    applies_to=AppliesTo(frozenset(CreditorRole), frozenset(DebtorType), frozenset(Purpose)),
    zones=(),
    holidays=HolidayCalendar(frozenset(), frozenset()),
    forbidden_channels=(
        ForbiddenChannel(
            id="WA.P1",
            channels=frozenset({Channel.WHATSAPP}),
            applies_to=AppliesTo(creditors=frozenset({CreditorRole.AGENCY})),
            **COMMON,
        ),
    ),
)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BOGOTA)


def test_versions_and_packs_are_named() -> None:
    assert STACK.versions == ("CO 2026.11.0",)
    assert STACK.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 10)).packs == ("CO 2026.11.0",)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        STACK.judge(intent=EMAIL, subject=SUBJECT, at=datetime(2026, 11, 20, 10))


def test_the_last_microsecond_is_open() -> None:
    assert STACK.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 18, 59, 59, 999999)).allowed


def test_an_empty_stack_and_a_platform_alone_need_a_person() -> None:
    for stack in (RuleStack(()), RuleStack((WHATSAPP,)), RuleStack(XX.packs())):
        verdict = stack.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 10))
        assert verdict.ruling is Ruling.NEEDS_HUMAN
        assert verdict.hits[0].reason == "no_pack"


def test_strictest_pack_wins_and_every_hit_is_kept() -> None:
    stack = RuleStack((*CO.packs(), WHATSAPP))
    intent = replace(EMAIL, channel=Channel.WHATSAPP)
    verdict = stack.judge(
        intent=intent, subject=replace(SUBJECT, creditor_role=CreditorRole.AGENCY), at=local(2026, 11, 22, 10)
    )
    assert verdict.ruling is Ruling.DENY
    assert verdict.until is None
    assert [(hit.rule, hit.ruling) for hit in verdict.hits] == [
        ("WA.P1", Ruling.DENY),
        ("CO.W3", Ruling.DEFER_UNTIL),
    ]
    assert verdict.packs == ("CO 2026.11.0", "WA 2026.11.0")
    assert stack.judge(intent=intent, subject=SUBJECT, at=local(2026, 11, 20, 10)).allowed


def test_next_instant_is_after_itself_when_open() -> None:
    after = local(2026, 11, 20, 10, 0, 0, 5)
    told, verdict = STACK.next_instant(
        intent=EMAIL, subject=SUBJECT, after=after, until=after + timedelta(days=1)
    )
    assert told == after
    assert verdict.ruling is Ruling.ALLOW_WITH_TEXT


def test_next_instant_stops_at_until_and_says_when_it_would_be() -> None:
    after, until = local(2026, 11, 20, 19), local(2026, 11, 21, 8)
    told, verdict = STACK.next_instant(intent=EMAIL, subject=SUBJECT, after=after, until=until)
    assert told is None
    assert verdict.ruling is Ruling.DEFER_UNTIL
    assert verdict.until == until
    told, verdict = STACK.next_instant(
        intent=EMAIL, subject=SUBJECT, after=after, until=until + timedelta(seconds=1)
    )
    assert told == until
    assert verdict.allowed


def test_next_instant_gives_a_refusal_at_once() -> None:
    after = local(2026, 11, 22, 10)
    told, verdict = STACK.next_instant(
        intent=EMAIL, subject=replace(SUBJECT, permissions=()), after=after, until=after + timedelta(days=90)
    )
    assert told is None
    assert verdict.ruling is Ruling.DENY


def test_next_instant_stops_where_the_pack_expires() -> None:
    past = (PastContact(local(2027, 4, 30, 10), Channel.EMAIL, Purpose.COLLECTION, ContactOutcome.ATTEMPTED),)
    after = local(2027, 4, 30, 12)
    told, verdict = STACK.next_instant(
        intent=EMAIL, subject=replace(SUBJECT, past=past), after=after, until=after + timedelta(days=9)
    )
    assert told is None
    assert verdict.ruling is Ruling.NEEDS_HUMAN
    assert [hit.reason for hit in verdict.hits] == ["pack_expired", "cap_day"]


def test_a_law_that_never_opens_needs_a_person() -> None:
    shut = ContactWindow(id="CO.W9", days=frozenset(DayKind), closed=True, **COMMON)
    pack = CO.packs()[0]
    stack = RuleStack((replace(pack, windows=(*pack.windows, shut)),))
    verdict = stack.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 10))
    assert verdict.ruling is Ruling.NEEDS_HUMAN
    assert "no_lawful_instant" in [hit.reason for hit in verdict.hits]


def test_a_channel_no_window_names_is_refused() -> None:
    pack = CO.packs()[0]
    windows = tuple(replace(window, channels=frozenset({Channel.EMAIL})) for window in pack.windows)
    stack = RuleStack((replace(pack, windows=windows),))
    intent = replace(EMAIL, channel=Channel.SMS)
    verdict = stack.judge(intent=intent, subject=SUBJECT, at=local(2026, 11, 20, 10))
    assert verdict.ruling is Ruling.DENY
    assert stack.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 10)).allowed


def night_hours(opens: int, closes: int) -> Hours:
    window = ContactWindow(
        id="T.W", days=frozenset(DayKind), opens_minute=opens, closes_minute=closes, **COMMON
    )
    return Hours((window,), HolidayCalendar(frozenset({2026}), frozenset()))


def test_the_hour_that_happens_twice_is_open_twice() -> None:
    # Santiago, Saturday 2026-04-04: 24:00 becomes 23:00, so 23:00-23:30 comes twice.
    spans = night_hours(23 * 60, 23 * 60 + 30).spans(on=date(2026, 4, 4), zone_name="America/Santiago")
    first = int(datetime(2026, 4, 4, 23, tzinfo=SANTIAGO).timestamp())
    assert spans == ((first, first + 1800), (first + 3600, first + 5400))


def test_the_hour_that_never_happens_is_never_open() -> None:
    # Santiago, Sunday 2026-09-06: 00:00 becomes 01:00.
    assert night_hours(0, 60).spans(on=date(2026, 9, 6), zone_name="America/Santiago") == ()
    start = int(datetime(2026, 9, 6, 4, tzinfo=UTC).timestamp())
    assert night_hours(30, 90).spans(on=date(2026, 9, 6), zone_name="America/Santiago") == (
        (start, start + 1800),
    )


def test_an_instant_kept_in_utc_is_judged_by_the_new_clock() -> None:
    # 09:30 in Punta Arenas all year; in Santiago it is 09:30 only after September.
    subject = replace(SUBJECT, country="XX", zones=("America/Santiago",))
    stack = RuleStack(XX.packs())
    winter, summer = datetime(2026, 9, 3, 13, 0, tzinfo=UTC), datetime(2026, 9, 10, 13, 0, tzinfo=UTC)
    assert not stack.judge(intent=EMAIL, subject=subject, at=winter).allowed
    assert stack.judge(intent=EMAIL, subject=subject, at=summer).allowed


def test_forbidden_content_follows_the_packs() -> None:
    assert "ask_reason_for_default" in STACK.forbidden_content(
        intent=EMAIL, subject=SUBJECT, on=date(2026, 11, 20)
    )
    assert STACK.forbidden_content(intent=EMAIL, subject=SUBJECT, on=date(2020, 1, 1)) == frozenset()


def test_a_hit_can_be_told_in_words() -> None:
    verdict = STACK.judge(intent=EMAIL, subject=SUBJECT, at=local(2026, 11, 20, 19))
    assert sentence(hit=verdict.hits[0]) == (
        "Outside the contact hours of CO.W1: open 07:00 to 19:00; it is 2026-11-20 19:00 there."
    )
    with pytest.raises(KeyError):
        sentence(hit=Hit("CO.W1", Ruling.DENY, "because"))
    assert all(text[0] != " " and text.endswith(".") for text in SENTENCES.values())
