# SPDX-License-Identifier: Apache-2.0
"""Speaks to Wompi. Our reference is the name of everything there: it is unique, and the guard against paying twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final
from urllib.parse import quote, urlencode

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeRequest,
    ChargeState,
    CheckoutRequest,
    Decline,
    HookEvent,
    MandateFact,
    MandateRequest,
    MandateState,
    Redirect,
    RefundFact,
    RefundRequest,
    StartFailed,
    Way,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.wompi import facts, signing
from conserje.gateways.wompi.settings import WompiSettings
from conserje.gateways.wompi.vocabulary import APPROVED, CLAIMED, EXPONENTS, TOKENS, VOIDED

CHECKOUT: Final = "https://checkout.wompi.co"
# Wompi tries an event again after 30 minutes, 3 hours and 24 hours, with the time it was made.
OLDEST_EVENT_SECONDS: Final = 26 * 3600
AHEAD_SECONDS: Final = 300
_TRANSACTION: Final = re.compile(r"[0-9]{1,12}-[0-9]{0,14}-[0-9]{1,12}")
_REFERENCE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{3,60}")
_MANDATE: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{3,30})\.(nequi_[A-Za-z0-9_]{8,80})")
_SOURCE: Final = re.compile(r"[1-9][0-9]{0,17}")
_PHONE: Final = re.compile(r"(?:\+?57)?(3[0-9]{9})")
_LEAST: Final = Money("COP", 150_000)


@dataclass(frozen=True, slots=True)
class Wompi:
    """Wompi's Web Checkout, and charges of Nequi accounts that their owner agreed to."""

    name: str = "wompi"
    settings_type: type = WompiSettings
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            currencies=frozenset(EXPONENTS),
            methods=CLAIMED,
            exponents=EXPONENTS,
            ways=tuple(
                Way(method, "COP", frozenset() if method == "card" else frozenset({"CO"}), least=_LEAST)
                for method in CLAIMED
            ),
            states=frozenset(ChargeState) - {ChargeState.WAITING, ChargeState.EXPIRED},
        )
    )

    def origins(self, settings: Any) -> tuple[str, ...]:
        """Where Wompi's page lives, whatever the environment."""
        return (CHECKOUT,)

    def start(self, request: CheckoutRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """The address of the page; nothing is sent, so the same request is always the same page."""
        if request.amount.currency != "COP" or request.amount.minor <= 0:
            return StartFailed("amount_not_expressible", retry=False)
        if not _REFERENCE.fullmatch(request.reference):
            return StartFailed("reference_unusable", retry=False)
        expires = ""
        if request.until is not None:
            expires = request.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        fields = {
            "public-key": settings.public_key,
            "currency": "COP",
            "amount-in-cents": str(request.amount.minor),
            "reference": request.reference,
            "signature:integrity": signing.integrity(
                reference=request.reference,
                cents=request.amount.minor,
                currency="COP",
                secret=settings.integrity_secret,
                expires=expires,
            ),
            "redirect-url": request.return_url,
            "expiration-time": expires,
            "customer-data:email": request.payer.email if request.payer else "",
            "customer-data:full-name": request.payer.name if request.payer else "",
        }
        return Redirect(
            request.reference, f"{CHECKOUT}/p/?{urlencode({k: v for k, v in fields.items() if v})}"
        )

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """All that Wompi knows under our reference; given a transaction's id, its reference is looked up first."""
        reference = external_id
        try:
            if _TRANSACTION.fullmatch(external_id):
                answer = _ask(http, settings, "GET", f"/transactions/{external_id}")
                one = _data(answer)
                reference = str(one.get("reference", ""))
                if answer.status != 200 or one.get("id") != external_id:
                    return facts.unknown(external_id, _word(answer.status))
            if not _REFERENCE.fullmatch(reference):
                return facts.unknown(external_id, "not_ours")
            answer = _ask(http, settings, "GET", f"/transactions?reference={quote(reference)}")
        except NoAnswer as silent:
            return facts.unknown(external_id, silent.why)
        listed = signing.read(answer.body).get("data")
        if answer.status != 200:
            return facts.unknown(external_id, _word(answer.status))
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            return facts.unknown(external_id, "answer_unreadable")
        own = [one for one in listed if one.get("reference") == reference]
        return facts.told(reference, own or listed)

    def trusts(self, raw: RawRequest, settings: Any, *, now_epoch: int) -> bool:
        """Whether the sum over what the event lists is right, and the event no older than Wompi's last try.

        An event about a transaction must sign which one it is: else its sum would be good for any other.
        """
        told = signing.read(raw.body)
        wanted = signing.checksum(told, secret=settings.events_secret)
        at, data = told.get("timestamp"), told.get("data")
        if wanted is None or type(at) is not int or not isinstance(data, dict):
            return False
        if not -OLDEST_EVENT_SECONDS <= at - now_epoch <= AHEAD_SECONDS:
            return False
        if "transaction" in data and not signing.signs(told, "transaction.id"):
            return False
        signature = told["signature"]
        return signing.same(signature.get("checksum"), wanted)

    def read_hook(self, raw: RawRequest, settings: Any) -> tuple[HookEvent, ...]:
        """The transaction of a trusted event: its id is signed, the rest of the event is looked up."""
        told = signing.read(raw.body)
        data = told.get("data")
        one = data.get("transaction") if isinstance(data, dict) else None
        wanted = signing.checksum(told, secret=settings.events_secret)
        if told.get("event") != "transaction.updated" or not isinstance(one, dict) or wanted is None:
            return ()
        transaction = str(one.get("id", ""))
        if not _TRANSACTION.fullmatch(transaction) or not signing.signs(told, "transaction.id"):
            return ()
        signed = signing.signs(told, "transaction.status")
        kind = "paid" if signed and one.get("status") == APPROVED else "updated"
        return (HookEvent(wanted, transaction, kind),)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks with the public key who we are, and with the private one for a transaction that is none."""
        try:
            merchant = _ask(http, settings, "GET", f"/merchants/{settings.public_key}", key="")
            private = _ask(http, settings, "GET", "/transactions?reference=connection-test")
        except NoAnswer:
            return ("Wompi does not answer. Try again in a few minutes.",)
        if merchant.status in (401, 403, 404, 422):
            return ("Wompi does not know the public key. Copy it again.",)
        if private.status in (401, 403):
            return ("Wompi refused the private key. Copy it again.",)
        if merchant.status != 200 or private.status != 200:
            return ("Wompi answered with an error. Try again in a few minutes.",)
        return ()

    def ask_mandate(self, request: MandateRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Have Nequi ask its customer on the telephone; meanwhile they go back to our page, which waits with them."""
        phone = _PHONE.fullmatch(re.sub(r"[\s().-]+", "", request.payer.phone if request.payer else ""))
        if phone is None or request.currency != "COP" or not _REFERENCE.fullmatch(request.reference):
            return StartFailed("payer_phone_missing" if phone is None else "request_unusable", retry=False)
        if not settings.receipts_email:
            return StartFailed("receipts_email_missing", retry=False)
        body = {"phone_number": phone.group(1)}
        try:
            answer = _ask(http, settings, "POST", "/tokens/nequi", body, key=settings.public_key)
        except NoAnswer as silent:
            return StartFailed(silent.why, retry=True)
        if answer.status not in (200, 201):
            return StartFailed(_word(answer.status), retry=_may_change(answer.status))
        external_id = f"{request.reference}.{_data(answer).get('id', '')}"
        if not _MANDATE.fullmatch(external_id):
            return StartFailed("answer_unreadable", retry=True)
        return Redirect(external_id, request.return_url)

    def fetch_mandate(self, external_id: str, settings: Any, http: Http) -> MandateFact:
        """What the customer answered; once they agreed, a source is made of it, and that is what is charged."""
        found = _MANDATE.fullmatch(external_id)
        if found is None:
            return _no_mandate(external_id, "not_ours")
        reference, token = found.groups()
        try:
            answer = _ask(http, settings, "GET", f"/tokens/nequi/{token}", key=settings.public_key)
            told = _data(answer)
            state = TOKENS.get(str(told.get("status")), MandateState.UNKNOWN)
            if answer.status != 200 or told.get("id") != token or state is MandateState.UNKNOWN:
                return _no_mandate(external_id, _word(answer.status))
            if state is not MandateState.ACTIVE:
                return MandateFact(external_id, reference, state, method="nequi")
            source = _source(http, settings, token)
        except NoAnswer as silent:
            return _no_mandate(external_id, silent.why)
        if source is None:
            return _no_mandate(external_id, "answer_unreadable")
        return MandateFact(external_id, reference, MandateState.ACTIVE, token=source, method="nequi")

    def charge(self, request: ChargeRequest, settings: Any, http: Http) -> ChargeFact:
        """Charge a source; a reference that Wompi knows already is the same charge sent before."""
        refused = _unusable(request)
        if refused is not None:
            return refused
        email = (request.payer.email if request.payer else "") or settings.receipts_email
        body = {
            "amount_in_cents": request.amount.minor,
            "currency": "COP",
            "customer_email": email,
            "reference": request.reference,
            "signature": signing.integrity(
                reference=request.reference,
                cents=request.amount.minor,
                currency="COP",
                secret=settings.integrity_secret,
            ),
            "payment_source_id": int(request.token),
        }
        try:
            answer = _ask(http, settings, "POST", "/transactions", body)
        except NoAnswer as silent:
            return facts.unknown(request.reference, silent.why)
        if answer.status in (401, 403) or (_may_change(answer.status) and answer.status not in (200, 201)):
            return facts.unknown(request.reference, _word(answer.status))
        if answer.status in (200, 201) and _data(answer).get("reference") != request.reference:
            return facts.unknown(request.reference, "answer_unreadable")
        known = self.fetch(request.reference, settings, http)
        if known.state is ChargeState.OPEN and answer.status == 422:
            return _declined(request, "request_refused")
        return known

    def end_mandate(self, token: str, settings: Any, http: Http) -> bool:
        """Void the source; True when Wompi says that it is."""
        if not _SOURCE.fullmatch(token):
            return False
        try:
            answer = _ask(http, settings, "PUT", f"/payment_sources/{token}/void", {})
        except NoAnswer:
            return False
        return answer.status in (200, 201) and _data(answer).get("status") == VOIDED

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Void a card's transaction whole: that cannot be done twice. Anything else is for the creditor at Wompi."""
        if not _TRANSACTION.fullmatch(request.payment_id):
            return RefundFact("refused", detail="request_unusable")
        path = f"/transactions/{request.payment_id}"
        try:
            before = _ask(http, settings, "GET", path)
            state = _standing(before, request)
            if state != APPROVED:
                return _told_back(state, request)
            cents = {"amount_in_cents": request.amount.minor}
            voided = _ask(http, settings, "POST", f"{path}/void", cents)
            if not (200 <= voided.status < 300):
                unsure = _may_change(voided.status) or voided.status in (401, 403)
                return RefundFact("unknown" if unsure else "refused", detail=_word(voided.status))
            state = _standing(_ask(http, settings, "GET", path), request)
        except NoAnswer as silent:
            return RefundFact("unknown", detail=silent.why)
        if state == APPROVED:
            return RefundFact("pending", f"void:{request.payment_id}")
        return _told_back(state, request)


def _ask(
    http: Http, settings: WompiSettings, method: str, path: str, body: Any = None, key: str | None = None
) -> Answer:
    """One request, signed in with the private key unless another `key` is given ("": none). Raises `NoAnswer`."""
    bearer = settings.private_key if key is None else key
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return http.send(method, settings.base_url + path, headers=headers, json=body)


def _source(http: Http, settings: WompiSettings, token: str) -> str | None:
    """A payment source made of an approved token; None when the answers cannot be read. Raises `NoAnswer`."""
    merchant = _data(_ask(http, settings, "GET", f"/merchants/{settings.public_key}", key=""))
    accepted = [merchant.get(name) for name in ("presigned_acceptance", "presigned_personal_data_auth")]
    signed = [one.get("acceptance_token") if isinstance(one, dict) else None for one in accepted]
    if not all(isinstance(one, str) and one for one in signed):
        return None
    body = {
        "type": "NEQUI",
        "token": token,
        "customer_email": settings.receipts_email,
        "acceptance_token": signed[0],
        "accept_personal_auth": signed[1],
    }
    made = _data(_ask(http, settings, "POST", "/payment_sources", body))
    source = str(made.get("id", ""))
    return source if _SOURCE.fullmatch(source) and made.get("status") == "AVAILABLE" else None


def _unusable(request: ChargeRequest) -> ChargeFact | None:
    if not _SOURCE.fullmatch(request.token) or not _REFERENCE.fullmatch(request.reference):
        return _declined(request, "request_unusable")
    if request.amount.currency != "COP" or request.amount.minor <= 0:
        return _declined(request, "amount_not_expressible")
    return None


def _declined(request: ChargeRequest, why: str) -> ChargeFact:
    """Nothing was charged, and the bank was not asked."""
    return ChargeFact(
        external_id=request.reference,
        payment_id="",
        reference=request.reference,
        state=ChargeState.DECLINED,
        amount=request.amount,
        method="nequi",
        value_on=None,
        detail=why,
        decline=Decline.GENERIC,
        decline_code=why,
    )


def _standing(answer: Answer, request: RefundRequest) -> str:
    """APPROVED, VOIDED, "refused" (it cannot be voided by us) or "unknown"."""
    one = _data(answer)
    amount = facts.money(one)
    if answer.status != 200 or one.get("id") != request.payment_id or amount is None:
        return "refused" if answer.status == 404 else "unknown"
    if one.get("status") == VOIDED:
        return VOIDED
    whole = amount == request.amount and one.get("payment_method_type") == "CARD"
    return APPROVED if one.get("status") == APPROVED and whole else "refused"


def _told_back(state: str, request: RefundRequest) -> RefundFact:
    if state == VOIDED:
        return RefundFact("done", f"void:{request.payment_id}")
    return RefundFact(state, detail="refund_by_hand" if state == "refused" else "answer_unreadable")


def _no_mandate(external_id: str, why: str) -> MandateFact:
    return MandateFact(external_id, "", MandateState.UNKNOWN, detail=why)


def _data(answer: Answer) -> Mapping[str, Any]:
    found = signing.read(answer.body).get("data")
    return found if isinstance(found, dict) else {}


def _may_change(status: int) -> bool:
    return status >= 500 or status in (408, 425, 429)


def _word(status: int) -> str:
    if status in (401, 403):
        return "credentials_refused"
    if status == 404:
        return "not_found"
    if status == 429:
        return "rate_limited"
    if status in (200, 201):
        return "answer_unreadable"
    return "gateway_error" if status >= 500 else "request_refused"


ADAPTER = Wompi()
