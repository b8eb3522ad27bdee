# SPDX-License-Identifier: Apache-2.0
"""How Mercado Pago writes amounts, moments, requests and refusals. Amounts are read and written as decimals."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.http import Answer, Http
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.mercado_pago.vocabulary import EXPONENTS

# Above this a number with two decimals is no longer exact in the systems that read it as a binary one.
_MOST_FIGURES: Final = 15
_KEYS: Final = uuid.UUID("6f3cf1f5-6a55-5d0e-9d7b-0a3d9a1f5c11")


def to_wire(amount: Money) -> Decimal | None:
    """`amount` in whole money; None when the currency is unknown, or the amount finer or larger than can be written."""
    places = EXPONENTS.get(amount.currency)
    if places is None:
        return None
    scaled = amount.decimal().scaleb(places)
    if scaled != scaled.to_integral_value() or len(str(abs(amount.minor))) > _MOST_FIGURES:
        return None
    return Decimal(int(scaled)).scaleb(-places)


def from_wire(amount: Any, currency: Any) -> Money | None:
    """Whole money as `Money`; None when it cannot be told exactly."""
    if type(amount) not in (int, Decimal) or currency not in EXPONENTS:
        return None
    told = Decimal(amount)
    if not told.is_finite() or abs(told) >= Decimal(10) ** _MOST_FIGURES:
        return None
    if told.scaleb(EXPONENTS[currency]) != told.scaleb(EXPONENTS[currency]).to_integral_value():
        return None
    return Money(currency, int(told.scaleb(exponent(currency))))


def number(amount: Decimal) -> str:
    """A JSON number: 3808000 or 1500.50."""
    return f"{amount:f}"


def once(key: str) -> str:
    """The idempotency key they take, a UUID: the same for the same key of ours."""
    return str(uuid.uuid5(_KEYS, key))


def get(http: Http, settings: MercadoPagoSettings, path: str) -> Answer:
    """One object or list asked for. Raises `NoAnswer`."""
    return http.send("GET", settings.base_url.rstrip("/") + path, headers=_headers(settings))


def post(http: Http, settings: MercadoPagoSettings, path: str, body: str, *, key: str) -> Answer:
    """JSON text sent once for `key`. Raises `NoAnswer`."""
    headers = {**_headers(settings), "content-type": "application/json", "x-idempotency-key": once(key)}
    return http.send("POST", settings.base_url.rstrip("/") + path, headers=headers, body=body.encode())


def _headers(settings: MercadoPagoSettings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.access_token}", "accept": "application/json"}


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, its decimals exact; an empty one when there is none."""
    try:
        found = json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object called `name` in another; an empty one when it is missing."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def refusal_word(answer: Answer) -> str:
    """Why a request was refused, in our words or Mercado Pago's code."""
    if answer.status in (401, 403):
        return "credentials_refused"
    if answer.status == 404:
        return "not_found"
    if answer.status == 429:
        return "rate_limited"
    if answer.status >= 500:
        return "gateway_error"
    code = json_object(answer.body).get("error")
    return code[:80] if isinstance(code, str) and code else "request_refused"


def may_ask_again(answer: Answer) -> bool:
    """Whether the same key may be used again."""
    return answer.status >= 500 or answer.status in (408, 409, 425, 429)


def day_of(text: Any) -> date | None:
    """The day of a moment as Mercado Pago writes it, in its own offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.date() if found is not None and found.tzinfo is not None else None
