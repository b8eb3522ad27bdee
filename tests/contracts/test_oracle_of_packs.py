# SPDX-License-Identifier: Apache-2.0
"""The gate against the oracle of `oracle.py`, over every pack, with random customers, histories and instants."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from tests.contracts.golden_hours import countries
from tests.contracts.oracle import ALLOW, DEFER, DENY, HUMAN, Oracle
from tests.contracts.oracle_files import Law, Past, Question, folders

from conserje.domain.kit.days import is_zone
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Circumstances,
    Consent,
    ContactOutcome,
    CreditorKind,
    CreditorRole,
    DebtKind,
    DebtorType,
    Intent,
    Particulars,
    PastContact,
    Permission,
    Place,
    Purpose,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.gate import RuleStack
from conserje.domain.rules.pack import Pack
from conserje.domain.rules.verdict import Ruling, Verdict
from conserje.domain.rules.vocabulary import Condition

# A question is asked at so many instants: who asks and under which law is prepared once for them all.
INSTANTS = 4
SEED = int(os.environ.get("CONSERJE_SEED", "0")) or 20261129
QUICK, LONG = 20_000, 1_000_000
QUICK_WALKS, LONG_WALKS = 60, 10_000
FAR = timedelta(days=60)
OUTCOMES = [item.value for item in ContactOutcome]
CHANNELS = [item.value for item in Channel]
STATES = [item.value for item in Condition]
DEBT_KINDS = [item.value for item in DebtKind]
CREDITOR_KINDS = [item.value for item in CreditorKind]
RECIPIENTS = [item.value for item in RecipientRole]
PURPOSES = [item.value for item in Purpose]
CREDITORS = [item.value for item in CreditorRole]
DEBTORS = [item.value for item in DebtorType]


@dataclass(frozen=True)
class Court:
    """The packs of one folder under some readings, as both sides know them."""

    name: str
    stack: RuleStack
    laws: tuple[Law, ...]


@lru_cache(maxsize=1)
def courts() -> tuple[Court, ...]:
    """Every folder with the platforms, under the usual readings and with each other reading once."""
    known, files = {item.folder.name: item for item in countries()}, folders()
    assert set(known) == set(files), "the oracle must find every folder"
    platforms = [name for name, item in known.items() if not any(pack.country for pack in item.packs())]
    found = []
    for name, item in known.items():
        names = [name, *(other for other in platforms if other != name)]
        if name in platforms:
            names.append("xx")
        packs = [pack for one in names for pack in known[one].packs()]
        laws = [law for one in names for law in files[one]]
        found.append(Court(name, RuleStack(tuple(packs)), tuple(laws)))
        for reading in item.packs()[0].readings:
            for option in reading.options:
                if option != reading.value:
                    found.append(_read(f"{name} {reading.name}={option}", packs, laws, reading.name, option))
    return tuple(found)


def _read(name: str, packs: list[Pack], laws: list[Law], question: str, option: str) -> Court:
    """The same packs under another reading of one question."""
    read = [pack.read_as(name=question, value=option) if pack.reading(question) else pack for pack in packs]
    told = [
        replace(law, reads={**law.reads, question: option}) if question in law.reads else law for law in laws
    ]
    return Court(name, RuleStack(tuple(read)), tuple(told))


@lru_cache(maxsize=64)
def changes(zone_name: str) -> tuple[datetime, ...]:
    """Hours of 2026 and 2027 in which the clock of a zone changes."""
    tz, found = ZoneInfo(zone_name), []
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2028:
        later = at + timedelta(hours=1)
        if at.astimezone(tz).utcoffset() != later.astimezone(tz).utcoffset():
            found.append(at)
        at = later
    return tuple(found)


def draw_instant(rng: random.Random, law: Law, zone_name: str) -> datetime:
    """An instant of the certified years: near a change of clocks, a holiday, a boundary of a window, or anywhere."""
    tz = ZoneInfo(zone_name)
    kind = rng.random()
    moved = changes(zone_name)
    if kind < 0.2 and moved:
        return rng.choice(moved) + timedelta(seconds=rng.randrange(-40 * 3600, 40 * 3600))
    start, last = date(2026, 1, 1), law.raw["review_by"] if rng.random() < 0.95 else date(2028, 2, 1)
    day = start + timedelta(days=rng.randrange((last - start).days + 1))
    years = [year for year, days in law.days.items() if days and 2026 <= year <= 2027]
    if kind < 0.4 and years:
        day = rng.choice(sorted(law.days[rng.choice(years)])) + timedelta(days=rng.choice((-1, 0, 0, 1)))
    dated = [
        rule for section in ("windows", "caps") for rule in law.rules(section) if rule.get("effective_to")
    ]
    if kind < 0.45 and dated:
        day = rng.choice(dated)["effective_to"] + timedelta(days=rng.choice((-1, 0, 1, 2)))
    edges = [str(rule[key]) for rule in law.rules("windows") for key in ("from", "to") if key in rule]
    if edges and rng.random() < 0.4:
        hour, minute = (int(part) for part in rng.choice(edges).split(":"))
        at = datetime(day.year, day.month, day.day, tzinfo=tz) + timedelta(hours=hour, minutes=minute)
        return at.astimezone(UTC) + timedelta(seconds=rng.choice((-1, 0, 0, 1, 59, -60)))
    at = datetime(day.year, day.month, day.day, tzinfo=tz) + timedelta(seconds=rng.randrange(86400))
    return at.astimezone(UTC)


def often(rng: random.Random, usual: str, others: list[str], share: float) -> str:
    return rng.choice(others) if rng.random() < share else usual


def draw(rng: random.Random, court: Court) -> tuple[Question, datetime]:
    placed = [law for law in court.laws if law.country]
    law = rng.choice(placed)
    zones = [rng.choice(law.zones)]
    if rng.random() < 0.15:
        zones.append(rng.choice([*law.zones, "America/Bogota", "Europe/Madrid", "Pacific/Easter"]))
    at = draw_instant(rng, law, zones[0])
    if rng.random() < 0.02:
        zones = [] if rng.random() < 0.5 else [*zones, "Macondo/Centro"]
    parts = ["", *(str(item.raw.get("subdivision") or "") for item in placed if item.country == law.country)]
    parts += [*law.regional, "ZZZ"]
    channel = often(rng, rng.choice(("email", "sms", "call", "whatsapp")), CHANNELS, 0.4)
    past_channels = [channel, channel, "email", "call"] if rng.random() < 0.75 else CHANNELS
    narrow = [rule["channels"] for rule in law.rules("caps") if rule.get("channels", ["*"]) != ["*"]]
    if narrow and rng.random() < 0.3:
        past_channels = rng.choice(narrow)
        channel = rng.choice(past_channels)
    consent = {}
    if rng.random() < 0.93:
        consent[channel] = often(rng, "granted", ["unknown", "revoked"], 0.06)
    for other in rng.sample(CHANNELS, rng.randint(0, 2)):
        consent.setdefault(other, rng.choice(("granted", "granted", "revoked")))
    asked = Question(
        country=law.country if rng.random() < 0.98 else "QQ",
        subdivision=rng.choice(parts),
        zones=tuple(dict.fromkeys(zones)),
        debtor=often(rng, "natural_consumer", DEBTORS, 0.3),
        creditor=often(rng, "first_party", CREDITORS, 0.4),
        channel=channel,
        purpose=often(rng, "collection", PURPOSES, 0.25),
        recipient=often(rng, "debtor", RECIPIENTS, 0.08),
        opened=rng.random() < 0.1,
        place=often(rng, "personal", ["elsewhere"], 0.15),
        consent=consent,
        states=frozenset(rng.sample(STATES, 1)) if rng.random() < 0.05 else frozenset(),
        past=sorted(draw_past(rng, at, past_channels), key=lambda item: item.at),
        debts=rng.choice(((), ("A",), ("A", "B"))),
        creditor_kind=often(rng, "unknown", CREDITOR_KINDS, 0.06),
        debt_kind=often(rng, "unknown", DEBT_KINDS, 0.1),
        debt_place=often(rng, "", [item.country for item in placed], 0.02),
        creditor_place=often(
            rng, "", [f"{item.country}-{item.raw.get('subdivision', 'C')}" for item in placed], 0.1
        ),
        other_hours_until=at + timedelta(hours=rng.randint(-3, 30)) if rng.random() < 0.05 else None,
    )
    return asked, at


def draw_past(rng: random.Random, at: datetime, channels: list[str]) -> Iterator[Past]:
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 5))):
        days = rng.choice((1, 3, 8, 8, 35))
        past = Past(
            at - timedelta(seconds=rng.randrange(60, days * 86400)),
            rng.choice(channels),
            often(rng, "collection", PURPOSES, 0.15),
            rng.choice(OUTCOMES),
        )
        if rng.random() < 0.4:
            past.debts = rng.choice(((), ("A",), ("B",), ("C",)))
            past.elsewhere_creditor = rng.random() < 0.3
            past.inbound = rng.random() < 0.2
            past.place = often(rng, "personal", ["elsewhere"], 0.4)
        yield past


def as_the_gate_knows(asked: Question) -> tuple[Intent, Subject]:
    past = tuple(
        PastContact(
            item.at,
            Channel(item.channel),
            Purpose(item.purpose),
            ContactOutcome(item.outcome),
            Circumstances(item.debts, item.elsewhere_creditor, item.inbound, Place(item.place))
            if item.debts or item.elsewhere_creditor or item.inbound or item.place != "personal"
            else None,
        )
        for item in asked.past
    )
    own = {"time_barred", "insolvent", "deceased_or_minor"}
    particulars = Particulars(
        CreditorKind(asked.creditor_kind),
        DebtKind(asked.debt_kind),
        asked.debt_place,
        asked.creditor_place,
        frozenset(Condition(name) for name in asked.states - own),
        asked.debts,
    )
    subject = Subject(
        asked.country,
        asked.subdivision,
        asked.zones,
        DebtorType(asked.debtor),
        CreditorRole(asked.creditor),
        tuple(Permission(Channel(name), Consent(said)) for name, said in asked.consent.items()),
        past,
        *(name in asked.states for name in ("time_barred", "insolvent", "deceased_or_minor")),
        asked.other_hours_until,
        None if particulars == Particulars() else particulars,
    )
    intent = Intent(
        Channel(asked.channel),
        Purpose(asked.purpose),
        RecipientRole(asked.recipient),
        asked.opened,
        Place(asked.place),
    )
    return intent, subject


def instants(rng: random.Random, at: datetime, zone_name: str) -> list[datetime]:
    """`at`, within the days after it, and the last second of its day or the first of the next."""
    local = at.astimezone(ZoneInfo(zone_name))
    midnight = datetime(local.year, local.month, local.day, tzinfo=local.tzinfo) + timedelta(days=1)
    turn = midnight.astimezone(UTC) + timedelta(seconds=rng.choice((-1, 0)))
    later = [at + timedelta(seconds=rng.randrange(1, days * 86400)) for days in (1, 8)]
    return [at, turn, *later][:INSTANTS]


def differences(
    court: Court, known: tuple[Intent, Subject], oracle: Oracle, at: datetime, rng: random.Random
) -> tuple[list[str], Verdict]:
    """What gate and oracle do not agree about, for one question at one instant."""
    intent, subject = known
    verdict = court.stack.judge(intent=intent, subject=subject, at=at)
    ours, wrong = oracle.ruling(at), []
    if ours == ALLOW:
        texts = oracle.texts(at)
        expected = Ruling.ALLOW_WITH_TEXT if texts else Ruling.ALLOW
        if verdict.ruling is not expected or set(verdict.texts) != texts:
            wrong.append(f"expected {expected.name} {sorted(texts)}")
    elif ours in (HUMAN, DENY):
        if verdict.ruling is not Ruling(ours):
            wrong.append(f"expected {Ruling(ours).name}")
    elif verdict.ruling is Ruling.DEFER_UNTIL:
        until = verdict.until
        assert until is not None
        if oracle.ruling(until) != ALLOW:
            wrong.append(f"{until} is not lawful")
        gap = int((until - at).total_seconds())
        for second in {gap - 1, *(rng.randrange(gap) for _ in range(1))} if gap > 1 else ():
            if oracle.ruling(at + timedelta(seconds=second)) == ALLOW:
                wrong.append(f"{at + timedelta(seconds=second)} was lawful before {until}")
    elif verdict.ruling < Ruling.DEFER_UNTIL or all(
        hit.ruling is not Ruling.DEFER_UNTIL for hit in verdict.hits
    ):
        wrong.append("expected to wait")
    return wrong, verdict


def compare(count: int, seed: int, among: tuple[Court, ...] = ()) -> Counter[str]:
    """Compare `count` verdicts; fails with everything needed to see one again."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for number in range(count // INSTANTS):
        court = rng.choice(among or courts())
        asked, first = draw(rng, court)
        known, oracle = as_the_gate_knows(asked), Oracle(list(court.laws), asked)
        zone_name = next((name for name in asked.zones if "/" in name and is_zone(name)), "UTC")
        for at in instants(rng, first, zone_name):
            wrong, verdict = differences(court, known, oracle, at, rng)
            assert not wrong, (
                f"CONSERJE_SEED={seed}, draw {number}, {court.name}: {wrong}, got {verdict}\n{asked}\nat {at}"
            )
            seen[verdict.ruling.name] += 1
            seen.update({hit.rule for hit in verdict.hits})
    return seen


