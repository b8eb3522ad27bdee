# SPDX-License-Identifier: Apache-2.0
"""Speaks to Mercado Pago. A checkout is known there by our own reference: pages come and go, payments carry it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final
from urllib.parse import urlencode

from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    Redirect,
    RefundFact,
    RefundRequest,
    StartFailed,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.mercado_pago import facts, hooks, wire
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.mercado_pago.vocabulary import EXPONENTS, METHODS, SITES, TYPES, WAYS

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{4,40}")
_PAYMENT: Final = re.compile(r"payment/([0-9]{1,24})")
_CHARGEBACK: Final = re.compile(r"chargeback/([0-9]{1,24})")
_REFUNDS: Final = {"approved": "done", "in_process": "pending", "rejected": "refused"}


@dataclass(frozen=True, slots=True)
class MercadoPagoGateway:
    """Checkout Pro, refunds and chargebacks of one account."""

    name: str = "mercado_pago"
    settings_type: type = MercadoPagoSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS),
            methods=METHODS,
            exponents=EXPONENTS,
            ways=WAYS,
            states=frozenset(ChargeState),
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """The site of the account's country."""
        return (SITES[settings.country][1],)

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Make a page. Two pages of one reference are one checkout: payments are found by the reference."""
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0:
            return StartFailed("amount_not_expressible", retry=False)
        if request.amount.currency != SITES[settings.country][0]:
            return StartFailed("currency_not_taken", retry=False)
        body = _preference(request, wire.number(amount))
        try:
            answer = wire.post(http, settings, "/checkout/preferences", body, key=request.key)
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        if answer.status not in (200, 201):
            return StartFailed(wire.refusal_word(answer), retry=wire.may_ask_again(answer))
        url = wire.json_object(answer.body).get("init_point")
        if not isinstance(url, str):
            return StartFailed("answer_unreadable", retry=True)
        if not url.startswith(SITES[settings.country][1] + "/"):
            return StartFailed("page_elsewhere", retry=True)
        return Redirect(request.reference, url)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """How the page of a reference stands; asked about a payment or a chargeback, the page it belongs to."""
        payment, chargeback = _PAYMENT.fullmatch(external_id), _CHARGEBACK.fullmatch(external_id)
        try:
            if payment:
                return _of_payment(external_id, payment[1], settings, http)
            if chargeback:
                return _of_chargeback(external_id, chargeback[1], settings, http)
            if _REFERENCE.fullmatch(external_id):
                return _of_page(external_id, settings, http)
        except NoAnswer as silent:
            return facts.unknown(external_id, silent.why)
        return facts.unknown(external_id, "not_ours")

    def currencies_taken(self, settings: Any) -> frozenset[str]:
        """The one of the account's country."""
        return frozenset({SITES[settings.country][0]})

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether Mercado Pago signed it within the last five minutes."""
        return hooks.trusts(raw, settings, now_epoch=now_epoch)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The payment or chargeback to look at."""
        return hooks.read_hook(raw)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks which payment methods the account has."""
        try:
            answer = wire.get(http, settings, "/v1/payment_methods")
        except NoAnswer:
            return ("Mercado Pago does not answer. Try again in a few minutes.",)
        if answer.status in (401, 403):
            return ("Mercado Pago refused the access token. Copy it again from Your integrations.",)
        if answer.status != 200:
            return ("Mercado Pago answered with an error. Try again in a few minutes.",)
        return ()

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Give back a part or all of a payment."""
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0 or not request.payment_id.isdigit():
            return RefundFact("refused", detail="amount_not_expressible")
        path = f"/v1/payments/{request.payment_id}/refunds"
        body = f'{{"amount":{wire.number(amount)}}}'
        known = request.refund_id
        try:
            if known and not known.isdigit():
                return RefundFact("unknown", detail="not_ours")
            answer = (
                wire.get(http, settings, f"{path}/{known}")
                if known
                else wire.post(http, settings, path, body, key=request.key)
            )
        except NoAnswer as silent:
            return RefundFact("unknown", detail=silent.why)
        if not known and answer.status in (400, 404, 422):
            return RefundFact("refused", detail=wire.refusal_word(answer))
        told = wire.json_object(answer.body)
        state = _REFUNDS.get(str(told.get("status")), "unknown")
        same = told.get("payment_id") == int(request.payment_id) and told.get("amount") == amount
        told_id = told.get("id")
        if (
            answer.status not in (200, 201)
            or not same
            or type(told_id) is not int
            or known not in ("", str(told_id))
        ):
            read = answer.status in (200, 201)
            return RefundFact("unknown", detail="answer_unreadable" if read else wire.refusal_word(answer))
        return RefundFact(state, str(told_id))


