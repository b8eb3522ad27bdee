# SPDX-License-Identifier: Apache-2.0
"""No try over any network's limit, by a counter of the test's own; and the refusals one by one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conserje.domain.kit.money import Money
from conserje.domain.recovery.governor import Allowed, Card, Denied, History, Try, earliest, judge
from conserje.domain.recovery.networks import NetworkRefused, configured
from conserje.services.recovery.network import _read

START = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
NETWORKS = _read("")
AMOUNT = Money("MXN", 19_900)
UNBOUND = 10**6
_DAY = timedelta(days=1)
_SAO_PAULO = ZoneInfo("America/Sao_Paulo")

# Written down once more and read from nowhere: (networks it binds, countries, window or "month", most, same amount).
LIMITS = [
    ({"visa", ""}, None, 30 * _DAY, 15, False),
    ({"mastercard", ""}, None, _DAY, 10, False),
    ({"mastercard", ""}, None, 30 * _DAY, 35, False),
    ({"mastercard", ""}, {"BR", ""}, _DAY, 7, False),
    ({"elo", ""}, None, "month", 15, False),
    ({"others", ""}, None, _DAY, 7, False),
    ({"others", ""}, None, 30 * _DAY, 15, False),
]
NEVER = {
    "visa": {"04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"},
    "mastercard": set(),
    "elo": set(),
    "others": set(),
}
ADVICE_NEVER = {"03", "21", "40", "41"}
DELAYS = {"24": 1, "25": 24, "26": 48, "27": 96, "28": 144, "29": 192, "30": 240}


def _card(network: str = "visa", country: str = "MX") -> Card:
    return Card("demo", "fp_1", network, country)


def _try(at: datetime, amount: Money = AMOUNT, **words: object) -> Try:
    given = {"approved": False, "response_code": "51", **words}
    return Try(at, "demo", "fp_1", amount, **given)  # type: ignore[arg-type]


def _over(card: Card, tries: list[Try], at: datetime) -> str:
    """What a try at `at` would break, told without the governor's help."""
    before = [
        one for one in tries if one.at <= at and one.fingerprint == card.fingerprint and one.gateway == "demo"
    ]
    for networks, countries, window, most, _ in LIMITS:
        if card.network not in networks or (countries and card.country not in countries):
            continue
        count = 1
        for one in before:
            if one.approved:
                continue
            if window == "month":
                mine, other = at.astimezone(_SAO_PAULO), one.at.astimezone(_SAO_PAULO)
                count += (mine.year, mine.month) == (other.year, other.month)
            else:
                assert isinstance(window, timedelta)
                count += at - one.at < window
        if count > most:
            return f"{count} in {window}"
    refused = [one for one in before if not one.approved]
    never = set().union(*NEVER.values()) if card.network == "" else NEVER[card.network]
    if any(one.response_code in never for one in refused):
        return "a code that ends the card"
    if card.network in ("mastercard", ""):
        if any(one.advice in ADVICE_NEVER for one in refused):
            return "an advice that ends the card"
        last = refused[-1] if refused else None
        if last and at < last.at + timedelta(hours=DELAYS.get(last.advice, 0)):
            return "before the advice allows"
    return ""


def _history(draw: random.Random, network: str) -> list[Try]:
    """Tries of others: dense or sparse, of one amount or several, now and then with the words that end a card."""
    count, span = draw.randrange(40), draw.choice([6, 24, 200, 720, 1400])
    tries = []
    for _ in range(count):
        at = START - timedelta(minutes=draw.randrange(span * 60))
        amount = AMOUNT if draw.random() < 0.7 else Money("MXN", 19_900 - draw.randrange(1, 5))
        advice = draw.choice(["24", "25", "30"]) if draw.random() < 0.2 else ""
        code = "51"
        if draw.random() < 0.004:
            code, advice = draw.choice([("41", ""), ("05", "03"), ("05", "21")])
        fingerprint = "fp_1" if draw.random() < 0.9 else "fp_2"
        approved = draw.random() < 0.03
        tries.append(
            Try(
                at,
                "demo",
                fingerprint,
                amount,
                approved,
                "" if approved else code,
                "" if approved else advice,
            )
        )
    return sorted(tries, key=lambda one: one.at)


def _play(seed: int, rounds: int) -> tuple[int, int, list[str]]:
    """Tries made in `rounds` random histories, those never allowed, and what any of the tries broke."""
    draw, made, refused, broken = random.Random(seed), 0, 0, []
    for number in range(rounds):
        card = _card(
            draw.choice(["visa", "mastercard", "elo", "others", ""]), draw.choice(["MX", "BR", "CO", ""])
        )
        tries, at = _history(draw, card.network), START
        own = draw.choice([UNBOUND, UNBOUND, 4])
        for _ in range(draw.randrange(1, 7)):
            history = History(tuple(tries), True)
            amount = AMOUNT if draw.random() < 0.7 else Money("MXN", 9_900)
            found = earliest(
                card=card, amount=amount, history=history, at=at, networks=NETWORKS, own_most=own
            )
            if isinstance(found, Denied):
                refused += 1
                break
            wrong = _over(card, tries, found)
            if wrong:
                broken.append(f"seed {seed}, history {number}: {card} at {found}: {wrong}")
            made += 1
            tries.append(_try(found, amount, advice=draw.choice(["", "", "24", "26"])))
            at = found + timedelta(minutes=draw.randrange(180))
    return made, refused, broken


