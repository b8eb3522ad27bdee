# SPDX-License-Identifier: Apache-2.0
"""Wompi's integrity signature and the sum of its events: vectors, an implementation of another kind, and forgeries."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, CheckoutRequest, Redirect
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import SettingsRefused
from conserje.gateways.wompi import ADAPTER, facts, signing
from conserje.gateways.wompi.settings import WompiSettings
from conserje.testing.replay import RecordedHttp

EVENTS = "test_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z"
NOW = 1_795_300_453
WOMPI = WompiSettings(
    public_key="pub_test_X0zDA9xoKdePzhd8a0x9HAez7HgGO2fH",
    private_key="prv_test_Y1aEB0ypLePzhe9b1y0IBfa8IhHP3gI",
    integrity_secret="test_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6",
    events_secret=EVENTS,
)


def outside(text: str) -> str:
    """SHA-256 by the system's own tool."""
    done = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)
    return done.stdout.split()[0].decode()


def event(**changed: Any) -> dict[str, Any]:
    """An event as documented, with a right sum."""
    one = {
        "id": "01-1531231271-19365",
        "status": "APPROVED",
        "amount_in_cents": 4490000,
        "reference": "CJACDEFGHJ",
    }
    one |= changed.pop("transaction", {})
    ways = changed.pop("properties", ["transaction.id", "transaction.status", "transaction.amount_in_cents"])
    at = changed.pop("timestamp", NOW)
    text = "".join(str(one[way.split(".")[1]]) for way in ways if way.split(".")[1] in one)
    told = {
        "event": "transaction.updated",
        "data": {"transaction": one},
        "signature": {"properties": ways, "checksum": outside(f"{text}{at}{changed.pop('secret', EVENTS)}")},
        "timestamp": at,
    }
    return told | changed


def trusted(told: dict[str, Any], *, now: int = NOW) -> bool:
    raw = RawRequest("POST", "/", {}, "", json.dumps(told).encode())
    return ADAPTER.trusts(raw, WOMPI, now_epoch=now)


def test_the_vector_of_the_documentation() -> None:
    told = signing.integrity(
        reference="sk8-438k4-xmxm392-sn2m",
        cents=2490000,
        currency="COP",
        secret="prod_integrity_Z5mMke9x0k8gpErbDqwrJXMqsI6SFli6",
    )
    assert told == "37c8407747e595535433ef8f6a811d853cd943046624a0ec04662b17bbf33bf5"


def test_the_documented_event_has_the_sum_of_its_own_text() -> None:
    """The page prints another sum (3476DDA5...), which is not that of the text it explains."""
    text = "1234-1610641025-49201APPROVED44900001530291411prod_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z"
    told = {
        "data": {
            "transaction": {"id": "1234-1610641025-49201", "status": "APPROVED", "amount_in_cents": 4490000}
        },
        "signature": {"properties": ["transaction.id", "transaction.status", "transaction.amount_in_cents"]},
        "timestamp": 1530291411,
    }
    secret = "prod_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z"
    assert signing.checksum(told, secret=secret) == outside(text)
    assert outside(text) == "5a18ec5e8fdb7df463e9f94774cba8f583ba21bd04a09ceff2ea68a4bc0aefbe"


@given(
    minor=st.integers(1, 10**12),
    reference=st.text("ACDEFGHJKMNPQRTUVWXY34679", min_size=6, max_size=12),
    until=st.one_of(
        st.none(), st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
    ),
)
@settings(max_examples=40)
def test_a_page_says_the_amount_and_signs_what_it_says(
    minor: int, reference: str, until: datetime | None
) -> None:
    request = CheckoutRequest(
        key="k",
        reference="C" + reference,
        amount=Money("COP", minor),
        description="x",
        return_url="https://pagos.example.test/volver",
        hook_url="",
        locale="es_CO",
        until=until,
    )
    answer = ADAPTER.start(request, WOMPI, RecordedHttp(()))

    assert isinstance(answer, Redirect)
    said = {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}
    assert int(said["amount-in-cents"]) == minor
    text = said["reference"] + said["amount-in-cents"] + said["currency"] + said.get("expiration-time", "")
    assert said["signature:integrity"] == outside(text + WOMPI.integrity_secret)
    assert WOMPI.integrity_secret not in answer.url
    assert WOMPI.private_key not in answer.url


