# SPDX-License-Identifier: Apache-2.0
"""Cards kept at Stripe: the page on which one is left, what became of it, charging it, letting it go."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from conserje.domain.ports.gateway import (
    ChargeFact,
    ChargeRequest,
    ChargeState,
    Decline,
    MandateFact,
    MandateRequest,
    MandateState,
    StartFailed,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer
from conserje.gateways.stripe import facts, wire
from conserje.gateways.stripe.facts import KIND, MARK
from conserje.gateways.stripe.settings import StripeSettings
from conserje.gateways.stripe.wire import part

_INSIDE = "setup_intent.payment_method"


def ask(
    request: MandateRequest, settings: StripeSettings, http: Http, *, locale: str
) -> StartFailed | Answer:
    """A customer of their own, and a page in setup mode for it: a card left without a customer could be used once."""
    person = {f"metadata[{MARK}]": request.reference}
    if request.payer is not None:
        person |= {"name": request.payer.name[:256], "email": request.payer.email[:512]}
    made = wire.post(
        http,
        settings,
        "/v1/customers",
        {name: value for name, value in person.items() if value},
        key=f"{request.key}-customer",
    )
    customer = wire.json_object(made.body).get("id")
    if made.status != 200:
        return StartFailed(wire.refusal_word(made), retry=wire.may_ask_again(made))
    if not isinstance(customer, str) or not customer:
        return StartFailed("answer_unreadable", retry=True)
    form = {
        "mode": "setup",
        "client_reference_id": request.reference,
        "customer": customer,
        "locale": locale,
        "success_url": request.return_url,
        "cancel_url": request.return_url,
        "payment_method_types[0]": "card",
        f"metadata[{MARK}]": request.reference,
        f"setup_intent_data[metadata][{MARK}]": request.reference,
        "setup_intent_data[description]": request.description[:1000] or request.reference,
    }
    return wire.post(http, settings, "/v1/checkout/sessions", form, key=request.key)


def fetch(external_id: str, settings: StripeSettings, http: Http) -> MandateFact:
    """By its session, or by the card itself when Stripe's updater has given it new data."""
    if external_id.startswith("pm_"):
        return _by_card(external_id, settings, http)
    query = {"expand[0]": _INSIDE}
    answer = wire.get(http, settings, f"/v1/checkout/sessions/{external_id}", query)
    if answer.status != 200:
        return unknown(external_id, wire.refusal_word(answer))
    return _fact(external_id, wire.json_object(answer.body), settings)


def _by_card(card_id: str, settings: StripeSettings, http: Http) -> MandateFact:
    answer = wire.get(http, settings, f"/v1/payment_methods/{card_id}")
    card = wire.json_object(answer.body)
    customer = card.get("customer")
    if answer.status != 200 or card.get("id") != card_id or not isinstance(customer, str):
        return unknown(card_id, "not_ours" if answer.status == 200 else wire.refusal_word(answer))
    query = {"customer": customer, "limit": "20", "expand[0]": f"data.{_INSIDE}"}
    listed = wire.get(http, settings, "/v1/checkout/sessions", query)
    for session in wire.rows(wire.json_object(listed.body)) or []:
        kept = part(part(session, "setup_intent"), "payment_method")
        if kept.get("id") == card_id and MARK in part(session, "metadata"):
            return _fact(str(session.get("id")), session, settings)
    return unknown(card_id, "not_ours" if listed.status == 200 else wire.refusal_word(listed))


def _fact(external_id: str, session: Mapping[str, Any], settings: StripeSettings) -> MandateFact:
    reference = str(session.get("client_reference_id") or "")
    if (session.get("id"), session.get("mode")) != (external_id, "setup"):
        return unknown(external_id, "answer_unreadable")
    if session.get("livemode") is not settings.live:
        return unknown(external_id, "test_money")
    status, setup = session.get("status"), part(session, "setup_intent")
    if status == "open":
        return MandateFact(external_id, reference, MandateState.OPEN)
    if status == "expired" or setup.get("status") == "canceled":
        return MandateFact(external_id, reference, MandateState.REFUSED, detail="expired")
    kept = part(setup, "payment_method")
    card = part(kept, "card")
    expires_on = _last_day(card.get("exp_year"), card.get("exp_month"))
    if status != "complete" or setup.get("status") != "succeeded" or not kept.get("id") or expires_on is None:
        return unknown(external_id, "answer_unreadable")
    if kept.get("customer") is None:
        return MandateFact(external_id, reference, MandateState.ENDED)
    last4 = str(card.get("last4") or "")
    return MandateFact(
        external_id=external_id,
        reference=reference,
        state=MandateState.ACTIVE,
        token=str(kept["id"]),
        method="card",
        brand=str(card.get("brand") or "")[:40],
        last4=last4 if len(last4) == 4 and last4.isdigit() else "",
        expires_on=expires_on,
        fingerprint=str(card.get("fingerprint") or "")[:64],
    )


