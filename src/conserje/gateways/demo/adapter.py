# SPDX-License-Identifier: Apache-2.0
"""Speaks to the test gateway. Only `fetch` tells what was paid; a hook only says where to look."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    Redirect,
    StartFailed,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.demo.settings import DemoSettings
from conserje.gateways.demo.vocabulary import EVENTS, EXPONENTS, METHODS, STATES, decline_word

TOLERANCE_SECONDS: Final = 300
_CHECKOUT_ID: Final = re.compile(r"chk_[0-9a-f]{8,64}")
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class DemoGateway:
    """The gateway of `conserje.testing.world`."""

    name: str = "demo"
    settings_type: type = DemoSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS), methods=tuple(METHODS.values()), exponents=EXPONENTS
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """Its pages live where its API does."""
        parts = urlsplit(settings.base_url)
        return (f"{parts.scheme}://{parts.netloc}",)

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Make the checkout of `request.key`, or find the one made before under the same key."""
        amount = to_wire(request.amount)
        if amount is None or amount <= 0:
            return StartFailed("amount_not_expressible", retry=False)
        body = {
            "reference": request.reference,
            "amount": amount,
            "currency": request.amount.currency,
            "description": request.description,
            "return_url": request.return_url,
            "hook_url": request.hook_url,
            "locale": request.locale,
        }
        headers = {**_signed_in(settings), "idempotency-key": request.key}
        try:
            answer = http.send("POST", _address(settings, "/v1/checkouts"), headers=headers, json=body)
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        if answer.status not in (200, 201):
            return _start_refused(answer)
        found = _object(answer.body)
        checkout_id, url = str(found.get("id", "")), str(found.get("url", ""))
        if not _CHECKOUT_ID.fullmatch(checkout_id) or not url.startswith(("http://", "https://")):
            return StartFailed("answer_unreadable", retry=True)
        return Redirect(checkout_id, url)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """What the gateway itself says now; anything missing or strange makes the state `UNKNOWN`."""
        if not _CHECKOUT_ID.fullmatch(external_id):
            return _unknown(external_id, "not_ours")
        url = _address(settings, f"/v1/checkouts/{external_id}")
        try:
            answer = http.send("GET", url, headers=_signed_in(settings))
        except NoAnswer as silent:
            return _unknown(external_id, silent.why)
        if answer.status != 200:
            return _unknown(external_id, "not_found" if answer.status == 404 else _status_word(answer.status))
        return _fact(external_id, _object(answer.body))

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether the signature over id, time and raw body is right and no older or newer than five minutes."""
        headers = {name.lower(): value for name, value in raw.headers.items()}
        event_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not _EVENT_ID.fullmatch(event_id) or not _SECONDS.fullmatch(at):
            return False
        if abs(now_epoch - int(at)) > TOLERANCE_SECONDS:
            return False
        key = base64.b64decode(settings.hook_secret.removeprefix("whsec_"))
        mac = hmac.new(key, f"{event_id}.{at}.".encode() + raw.body, hashlib.sha256).digest()
        wanted = b"v1," + base64.b64encode(mac)
        given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()
        matches = [hmac.compare_digest(one, wanted) for one in given[:8]]
        return any(matches)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The one event of a trusted hook; none when it cannot be read."""
        headers = {name.lower(): value for name, value in raw.headers.items()}
        told = _object(raw.body)
        data = told.get("data")
        checkout_id = str(data.get("checkout_id", "")) if isinstance(data, dict) else ""
        event_id = headers.get("webhook-id", "")
        if not _CHECKOUT_ID.fullmatch(checkout_id) or not _EVENT_ID.fullmatch(event_id):
            return ()
        return (HookEvent(event_id, checkout_id, EVENTS.get(str(told.get("type")), "unknown")),)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks the gateway who we are."""
        try:
            answer = http.send("GET", _address(settings, "/v1/account"), headers=_signed_in(settings))
        except NoAnswer:
            return ("The payment gateway does not answer. Check its address.",)
        if answer.status in (401, 403):
            return ("The payment gateway refused the API key. Copy it again from the gateway.",)
        if answer.status != 200:
            return ("The payment gateway answered with an error. Try again in a few minutes.",)
        return ()


def to_wire(amount: Money) -> int | None:
    """`amount` in this gateway's minor units; None when the currency is unknown or the amount is finer."""
    places = EXPONENTS.get(amount.currency)
    if places is None:
        return None
    scaled = amount.decimal().scaleb(places)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def from_wire(minor: Any, currency: Any) -> Money | None:
    """This gateway's minor units as `Money`; None when it cannot be told exactly."""
    if type(minor) is not int or not isinstance(currency, str) or currency not in EXPONENTS:
        return None
    scaled = Decimal(minor).scaleb(exponent(currency) - EXPONENTS[currency])
    return Money(currency, int(scaled)) if scaled == scaled.to_integral_value() else None


def _fact(external_id: str, found: Mapping[str, Any]) -> ChargeFact:
    state = STATES.get(str(found.get("status")), ChargeState.UNKNOWN)
    amount = from_wire(found.get("amount"), found.get("currency"))
    value_on = _day(found.get("value_on"))
    payment_id = str(found.get("payment_id") or "")
    if found.get("id") != external_id or amount is None:
        return _unknown(external_id, "answer_unreadable")
    if state is ChargeState.PAID and (value_on is None or not payment_id):
        return _unknown(external_id, "answer_unreadable")
    detail = {
        "declined": decline_word(str(found.get("decline_code"))),
        "cancelled": "cancelled_by_customer",
    }.get(str(found.get("status")), "")
    return ChargeFact(
        external_id=external_id,
        payment_id=payment_id,
        reference=str(found.get("reference", "")),
        state=state,
        amount=amount,
        method=METHODS.get(str(found.get("method")), "unknown") if found.get("method") else "",
        value_on=value_on,
        detail=detail,
    )


def _unknown(external_id: str, why: str) -> ChargeFact:
    return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, why)


def _start_refused(answer: Answer) -> StartFailed:
    if answer.status == 409:
        return StartFailed("key_reused", retry=False)
    retry = answer.status >= 500 or answer.status in (408, 425, 429)
    return StartFailed(_status_word(answer.status), retry=retry)


def _status_word(status: int) -> str:
    if status in (401, 403):
        return "credentials_refused"
    if status == 429:
        return "rate_limited"
    return "gateway_error" if status >= 500 else "request_refused"


def _signed_in(settings: DemoSettings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.api_key}"}


def _address(settings: DemoSettings, path: str) -> str:
    return settings.base_url.rstrip("/") + path


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


ADAPTER = DemoGateway()