def _preference(request: CheckoutRequest, amount: str) -> str:
    """The page asked for, as JSON text: the amount is written as the decimal it is."""
    item = {"title": request.description[:250] or request.reference, "quantity": 1}
    asked: dict[str, Any] = {
        "external_reference": request.reference,
        "back_urls": dict.fromkeys(("success", "pending", "failure"), request.return_url),
        "auto_return": "approved",
        "notification_url": _hook_url(request.hook_url),
    }
    if request.until is not None:
        ends = request.until.astimezone(UTC).isoformat(timespec="milliseconds")
        asked |= {"expires": True, "expiration_date_to": ends}
    wanted = set(request.methods)
    if wanted:
        left_out = [{"id": kind} for kind, methods in TYPES.items() if not methods & wanted]
        asked["payment_methods"] = {"excluded_payment_types": left_out}
    if request.payer is not None:
        asked["payer"] = {"name": request.payer.name}
        asked["payer"] |= {"email": request.payer.email} if "@" in request.payer.email else {}
    told = json.dumps({**item, "currency_id": request.amount.currency}, ensure_ascii=False)
    items = f'{{"items":[{told[:-1]},"unit_price":{amount}}}],'
    return items + json.dumps(asked, ensure_ascii=False)[1:]


def _hook_url(url: str) -> str:
    # Without it the old, unsigned notifications come as well.
    return f"{url}{'&' if '?' in url else '?'}source_news=webhooks"


def _of_page(reference: str, settings: MercadoPagoSettings, http: Http) -> ChargeFact:
    query = {
        "external_reference": reference,
        "sort": "date_created",
        "criteria": "desc",
        "limit": "50",
    }
    answer = wire.get(http, settings, f"/v1/payments/search?{urlencode(query)}")
    results = wire.json_object(answer.body).get("results")
    if answer.status != 200:
        return facts.unknown(reference, wire.refusal_word(answer))
    if not isinstance(results, list) or not all(isinstance(row, dict) for row in results):
        return facts.unknown(reference, "answer_unreadable")
    return facts.page_fact(reference, results, settings)


def _of_payment(asked: str, number: str, settings: MercadoPagoSettings, http: Http) -> ChargeFact:
    answer = wire.get(http, settings, f"/v1/payments/{number}")
    payment = wire.json_object(answer.body)
    if answer.status != 200:
        return facts.unknown(asked, wire.refusal_word(answer))
    if payment.get("id") != int(number):
        return facts.unknown(asked, "answer_unreadable")
    fact = facts.payment_fact(payment, settings)
    if fact.state is ChargeState.UNKNOWN:
        return facts.unknown(fact.external_id or asked, fact.detail)
    if fact.state is ChargeState.PAID:
        return fact
    # Another try on the same page may have come further, whichever hook arrives first.
    return _of_page(fact.reference, settings, http)


def _of_chargeback(asked: str, number: str, settings: MercadoPagoSettings, http: Http) -> ChargeFact:
    answer: Answer = wire.get(http, settings, f"/v1/chargebacks/{number}")
    told = wire.json_object(answer.body)
    if answer.status != 200:
        return facts.unknown(asked, wire.refusal_word(answer))
    payments = told.get("payments")
    if str(told.get("id")) != number or not isinstance(payments, list) or len(payments) != 1:
        return facts.unknown(asked, "answer_unreadable")
    first = payments[0]
    payment_id = first.get("id") if isinstance(first, dict) else first
    if type(payment_id) is not int:
        return facts.unknown(asked, "answer_unreadable")
    return _of_payment(f"payment/{payment_id}", str(payment_id), settings, http)


ADAPTER = MercadoPagoGateway()