@pytest.mark.slow
def test_no_try_is_over_any_limit() -> None:
    made, refused, broken = _play(20261129, 2_000)
    assert not broken, broken[:3]
    assert made > 5_000
    assert refused > 50


@pytest.mark.long
def test_no_try_is_over_any_limit_in_a_hundred_thousand_histories() -> None:
    made, refused, broken = _play(7, 100_000)
    assert not broken, broken[:3]
    assert made > 250_000
    assert refused > 2_500


def test_the_counter_of_this_test_sees_a_try_too_many() -> None:
    tries = [_try(START - timedelta(hours=n)) for n in range(15)]
    assert _over(_card(), tries, START + timedelta(minutes=1))
    assert not _over(_card(), tries[:14], START + timedelta(minutes=1))


def test_it_leaves_the_first_moment_that_is_allowed_and_none_before() -> None:
    tries = tuple(_try(START - timedelta(hours=n)) for n in range(15))
    found = earliest(
        card=_card(),
        amount=AMOUNT,
        history=History(tries, True),
        at=START,
        networks=NETWORKS,
        own_most=UNBOUND,
    )
    assert found == START - timedelta(hours=14) + 30 * _DAY


def test_a_smaller_amount_is_no_way_around() -> None:
    tries = tuple(_try(START - timedelta(hours=n), Money("MXN", 10_000 + n)) for n in range(15))
    found = judge(
        card=_card(),
        amount=AMOUNT,
        history=History(tries, True),
        at=START,
        networks=NETWORKS,
        own_most=UNBOUND,
    )
    assert isinstance(found, Denied)
    assert found.rule == "visa.card_30_days"


@pytest.mark.parametrize("words", [{"response_code": "57"}, {"response_code": "R1"}])
def test_visa_category_one_is_never_tried_again(words: dict[str, str]) -> None:
    history = History((_try(START - 90 * _DAY, **words),), True)
    assert judge(card=_card(), amount=AMOUNT, history=history, at=START, networks=NETWORKS) == Denied(
        "visa.never", None
    )


@pytest.mark.parametrize("advice", ["03", "21", "40", "41"])
def test_mastercard_advice_that_ends_the_card(advice: str) -> None:
    history = History((_try(START - 3 * _DAY, advice=advice),), True)
    found = judge(card=_card("mastercard"), amount=AMOUNT, history=history, at=START, networks=NETWORKS)
    assert found == Denied("mastercard.never", None)


@pytest.mark.parametrize(("advice", "hours"), [("24", 1), ("25", 24), ("27", 96), ("30", 240)])
def test_mastercard_advice_that_delays(advice: str, hours: int) -> None:
    history = History((_try(START, advice=advice),), True)
    card = _card("mastercard")
    before = START + timedelta(hours=hours, seconds=-1)
    assert isinstance(judge(card=card, amount=AMOUNT, history=history, at=before, networks=NETWORKS), Denied)
    after = START + timedelta(hours=hours)
    assert judge(card=card, amount=AMOUNT, history=history, at=after, networks=NETWORKS) == Allowed()


def test_brazil_is_held_to_seven_a_day_and_an_unknown_country_too() -> None:
    tries = tuple(_try(START - timedelta(hours=n)) for n in range(7))
    for country, allowed in (("BR", False), ("", False), ("MX", True)):
        card = _card("mastercard", country)
        found = judge(
            card=card,
            amount=AMOUNT,
            history=History(tries, True),
            at=START + timedelta(seconds=1),
            networks=NETWORKS,
            own_most=UNBOUND,
        )
        assert isinstance(found, Allowed) is allowed


def test_our_own_cap_is_four_in_thirty_days() -> None:
    tries = tuple(_try(START - n * _DAY) for n in range(4))
    found = judge(card=_card(), amount=AMOUNT, history=History(tries, True), at=START, networks=NETWORKS)
    assert found == Denied("own.30_days", START - 3 * _DAY + 30 * _DAY)
    fewer = History(tries[:3], True)
    assert judge(card=_card(), amount=AMOUNT, history=fewer, at=START, networks=NETWORKS) == Allowed()


def test_it_fails_closed() -> None:
    unknown = Card("demo", "", "visa", "MX")
    for card, history in ((_card(), History((), False)), (unknown, History((), True))):
        found = judge(card=card, amount=AMOUNT, history=history, at=START, networks=NETWORKS)
        assert found == Denied("history_incomplete", None)


def test_a_limit_is_configured_within_what_the_network_allows() -> None:
    wider = configured(NETWORKS, most={"visa.card_30_days": 20, "visa.same_amount_30_days": 20})
    tries = tuple(_try(START - timedelta(hours=n)) for n in range(19))
    history = History(tries, True)
    found = judge(card=_card(), amount=AMOUNT, history=history, at=START, networks=wider, own_most=UNBOUND)
    assert found == Allowed()
    with pytest.raises(NetworkRefused):
        configured(NETWORKS, most={"visa.card_30_days": 21})
    with pytest.raises(NetworkRefused):
        configured(NETWORKS, most={"mastercard.24_hours": 11})


def test_an_operator_sets_a_limit_by_the_environment() -> None:
    wider = _read("visa.card_30_days=20, visa.same_amount_30_days=18")
    figures = {limit.id: limit.most for limit in wider.on(START.date(), network="visa").limits}
    assert figures == {"visa.card_30_days": 20, "visa.same_amount_30_days": 18}
    for wrong in ("visa.card_30_days=21", "visa.nothing=3", "visa.card_30_days"):
        with pytest.raises(NetworkRefused):
            _read(wrong)
