# SPDX-License-Identifier: Apache-2.0
"""How Stripe writes amounts, moments, requests and refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.http import Answer, Http
from conserje.gateways.stripe.settings import StripeSettings
from conserje.gateways.stripe.vocabulary import API_VERSION, EXPONENTS


def to_wire(amount: Money) -> int | None:
    """`amount` in Stripe's minor units; None when the currency is unknown or the amount is finer."""
    places = EXPONENTS.get(amount.currency)
    if places is None:
        return None
    scaled = amount.decimal().scaleb(places)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def from_wire(minor: Any, currency: Any) -> Money | None:
    """Stripe's minor units as `Money`; None when it cannot be told exactly."""
    code = currency.upper() if isinstance(currency, str) else ""
    if type(minor) is not int or code not in EXPONENTS:
        return None
    scaled = Decimal(minor).scaleb(exponent(code) - EXPONENTS[code])
    return Money(code, int(scaled)) if scaled == scaled.to_integral_value() else None


def post(http: Http, settings: StripeSettings, path: str, form: Mapping[str, str], *, key: str) -> Answer:
    """One form sent; `key` is what makes the same one sent twice be one. Raises `NoAnswer`."""
    headers = {
        **_headers(settings),
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": key,
    }
    return http.send(
        "POST", settings.base_url.rstrip("/") + path, headers=headers, body=urlencode(form).encode()
    )


def get(http: Http, settings: StripeSettings, path: str, query: Mapping[str, str] | None = None) -> Answer:
    """One object or list asked for. Raises `NoAnswer`."""
    url = settings.base_url.rstrip("/") + path
    return http.send("GET", f"{url}?{urlencode(query)}" if query else url, headers=_headers(settings))


def _headers(settings: StripeSettings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.secret_key}", "stripe-version": API_VERSION}


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; an empty one when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object called `name` in another; an empty one when it is missing, or only its id was given."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The objects of a list; None when it is none."""
    data = found.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        return None
    return data


def error_of(answer: Answer) -> dict[str, Any]:
    """The error that Stripe tells, empty when it tells none."""
    return part(json_object(answer.body), "error")


def refusal_word(answer: Answer) -> str:
    """Why a request was refused, in our words or Stripe's code."""
    if answer.status in (401, 403):
        return "credentials_refused"
    if answer.status == 429:
        return "rate_limited"
    if answer.status >= 500:
        return "gateway_error"
    if answer.status == 404:
        return "not_found"
    error = error_of(answer)
    if error.get("type") == "idempotency_error":
        return "key_reused"
    return str(error.get("code") or "request_refused")[:80]


def may_ask_again(answer: Answer) -> bool:
    """Whether the same key may be used again."""
    return answer.status >= 500 or answer.status in (408, 409, 425, 429)


def instant_of(epoch: Any) -> datetime | None:
    """A moment from seconds since 1970; None for anything else."""
    if type(epoch) is not int or not 0 < epoch < 1 << 36:
        return None
    return datetime.fromtimestamp(epoch, UTC)


def day_of(epoch: Any, settings: StripeSettings) -> date | None:
    """The day of a moment where the Stripe account lives."""
    at = instant_of(epoch)
    return None if at is None else at.astimezone(ZoneInfo(settings.time_zone)).date()
