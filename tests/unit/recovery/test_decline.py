# SPDX-License-Identifier: Apache-2.0
"""What a refusal asks for: advice before code before the gateway's word, and silence when nobody explains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from conserje.domain.ports.gateway import Decline
from conserje.domain.recovery.decline import classify
from conserje.domain.recovery.failure import Refusal
from conserje.domain.recovery.networks import NetworkRefused, read
from conserje.services.recovery.network import _read

AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
NETWORKS = _read("")


def _class(
    network: str, code: str = "", advice: str = "", said: Decline | None = None
) -> tuple[Decline, bool, str]:
    rules = NETWORKS.on(AT.date(), network=NETWORKS.known(network))
    found = classify(Refusal(network, code, advice, said), rules=rules, at=AT)
    return found.decline, found.by_itself, found.why


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("visa", "51"), (Decline.RETRY_TIMED, True, "code:51")),
        (("Visa Electron", "91"), (Decline.RETRY_AT, True, "code:91")),
        (("visa", "54"), (Decline.UPDATE_CARD, False, "code:54")),
        (("visa", "14"), (Decline.STOP, False, "code:14")),
        (("visa", "1A"), (Decline.AUTHENTICATE, False, "code:1A")),
        (("visa", "05"), (Decline.GENERIC, True, "code:05")),
        (("visa", "QQ"), (Decline.GENERIC, False, "unknown")),
        (("amex", "05"), (Decline.GENERIC, False, "unknown")),
        (("somebody", "41"), (Decline.STOP, False, "code:41")),
        (("", ""), (Decline.GENERIC, False, "unknown")),
        (("mastercard", "51", "24"), (Decline.RETRY_AT, True, "advice:24")),
        (("mastercard", "51", "03"), (Decline.STOP, False, "advice:03")),
        (("mastercard", "51", "01"), (Decline.UPDATE_CARD, False, "advice:01")),
        (("mastercard", "54", "02"), (Decline.RETRY_AT, True, "advice:02")),
        (("visa", "51", "", Decline.STOP), (Decline.STOP, False, "gateway:stop")),
        (("visa", "54", "", Decline.RETRY_TIMED), (Decline.UPDATE_CARD, False, "code:54")),
        (("", "", "", Decline.RETRY_TIMED), (Decline.RETRY_TIMED, True, "gateway:retry_timed")),
        (("", "", "", Decline.GENERIC), (Decline.GENERIC, False, "unknown")),
        (("visa", "51", "", Decline.WAIT), (Decline.WAIT, False, "gateway:wait")),
        (("visa", "51", "", Decline.RECONCILE), (Decline.RECONCILE, False, "gateway:reconcile")),
    ],
)
def test_classes(given: tuple[str, ...], wanted: tuple[Decline, bool, str]) -> None:
    assert _class(*given) == wanted  # type: ignore[arg-type]


def test_what_is_demanded_is_kept() -> None:
    rules = NETWORKS.on(AT.date(), network="mastercard")
    later = AT + timedelta(days=2)
    assert classify(Refusal("mastercard", "51", "25"), rules=rules, at=AT).not_before == AT + timedelta(
        hours=24
    )
    demanded = Refusal("mastercard", "51", "25", None, "", later)
    assert classify(demanded, rules=rules, at=AT).not_before == later


def test_versions_go_by_their_date() -> None:
    limit = {"id": "x.day", "most": 3, "hours": 24}
    old = {"valid_from": "2024-01-01", "source": "s", "confidence": "read", "limits": [limit]}
    new = {**old, "valid_from": "2026-04-18", "limits": [{**limit, "most": 5}]}
    found = read([{"network": "x", "versions": [old, new]}])
    assert [found.on(day, network="x").limits[0].most for day in (date(2023, 1, 1), date(2026, 4, 17))] == [
        3,
        3,
    ]
    assert found.on(date(2026, 4, 18), network="x").limits[0].most == 5
    with pytest.raises(NetworkRefused):
        read([{"network": "x", "versions": [new, old]}])


def test_every_figure_names_its_source() -> None:
    for versions in NETWORKS.versions.values():
        for one in versions:
            assert one.source
            assert one.confidence in ("read", "second_hand", "assumed")
