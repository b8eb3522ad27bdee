# SPDX-License-Identifier: Apache-2.0
"""Speaks to Conekta, which knows no idempotency keys: before an order is made, the one made before is looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

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
from conserje.gateways.conekta import facts, hooks, wire
from conserje.gateways.conekta.settings import ConektaSettings
from conserje.gateways.conekta.vocabulary import EXPONENTS, METHODS, ORIGINS, REFUNDS, TYPES, WAYS


@dataclass(frozen=True, slots=True)
class ConektaGateway:
    """Orders with a hosted page, and refunds."""

    name: str = "conekta"
    settings_type: type = ConektaSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS),
            methods=tuple(METHODS.values()),
            exponents=EXPONENTS,
            ways=WAYS,
            states=frozenset(ChargeState),
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """Conekta's pages."""
        return ORIGINS

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Find the order of our reference, or make it."""
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0:
            return StartFailed("amount_not_expressible", retry=False)
        try:
            found = wire.get(
                http, settings, f"/orders?{urlencode({'search': request.reference, 'limit': '20'})}"
            )
            orders = wire.rows(wire.json_object(found.body))
            if found.status != 200 or orders is None:
                return _not_started(found)
            for order in orders:
                if wire.part(order, "metadata").get(facts.REFERENCE) == request.reference:
                    return _page(order)
            answer = wire.post(http, settings, "/orders", _order(request, amount, settings))
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        return _page(wire.json_object(answer.body)) if answer.status in (200, 201) else _not_started(answer)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """What Conekta says now of an order."""
        if not hooks.ORDER_ID.fullmatch(external_id):
            return facts.unknown(external_id, "not_ours")
        try:
            answer = wire.get(http, settings, f"/orders/{external_id}")
        except NoAnswer as silent:
            return facts.unknown(external_id, silent.why)
        if answer.status != 200:
            return facts.unknown(external_id, wire.refusal_word(answer))
        return facts.order_fact(external_id, wire.json_object(answer.body), settings)

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether Conekta signed it."""
        return hooks.trusts(raw, settings)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The order to look at."""
        return hooks.read_hook(raw)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks for the last order."""
        try:
            answer = wire.get(http, settings, "/orders?limit=1")
        except NoAnswer:
            return ("Conekta does not answer. Try again in a few minutes.",)
        if answer.status in (401, 403):
            return ("Conekta refused the private key. Copy it again from Conekta, Developers, API keys.",)
        orders = wire.rows(wire.json_object(answer.body))
        if answer.status != 200 or orders is None:
            return ("Conekta answered with an error. Try again in a few minutes.",)
        if any(order.get("livemode") is not settings.live for order in orders):
            return ("This key is of the other mode. Take the one that belongs to the mode in the settings.",)
        return ()

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Give back a part or all of an order.

        There are no idempotency keys, so nothing is sent twice: where the order shows a refund of the same amount
        already, nobody can tell whether it is this one, and a person looks.
        """
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0 or not hooks.ORDER_ID.fullmatch(request.external_id):
            return RefundFact("refused", detail="amount_not_expressible")
        try:
            seen = wire.get(http, settings, f"/orders/{request.external_id}")
            charge = _charge(wire.json_object(seen.body), request)
            if seen.status != 200 or charge is None:
                return RefundFact("unknown", detail=_why_unread(seen))
            before = _refunds(charge)
            if before is None:
                return RefundFact("unknown", detail="answer_unreadable")
            if request.refund_id:
                return _followed(before, request.refund_id, amount)
            if any(abs(row["amount"]) == amount for row in before):
                return RefundFact("unknown", detail="same_refund_exists")
            body = {"amount": amount, "reason": "requested_by_client"}
            answer = wire.post(http, settings, f"/orders/{request.external_id}/refunds", body)
        except NoAnswer as silent:
            return RefundFact("unknown", detail=silent.why)
        if answer.status in (400, 402, 404, 422):
            return RefundFact("refused", detail=wire.refusal_word(answer))
        charge = _charge(wire.json_object(answer.body), request)
        after = _refunds(charge) if charge is not None and answer.status in (200, 201) else None
        known = {str(row.get("id")) for row in before}
        made = [
            row for row in after or [] if str(row.get("id")) not in known and abs(row["amount"]) == amount
        ]
        if len(made) != 1:
            return RefundFact("unknown", detail=_why_unread(answer))
        return _followed(made, str(made[0].get("id")), amount)


def _order(request: CheckoutRequest, amount: int, settings: ConektaSettings) -> dict[str, Any]:
    name = request.description[:200] or request.reference
    allowed = [TYPES[method] for method in request.methods if method in TYPES] or list(TYPES.values())
    checkout: dict[str, Any] = {
        "type": "HostedPayment",
        "allowed_payment_methods": allowed,
        "success_url": request.return_url,
        "failure_url": request.return_url,
        "name": name,
        "redirection_time": 4,
    }
    if request.until is not None:
        checkout["expires_at"] = int(request.until.timestamp())
    return {
        "currency": request.amount.currency,
        "customer_info": _customer_info(request, settings),
        "line_items": [{"name": name, "quantity": 1, "unit_price": amount}],
        "checkout": checkout,
        "metadata": {facts.REFERENCE: request.reference},
    }


def _customer_info(request: CheckoutRequest, settings: ConektaSettings) -> dict[str, Any]:
    """Name, e-mail and telephone, all of which Conekta asks for."""
    payer = request.payer
    email = payer.email if payer is not None and "@" in payer.email else settings.fallback_email
    return {
        "name": (payer.name if payer is not None else "") or request.reference,
        "email": email,
        "phone": (payer.phone if payer is not None else "") or settings.fallback_phone,
        "corporate": payer is not None and payer.is_company,
    }


def _page(order: dict[str, Any]) -> Redirect | StartFailed:
    order_id, url = str(order.get("id")), str(wire.part(order, "checkout").get("url"))
    if not hooks.ORDER_ID.fullmatch(order_id):
        return StartFailed("answer_unreadable", retry=True)
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" not in ORIGINS:
        return StartFailed("page_elsewhere", retry=True)
    return Redirect(order_id, url)


def _not_started(answer: Answer) -> StartFailed:
    if answer.status == 200:
        return StartFailed("answer_unreadable", retry=True)
    return StartFailed(wire.refusal_word(answer), retry=wire.may_ask_again(answer))


def _why_unread(answer: Answer) -> str:
    return "answer_unreadable" if answer.status in (200, 201) else wire.refusal_word(answer)


def _charge(order: dict[str, Any], request: RefundRequest) -> dict[str, Any] | None:
    """The charge of an order that is to be given back."""
    if order.get("id") != request.external_id:
        return None
    charges = wire.rows(order.get("charges")) or []
    return next((charge for charge in charges if charge.get("id") == request.payment_id), None)


def _followed(rows: list[dict[str, Any]], refund_id: str, amount: int) -> RefundFact:
    """What became of a refund that was made. Only those that are on their way have a word for it."""
    found = [row for row in rows if row.get("id") == refund_id and abs(row["amount"]) == amount]
    if len(found) != 1:
        return RefundFact("unknown", detail="not_found")
    return RefundFact(REFUNDS.get(found[0].get("status"), "unknown"), refund_id)


def _refunds(charge: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The refunds of a charge, each with a whole amount; None when they cannot be read."""
    told = charge.get("refunds")
    found = wire.rows(told) if told else []
    if found is None or any(type(row.get("amount")) is not int for row in found):
        return None
    return found


ADAPTER = ConektaGateway()