def test_the_list_of_the_event_counts_not_one_of_ours() -> None:
    told = event(properties=["transaction.reference", "transaction.id"])
    assert trusted(told)
    told["data"]["transaction"]["status"] = "DECLINED"
    assert trusted(told), "not signed, and looked up before it counts"
    told["data"]["transaction"]["reference"] = "CJOTRA3467"
    assert not trusted(told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "test_events_de_otra_empresa_0123456789"},
        {"timestamp": NOW - 27 * 3600},
        {"timestamp": NOW + 301},
        {"properties": ["transaction.status"]},
        {"properties": []},
        {"properties": ["transaction.id", "transaction.nothing"]},
        {"properties": ["transaction.id"] * 21},
        {"signature": {"properties": "transaction.id", "checksum": "0" * 64}},
        {"signature": None},
        {"data": [1]},
    ],
    ids=str,
)
def test_forged_old_and_broken_events_are_not_trusted(wrong: dict[str, Any]) -> None:
    assert trusted(event())
    assert not trusted(event(**wrong))


def test_letters_of_the_sum_may_be_large_or_small_and_nothing_else_may_differ() -> None:
    told = event()
    told["signature"]["checksum"] = told["signature"]["checksum"].upper()
    assert trusted(told)
    for strange in (told["signature"]["checksum"][:-1], "", None, 7, "ñ" * 64, "\udcff"):
        assert not trusted(told | {"signature": told["signature"] | {"checksum": strange}})


def test_a_replayed_event_is_the_same_event() -> None:
    raw = RawRequest("POST", "/", {}, "", json.dumps(event()).encode())
    (first,), (second,) = ADAPTER.read_hook(raw, WOMPI), ADAPTER.read_hook(raw, WOMPI)
    assert first.event_id == second.event_id == event()["signature"]["checksum"]


STATUSES = st.sampled_from(["PENDING", "APPROVED", "DECLINED", "ERROR", "VOIDED", "IN_REVIEW"])


@given(st.lists(st.tuples(STATUSES, st.integers(1, 10**9)), max_size=5), st.randoms(use_true_random=False))
def test_the_tries_under_a_reference_say_the_same_in_any_order(
    tries: list[tuple[str, int]], random: Any
) -> None:
    listed = [
        {
            "id": f"1-{at}-1",
            "status": status,
            "amount_in_cents": cents,
            "currency": "COP",
            "reference": "CJACDEFGHJ",
            "created_at": f"2026-11-24T20:1{at}:00.000Z",
            "payment_method_type": "PSE",
        }
        for at, (status, cents) in enumerate(tries)
    ]
    fact = facts.told("CJACDEFGHJ", listed)
    shuffled = list(listed)
    random.shuffle(shuffled)

    assert facts.told("CJACDEFGHJ", shuffled) == fact
    approved = [cents for status, cents in tries if status == "APPROVED"]
    known = all(status != "IN_REVIEW" for status, _ in tries)
    voided = any(status == "VOIDED" for status, _ in tries)
    assert (fact.state is ChargeState.PAID) == (known and (bool(approved) or voided))
    if fact.state is ChargeState.PAID and approved:
        assert fact.amount == Money("COP", sum(approved))
        assert fact.returned is None


@pytest.mark.parametrize(
    "changed",
    [
        {"private_key": "prv_prod_Y1aEB0ypLePzhe9b1y0IBfa8IhHP3gI"},
        {"events_secret": "prod_events_OcHnIzeBl5socpwByQ4hA52Em3USQ93Z"},
        {"integrity_secret": EVENTS},
        {"public_key": "prv_test_Y1aEB0ypLePzhe9b1y0IBfa8IhHP3gI"},
        {"public_key": "pub_test_"},
        {"receipts_email": "nadie"},
    ],
    ids=str,
)
def test_keys_of_two_environments_are_not_taken(changed: dict[str, str]) -> None:
    values = {name: getattr(WOMPI, name) for name in WOMPI.__dataclass_fields__}
    with pytest.raises(SettingsRefused):
        WompiSettings(**(values | changed))
