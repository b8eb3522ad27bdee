# SPDX-License-Identifier: Apache-2.0
"""Speaks to Stripe. A hook only says where to look; what is fetched alone tells of money."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeRequest,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    MandateFact,
    MandateRequest,
    Redirect,
    RefundFact,
    RefundRequest,
    StartFailed,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.stripe import facts, hooks, mandates, wire
from conserje.gateways.stripe.facts import KIND, MARK
from conserje.gateways.stripe.settings import StripeSettings
from conserje.gateways.stripe.vocabulary import EXPONENTS, LOCALES, METHODS, TYPES, WAYS

_SESSION: Final = re.compile(r"cs_[A-Za-z0-9_]{4,120}")
_INTENT: Final = re.compile(r"pi_[A-Za-z0-9_]{4,120}")
_CARD: Final = re.compile(r"(?:pm|card|src)_[A-Za-z0-9_]{4,120}")
_REFUND: Final = re.compile(r"(?:re|pyr)_[A-Za-z0-9_]{1,120}")
_INSIDE: Final = "payment_intent.latest_charge"
_REFUNDS: Final = {
    "succeeded": "done",
    "pending": "pending",
    "requires_action": "pending",
    "failed": "refused",
    "canceled": "refused",
}


@dataclass(frozen=True, slots=True)
class StripeGateway:
    """Hosted Checkout, cards on file, refunds and disputes."""

    name: str = "stripe"
    settings_type: type = StripeSettings
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
        """Stripe's own, or the domain that a creditor lent to its Checkout."""
        return (settings.page_origin.rstrip("/"),)

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Make the session of `request.key`, or find the one made before under the same key.

        A session can be told to end between half an hour and a day from now. A last moment outside of that is refused
        by Stripe, and the session then ends by itself after a day.
        """
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0:
            return StartFailed("amount_not_expressible", retry=False)
        form = _checkout_form(request, amount)
        try:
            if request.until is not None:
                bounded = {**form, "expires_at": str(int(request.until.timestamp()))}
                answer = wire.post(http, settings, "/v1/checkout/sessions", bounded, key=request.key)
                if wire.error_of(answer).get("param") != "expires_at":
                    return _page(answer, settings)
            key = request.key if request.until is None else f"{request.key}-day"
            return _page(wire.post(http, settings, "/v1/checkout/sessions", form, key=key), settings)
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """What Stripe says now of a session, or of an intent: one of ours, or that of a session of ours."""
        try:
            if _SESSION.fullmatch(external_id):
                return _of_session(external_id, settings, http)
            if _INTENT.fullmatch(external_id):
                return _of_intent(external_id, settings, http)
        except NoAnswer as silent:
            return facts.unknown(external_id, silent.why)
        return facts.unknown(external_id, "not_ours")

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether Stripe signed it within the last five minutes."""
        return hooks.trusts(raw, settings, now_epoch=now_epoch)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The session, intent or card to look at."""
        return hooks.read_hook(raw)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks for the last session, which a key must be allowed to read."""
        try:
            answer = wire.get(http, settings, "/v1/checkout/sessions", {"limit": "1"})
        except NoAnswer:
            return ("Stripe does not answer. Try again in a few minutes.",)
        if answer.status == 401:
            return ("Stripe refused the secret key. Copy it again from Stripe, Developers, API keys.",)
        if answer.status == 403:
            return ("This restricted key may not read Checkout sessions. Give it that right in Stripe.",)
        if answer.status != 200 or wire.rows(wire.json_object(answer.body)) is None:
            return ("Stripe answered with an error. Try again in a few minutes.",)
        return ()

    def ask_mandate(self, request: MandateRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """A page in setup mode, on which a card is left and nothing is charged."""
        try:
            answer = mandates.ask(request, settings, http, locale=_locale(request.locale))
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        return answer if isinstance(answer, StartFailed) else _page(answer, settings)

    def fetch_mandate(self, external_id: str, settings: Any, http: Http) -> MandateFact:
        """What became of the page, and of the card left on it."""
        if not _SESSION.fullmatch(external_id) and not _CARD.fullmatch(external_id):
            return mandates.unknown(external_id, "not_ours")
        try:
            return mandates.fetch(external_id, settings, http)
        except NoAnswer as silent:
            return mandates.unknown(external_id, silent.why)

    def charge(self, request: ChargeRequest, settings: Any, http: Http) -> ChargeFact:
        """Charge a kept card off session."""
        if not _CARD.fullmatch(request.token):
            return facts.unknown("", "not_ours")
        try:
            return mandates.charge(request, settings, http)
        except NoAnswer as silent:
            return facts.unknown("", silent.why)

    def end_mandate(self, token: str, settings: Any, http: Http) -> bool:
        """Detach the card."""
        try:
            return bool(_CARD.fullmatch(token)) and mandates.end(token, settings, http)
        except NoAnswer:
            return False

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Give back a part or all of an intent."""
        amount = wire.to_wire(request.amount)
        if amount is None or amount <= 0 or not _INTENT.fullmatch(request.payment_id):
            return RefundFact("refused", detail="amount_not_expressible")
        form = {"payment_intent": request.payment_id, "amount": str(amount)}
        known = request.refund_id
        try:
            if known and not _REFUND.fullmatch(known):
                return RefundFact("unknown", detail="not_ours")
            answer = (
                wire.get(http, settings, f"/v1/refunds/{known}")
                if known
                else wire.post(http, settings, "/v1/refunds", form, key=request.key)
            )
        except NoAnswer as silent:
            return RefundFact("unknown", detail=silent.why)
        if not known and answer.status in (400, 402, 404) and wire.refusal_word(answer) != "key_reused":
            return RefundFact("refused", detail=wire.refusal_word(answer))
        told = wire.json_object(answer.body)
        state = _REFUNDS.get(str(told.get("status")), "unknown")
        told_id = str(told.get("id") or "")
        same = (told.get("payment_intent"), told.get("amount")) == (request.payment_id, amount)
        if answer.status != 200 or not same or not told_id or known not in ("", told_id):
            word = "answer_unreadable" if answer.status == 200 else wire.refusal_word(answer)
            return RefundFact("unknown", detail=word)
        return RefundFact(state, told_id, str(told.get("failure_reason") or "")[:80])


def _checkout_form(request: CheckoutRequest, amount: int) -> dict[str, str]:
    form = {
        "mode": "payment",
        "client_reference_id": request.reference,
        "locale": _locale(request.locale),
        "success_url": request.return_url,
        "cancel_url": request.return_url,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": request.amount.currency.lower(),
        "line_items[0][price_data][unit_amount]": str(amount),
        "line_items[0][price_data][product_data][name]": request.description[:250] or request.reference,
        f"metadata[{MARK}]": request.reference,
        "payment_intent_data[description]": request.description[:1000] or request.reference,
        f"payment_intent_data[metadata][{MARK}]": request.reference,
        f"payment_intent_data[metadata][{KIND}]": "checkout",
    }
    wanted = [TYPES[method] for method in request.methods if method in TYPES]
    form |= {f"payment_method_types[{place}]": kind for place, kind in enumerate(wanted)}
    if request.payer is not None and request.payer.email:
        form["customer_email"] = request.payer.email
    return form


def _locale(locale: str) -> str:
    language = locale.partition("_")[0]
    if language == "es" and locale not in LOCALES:
        return "es-419"
    return LOCALES.get(locale, LOCALES.get(language, "auto"))


def _page(answer: Answer, settings: StripeSettings) -> Redirect | StartFailed:
    if answer.status != 200:
        return StartFailed(wire.refusal_word(answer), retry=wire.may_ask_again(answer))
    session = wire.json_object(answer.body)
    session_id, url = str(session.get("id")), str(session.get("url"))
    if not _SESSION.fullmatch(session_id):
        return StartFailed("answer_unreadable", retry=True)
    if not url.startswith(settings.page_origin.rstrip("/") + "/"):
        return StartFailed("page_elsewhere", retry=True)
    return Redirect(session_id, url)


def _of_session(external_id: str, settings: StripeSettings, http: Http) -> ChargeFact:
    answer = wire.get(http, settings, f"/v1/checkout/sessions/{external_id}", {"expand[0]": _INSIDE})
    if answer.status != 200:
        return facts.unknown(external_id, wire.refusal_word(answer))
    return _with_disputes(external_id, wire.json_object(answer.body), settings, http)


def _of_intent(intent_id: str, settings: StripeSettings, http: Http) -> ChargeFact:
    answer = wire.get(http, settings, f"/v1/payment_intents/{intent_id}", {"expand[0]": "latest_charge"})
    if answer.status != 200:
        return facts.unknown(intent_id, wire.refusal_word(answer))
    intent = wire.json_object(answer.body)
    if intent.get("id") != intent_id:
        return facts.unknown(intent_id, "answer_unreadable")
    marks = wire.part(intent, "metadata")
    if MARK not in marks:
        return facts.unknown(intent_id, "not_ours")
    if marks.get(KIND) == "charge":
        disputes = _disputes(intent, settings, http)
        if disputes is None:
            return facts.unknown(intent_id, "answer_unreadable")
        return facts.intent_fact(intent_id, intent, disputes, settings)
    query = {"payment_intent": intent_id, "limit": "1", "expand[0]": f"data.{_INSIDE}"}
    listed = wire.get(http, settings, "/v1/checkout/sessions", query)
    sessions = wire.rows(wire.json_object(listed.body))
    if listed.status != 200 or not sessions:
        return facts.unknown(intent_id, "answer_unreadable")
    if wire.part(sessions[0], "payment_intent").get("id") != intent_id:
        return facts.unknown(intent_id, "answer_unreadable")
    return _with_disputes(str(sessions[0].get("id")), sessions[0], settings, http)


def _with_disputes(
    external_id: str, session: dict[str, Any], settings: StripeSettings, http: Http
) -> ChargeFact:
    disputes = _disputes(wire.part(session, "payment_intent"), settings, http)
    if disputes is None:
        return facts.unknown(external_id, "answer_unreadable")
    return facts.session_fact(external_id, session, disputes, settings)


def _disputes(intent: dict[str, Any], settings: StripeSettings, http: Http) -> list[dict[str, Any]] | None:
    """Those of an intent, asked for only when its charge was ever disputed; None when they cannot be read."""
    if not facts.is_disputed(intent):
        return []
    query = {"payment_intent": str(intent.get("id")), "limit": "20"}
    answer = wire.get(http, settings, "/v1/disputes", query)
    return wire.rows(wire.json_object(answer.body)) if answer.status == 200 else None


ADAPTER = StripeGateway()
