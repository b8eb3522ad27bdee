# SPDX-License-Identifier: Apache-2.0
"""A creditor may tighten anything; it may relax policy only, with a reason, a person and an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conserje.countries.co import ADAPTER as CO
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
from conserje.domain.rules.overrides import (
    Override,
    OverrideRefused,
    Refusal,
    Tightening,
    overridden,
    tightened,
)
from conserje.domain.rules.rule import Cap, ContactWindow, ForbiddenChannel
from conserje.domain.rules.verdict import Ruling
from conserje.domain.rules.vocabulary import Basis, Confidence, DayKind, Period

BOGOTA = ZoneInfo("America/Bogota")
EMAIL = Intent(Channel.EMAIL, Purpose.COLLECTION, RecipientRole.DEBTOR)
COMMON = {"basis": Basis.POLICY, "confidence": Confidence.VERIFIED, "effective_from": date(2020, 1, 1)}
TODAY = date(2026, 11, 20)
SUBJECT = Subject(
    "CO",
    "",
    ("America/Bogota",),
    DebtorType.NATURAL_CONSUMER,
    CreditorRole.FIRST_PARTY,
    tuple(Permission(channel, Consent.GRANTED) for channel in Channel),
    (),
)
GOOD = Override(
    rule="CO.X2",
    reason="Acordado con el gremio",
    by="user 7",
    since=date(2026, 11, 1),
    until=date(2026, 11, 30),
)


def forbidden(stack: RuleStack, on: date) -> frozenset[str]:
    return stack.forbidden_content(intent=EMAIL, subject=SUBJECT, on=on)


def test_a_policy_is_suspended_between_its_dates_only_and_the_label_says_so() -> None:
    packs = overridden(packs=CO.packs(), overrides=[GOOD], on=TODAY)
    stack = RuleStack(packs)
    assert "threat" not in forbidden(stack, date(2026, 11, 1))
    assert "threat" not in forbidden(stack, date(2026, 11, 30))
    assert "threat" in forbidden(stack, date(2026, 10, 31))
    assert "threat" in forbidden(stack, date(2026, 12, 1))
    assert "shame" in forbidden(stack, TODAY)
    assert stack.versions == ("CO 2026.11.0 +without CO.X2=2026-11-01..2026-11-30",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rule": "CO.W1"}, Refusal.NOT_POLICY),
        ({"rule": "CO.C1"}, Refusal.NOT_POLICY),
        ({"rule": "CO.Z9"}, Refusal.NO_SUCH_RULE),
        ({"reason": " "}, Refusal.NO_REASON),
        ({"by": ""}, Refusal.NO_PERSON),
        ({"until": date(2026, 10, 31)}, Refusal.NO_END),
        ({"until": date(2027, 11, 3)}, Refusal.NO_END),
        ({"rule": "one_contact_per_week", "value": "true"}, Refusal.NOT_RELAXABLE),
        ({"rule": "no_such_reading", "value": "x"}, Refusal.NO_SUCH_RULE),
        ({"instead": CO.packs()[0].caps[:1]}, Refusal.OTHER_KIND),
    ],
)
def test_what_may_not_be_relaxed_is_refused_with_its_reason(change: dict, why: Refusal) -> None:
    with pytest.raises(OverrideRefused) as refusal:
        overridden(packs=CO.packs(), overrides=[replace(GOOD, **change)], on=TODAY)
    assert refusal.value.why is why


def test_a_platforms_rule_is_not_relaxed() -> None:
    pack = CO.packs()[0]
    rule = ForbiddenChannel(
        id="CO.V9", channels=frozenset({Channel.WHATSAPP}), **{**COMMON, "basis": Basis.PLATFORM}
    )
    platform = replace(pack, forbidden_channels=(*pack.forbidden_channels, rule))
    with pytest.raises(OverrideRefused, match="not_policy"):
        overridden(packs=(platform,), overrides=[replace(GOOD, rule="CO.V9")], on=TODAY)


def test_a_milder_rule_holds_instead_meanwhile() -> None:
    saturday = ContactWindow(id="CO.W7", days=frozenset({DayKind.SUN}), closed=True, **COMMON)
    pack = CO.packs()[0]
    base = replace(pack, windows=(*(item for item in pack.windows if item.id != "CO.W3"), saturday))
    open_sunday = ContactWindow(
        id="any", days=frozenset({DayKind.SUN}), opens_minute=540, closes_minute=600, **COMMON
    )
    relaxed = overridden(
        packs=(base,), overrides=[replace(GOOD, rule="CO.W7", instead=(open_sunday,))], on=TODAY
    )
    at = datetime(2026, 11, 22, 9, 30, tzinfo=BOGOTA)
    assert not RuleStack((base,)).judge(intent=EMAIL, subject=SUBJECT, at=at).allowed
    assert RuleStack(relaxed).judge(intent=EMAIL, subject=SUBJECT, at=at).allowed
    later = at + timedelta(days=14)
    assert not RuleStack(relaxed).judge(intent=EMAIL, subject=SUBJECT, at=later).allowed


def test_a_relaxable_reading_is_read_otherwise_in_its_dates() -> None:
    milder = replace(GOOD, rule="week_definition", value="iso_week")
    (pack,) = overridden(packs=CO.packs(), overrides=[milder], on=TODAY)
    assert pack.reading("week_definition") == "iso_week"
    (pack,) = overridden(packs=CO.packs(), overrides=[milder], on=date(2026, 12, 1))
    assert pack.reading("week_definition") == "both_strict"


def test_anything_may_be_tightened() -> None:
    own = Tightening(
        windows=(ContactWindow(id="OWN.W1", days=frozenset({DayKind.SAT}), closed=True, **COMMON),),
        caps=(Cap(id="OWN.C1", maximum=1, rolling_days=30, per=Period.ROLLING, **COMMON),),
        forbidden_channels=(ForbiddenChannel(id="OWN.V1", channels=frozenset({Channel.CALL}), **COMMON),),
    )
    stack = RuleStack(tightened(packs=CO.packs(), own=own, creditor="acme"))
    saturday = datetime(2026, 11, 21, 9, tzinfo=BOGOTA)
    assert RuleStack(CO.packs()).judge(intent=EMAIL, subject=SUBJECT, at=saturday).allowed
    verdict = stack.judge(intent=EMAIL, subject=SUBJECT, at=saturday)
    assert (verdict.ruling, verdict.hits[0].rule) == (Ruling.DEFER_UNTIL, "OWN.W1")
    friday = datetime(2026, 11, 20, 9, tzinfo=BOGOTA)
    assert stack.judge(intent=EMAIL, subject=SUBJECT, at=friday).allowed
    call = replace(EMAIL, channel=Channel.CALL)
    assert stack.judge(intent=call, subject=SUBJECT, at=friday).ruling is Ruling.DENY
    past = (
        PastContact(friday - timedelta(days=20), Channel.EMAIL, Purpose.COLLECTION, ContactOutcome.DELIVERED),
    )
    waits = stack.judge(intent=EMAIL, subject=replace(SUBJECT, past=past), at=friday)
    assert [hit.rule for hit in waits.hits if hit.ruling is Ruling.DEFER_UNTIL] == ["OWN.C1"]


def test_a_creditor_opens_nothing_by_tightening() -> None:
    opening = ContactWindow(id="OWN.W1", days=frozenset({DayKind.SUN}), **COMMON)
    with pytest.raises(OverrideRefused):
        tightened(packs=CO.packs(), own=Tightening(windows=(opening,)), creditor="acme")
