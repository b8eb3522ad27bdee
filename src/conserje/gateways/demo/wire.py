# SPDX-License-Identifier: Apache-2.0
"""The test gateway's objects and ours: amounts, answers, refusals, in one place for every call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conserje.domain.kit.money import Money, exponent
from conserje.domain.ports.gateway import ChargeFact, ChargeState, StartFailed
from conserje.domain.ports.http import Answer
from conserje.gateways.demo.settings import DemoSettings
from conserje.gateways.demo.vocabulary import EXPONENTS, METHODS, STATES, decline_of, decline_word


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


def charge_fact(external_id: str, found: Mapping[str, Any]) -> ChargeFact:
    """What the gateway's object of a checkout or a charge says; anything missing or strange is `UNKNOWN`."""
    state = STATES.get(str(found.get("status")), ChargeState.UNKNOWN)
    amount = from_wire(found.get("amount"), found.get("currency"))
    value_on = day_of(found.get("value_on"))
    payment_id = str(found.get("payment_id") or "")
    if found.get("id") != external_id or amount is None:
        return unknown_charge(external_id, "answer_unreadable")
    returned = from_wire(found.get("returned") or 0, found.get("currency"))
    until = day_of(found.get("until_on"))
    paid_without_proof = state is ChargeState.PAID and (value_on is None or not payment_id)
    endless = state is ChargeState.WAITING and until is None
    if paid_without_proof or endless or returned is None:
        return unknown_charge(external_id, "answer_unreadable")
    code = str(found.get("decline_code") or "")
    detail = {"declined": decline_word(code), "cancelled": "cancelled_by_customer"}.get(
        str(found.get("status")), ""
    )
    return ChargeFact(
        external_id=external_id,
        payment_id=payment_id,
        reference=str(found.get("reference", "")),
        state=state,
        amount=amount,
        method=METHODS.get(str(found.get("method")), "unknown") if found.get("method") else "",
        value_on=value_on,
        detail=detail,
        until=until,
        decline=decline_of(code) if state is ChargeState.DECLINED else None,
        decline_code=code,
        retry_not_before=instant_of(found.get("retry_after")),
        returned=returned if returned.minor else None,
        contested=found.get("contested") is True,
    )


def unknown_charge(external_id: str, why: str) -> ChargeFact:
    """An answer that was not got, or cannot be read, and `why`."""
    return ChargeFact(external_id, "", "", ChargeState.UNKNOWN, None, "", None, why)


def start_refused(answer: Answer) -> StartFailed:
    """A refusal in our words; what may have been done may be asked for again."""
    if answer.status == 409:
        return StartFailed("key_reused", retry=False)
    retry = answer.status >= 500 or answer.status in (408, 425, 429)
    return StartFailed(status_word(answer.status), retry=retry)


def status_word(status: int) -> str:
    """An HTTP status in our words."""
    if status in (401, 403):
        return "credentials_refused"
    if status == 429:
        return "rate_limited"
    return "gateway_error" if status >= 500 else "request_refused"


def signed_in(settings: DemoSettings) -> dict[str, str]:
    """The header that says who we are."""
    return {"authorization": f"Bearer {settings.api_key}"}


def address(settings: DemoSettings, path: str) -> str:
    """The address of `path` at this gateway."""
    return settings.base_url.rstrip("/") + path


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; an empty one when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def day_of(text: Any) -> date | None:
    """An ISO date; None for anything else."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def instant_of(text: Any) -> datetime | None:
    """An ISO instant with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else None
