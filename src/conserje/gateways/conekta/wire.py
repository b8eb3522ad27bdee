# SPDX-License-Identifier: Apache-2.0
"""How Conekta writes amounts, moments, requests and refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money
from conserje.domain.ports.http import Answer, Http
from conserje.gateways.conekta.settings import ConektaSettings
from conserje.gateways.conekta.vocabulary import EXPONENTS, MEDIA_TYPE, ZONE

_LARGEST_PRICE = 2**31 - 1


def to_wire(amount: Money) -> int | None:
    """`amount` in cents; None when the currency is not taken or the amount is larger than an item may cost."""
    return amount.minor if amount.currency in EXPONENTS and amount.minor <= _LARGEST_PRICE else None


def from_wire(cents: Any, currency: Any) -> Money | None:
    """Cents as `Money`; None when it cannot be told exactly."""
    return Money(currency, cents) if type(cents) is int and currency in EXPONENTS else None


def get(http: Http, settings: ConektaSettings, path: str) -> Answer:
    """One object or list asked for. Raises `NoAnswer`."""
    return http.send("GET", settings.base_url.rstrip("/") + path, headers=_headers(settings))


def post(http: Http, settings: ConektaSettings, path: str, body: Mapping[str, Any]) -> Answer:
    """One object sent. Conekta knows no idempotency keys: who sends must look first. Raises `NoAnswer`."""
    return http.send("POST", settings.base_url.rstrip("/") + path, headers=_headers(settings), json=body)


def _headers(settings: ConektaSettings) -> dict[str, str]:
    return {
        "authorization": f"Bearer {settings.private_key}",
        "accept": MEDIA_TYPE,
        "accept-language": "es",
    }


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; an empty one when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object called `name` in another; an empty one when it is missing."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def rows(found: Any) -> list[dict[str, Any]] | None:
    """The objects of a list, bare or wrapped in `data`; None when it is none."""
    data = found.get("data") if isinstance(found, dict) else found
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        return None
    return data


def refusal_word(answer: Answer) -> str:
    """Why a request was refused, in our words or the last word of Conekta's code."""
    if answer.status in (401, 403):
        return "credentials_refused"
    if answer.status == 404:
        return "not_found"
    if answer.status == 429:
        return "rate_limited"
    if answer.status >= 500:
        return "gateway_error"
    details = rows(json_object(answer.body).get("details")) or [{}]
    code = str(details[0].get("code") or "request_refused")
    return code.rpartition(".")[2][:80]


def may_ask_again(answer: Answer) -> bool:
    """Whether the same may be asked again."""
    return answer.status >= 500 or answer.status in (408, 409, 425, 429)


def day_of(epoch: Any) -> date | None:
    """The day of a moment in Mexico City; None for anything else."""
    if type(epoch) is not int or not 0 < epoch < 1 << 36:
        return None
    return datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(ZONE)).date()