def walk(count: int, seed: int) -> int:
    """Find `count` next instants by walking minute by minute; returns how many had to wait."""
    rng, waited = random.Random(seed), 0
    while waited < count:
        court = rng.choice(courts())
        asked, at = draw(rng, court)
        oracle = Oracle(list(court.laws), asked)
        if oracle.ruling(at) != DEFER:
            continue
        waited += 1
        intent, subject = as_the_gate_knows(asked)
        told, verdict = court.stack.next_instant(intent=intent, subject=subject, after=at, until=at + FAR)
        found = oracle.first_change(at, at + FAR)
        where = f"CONSERJE_SEED={seed}, {court.name}: told {told}, found {found}, {verdict}\n{asked}\nat {at}"
        if found is None:
            assert told is None, where
        elif found[1] == ALLOW:
            assert told == found[0], where
        else:
            assert told is None, where
            assert verdict.ruling is Ruling(found[1]), where
    return waited


@pytest.mark.slow
def test_gate_and_oracle_agree() -> None:
    sys.stdout.write(f"CONSERJE_SEED={SEED}\n")
    seen = compare(QUICK, SEED)
    for ruling in (Ruling.ALLOW_WITH_TEXT, Ruling.DEFER_UNTIL, Ruling.NEEDS_HUMAN, Ruling.DENY):
        assert seen[ruling.name] > QUICK / 50, (ruling, seen.most_common(30))


@pytest.mark.slow
def test_the_next_instant_is_the_first_minute_the_oracle_allows() -> None:
    sys.stdout.write(f"CONSERJE_SEED={SEED}\n")
    assert walk(QUICK_WALKS, SEED) == QUICK_WALKS


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_gate_and_oracle_agree_a_million_times(part: int) -> None:
    sys.stdout.write(f"CONSERJE_SEED={SEED}, part {part}\n")
    compare(LONG // 4, SEED + 1 + part)


@pytest.mark.long
def test_ten_thousand_next_instants() -> None:
    sys.stdout.write(f"CONSERJE_SEED={SEED}\n")
    walk(LONG_WALKS, SEED + 9)