def charge(request: ChargeRequest, settings: StripeSettings, http: Http) -> ChargeFact:
    """Charge a kept card without its owner. Asked again with the same key, Stripe answers what it answered before."""
    amount = wire.to_wire(request.amount)
    if amount is None or amount <= 0:
        return _refused(request, "amount_not_expressible", Decline.GENERIC)
    found = wire.get(http, settings, f"/v1/payment_methods/{request.token}")
    card = wire.json_object(found.body)
    if found.status == 404 or (card.get("id") == request.token and card.get("customer") is None):
        return _refused(request, "card_not_kept", Decline.UPDATE_CARD)
    if found.status != 200 or card.get("id") != request.token or not isinstance(card["customer"], str):
        return facts.unknown("", wire.refusal_word(found) if found.status != 200 else "answer_unreadable")
    form = {
        "amount": str(amount),
        "currency": request.amount.currency.lower(),
        "customer": card["customer"],
        "payment_method": request.token,
        "payment_method_types[0]": "card",
        "off_session": "true",
        "confirm": "true",
        "description": request.description[:1000] or request.reference,
        f"metadata[{MARK}]": request.reference,
        f"metadata[{KIND}]": "charge",
        "expand[0]": "latest_charge",
    }
    try:
        answer = wire.post(http, settings, "/v1/payment_intents", form, key=request.key)
    except NoAnswer as silent:
        return facts.unknown("", silent.why)
    return _charged(request, answer, settings)


def _charged(request: ChargeRequest, answer: Answer, settings: StripeSettings) -> ChargeFact:
    error = wire.error_of(answer)
    intent = wire.json_object(answer.body) if answer.status == 200 else part(error, "payment_intent")
    external_id = str(intent.get("id") or "")
    if answer.status == 200:
        fact = facts.intent_fact(external_id, intent, (), settings)
        return (
            fact if fact.reference == request.reference else facts.unknown(external_id, "answer_unreadable")
        )
    if answer.status == 402:
        tried_at = wire.instant_of(intent.get("created"))
        told = {**part(intent, "last_payment_error"), **error}
        outcome = part(intent, "latest_charge")
        decline, code, not_before = facts.decline_of(told, charge=outcome, tried_at=tried_at)
        refused = _refused(request, code, decline)
        return replace(refused, external_id=external_id, retry_not_before=not_before)
    if wire.may_ask_again(answer) or answer.status in (401, 403) or error.get("type") == "idempotency_error":
        return facts.unknown(external_id, wire.refusal_word(answer))
    if answer.status in (400, 404):
        code = str(error.get("code") or "request_refused")[:80]
        lost = code == "resource_missing" and error.get("param") in ("payment_method", "customer")
        return _refused(request, code, Decline.UPDATE_CARD if lost else Decline.GENERIC)
    return facts.unknown(external_id, "answer_unreadable")


def _refused(request: ChargeRequest, code: str, decline: Decline) -> ChargeFact:
    word = code if code == "insufficient_funds" else "declined_by_bank"
    return ChargeFact(
        "",
        "",
        request.reference,
        ChargeState.DECLINED,
        request.amount,
        "card",
        None,
        detail=word,
        decline=decline,
        decline_code=code,
    )


def end(token: str, settings: StripeSettings, http: Http) -> bool:
    """Let the card go; True once Stripe keeps it no more."""
    answer = wire.post(http, settings, f"/v1/payment_methods/{token}/detach", {}, key=f"end-{token}")
    if answer.status == 200:
        told = wire.json_object(answer.body)
        return told.get("id") == token and told.get("customer") is None
    if answer.status == 404:
        return wire.error_of(answer).get("code") == "resource_missing"
    if answer.status != 400:
        return False
    found = wire.get(http, settings, f"/v1/payment_methods/{token}")
    card = wire.json_object(found.body)
    return found.status == 200 and card.get("id") == token and card.get("customer", "") is None


def unknown(external_id: str, why: str) -> MandateFact:
    """An answer that was not got, or cannot be read, and `why`."""
    return MandateFact(external_id, "", MandateState.UNKNOWN, detail=why)


def _last_day(year: Any, month: Any) -> date | None:
    if type(year) is not int or type(month) is not int or not (1 <= month <= 12 and 2000 <= year < 2200):
        return None
    return date(year, month, calendar.monthrange(year, month)[1])
