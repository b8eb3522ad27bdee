# SPDX-License-Identifier: Apache-2.0
"""Speaks to the test gateway. Only `fetch` tells what was paid; a hook only says where to look."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from conserje.domain.ports.gateway import (
    Abilities,
    ChargeFact,
    ChargeRequest,
    ChargeState,
    CheckoutRequest,
    HookEvent,
    MandateFact,
    MandateRequest,
    MandateState,
    Redirect,
    RefundFact,
    RefundRequest,
    StartFailed,
)
from conserje.domain.ports.http import Answer, Http, NoAnswer, RawRequest
from conserje.gateways.demo.settings import DemoSettings
from conserje.gateways.demo.vocabulary import EVENTS, EXPONENTS, MANDATES, METHODS, WAYS
from conserje.gateways.demo.wire import (
    address,
    charge_fact,
    day_of,
    json_object,
    signed_in,
    start_refused,
    status_word,
    to_wire,
    unknown_charge,
)

TOLERANCE_SECONDS: Final = 300
_CHECKOUT_ID: Final = re.compile(r"chk_[0-9a-f]{8,64}")
_MANDATE_ID: Final = re.compile(r"mnd_[0-9a-f]{8,64}")
_TOKEN: Final = re.compile(r"tok_[0-9a-f]{8,64}")
_OURS_THERE: Final = {ours: theirs for theirs, ours in METHODS.items()}
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class DemoGateway:
    """The gateway of `conserje.testing.world`."""

    name: str = "demo"
    settings_type: type = DemoSettings
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
        if request.methods:
            body["methods"] = [_OURS_THERE[method] for method in request.methods if method in _OURS_THERE]
        answer = _posted(settings, http, "/v1/checkouts", key=request.key, body=body)
        return _redirect(answer, _CHECKOUT_ID)

    def fetch(self, external_id: str, settings: Any, http: Http) -> ChargeFact:
        """What the gateway itself says now; anything missing or strange makes the state `UNKNOWN`."""
        if not _CHECKOUT_ID.fullmatch(external_id):
            return unknown_charge(external_id, "not_ours")
        url = address(settings, f"/v1/checkouts/{external_id}")
        try:
            answer = http.send("GET", url, headers=signed_in(settings))
        except NoAnswer as silent:
            return unknown_charge(external_id, silent.why)
        if answer.status != 200:
            return unknown_charge(
                external_id, "not_found" if answer.status == 404 else status_word(answer.status)
            )
        return charge_fact(external_id, json_object(answer.body))

    def ask_mandate(self, request: MandateRequest, settings: Any, http: Http) -> Redirect | StartFailed:
        """Make the page of `request.key` on which a card is left, or find the one made before."""
        body = {
            "reference": request.reference,
            "description": request.description,
            "currency": request.currency,
            "return_url": request.return_url,
            "hook_url": request.hook_url,
            "locale": request.locale,
        }
        return _redirect(_posted(settings, http, "/v1/mandates", key=request.key, body=body), _MANDATE_ID)

    def fetch_mandate(self, external_id: str, settings: Any, http: Http) -> MandateFact:
        """What the gateway says of a mandate now; anything missing or strange is `UNKNOWN`."""
        nothing = MandateFact(external_id, "", MandateState.UNKNOWN)
        if not _MANDATE_ID.fullmatch(external_id):
            return nothing
        try:
            answer = http.send(
                "GET", address(settings, f"/v1/mandates/{external_id}"), headers=signed_in(settings)
            )
        except NoAnswer:
            return nothing
        found = json_object(answer.body) if answer.status == 200 else {}
        state = MANDATES.get(str(found.get("status")), MandateState.UNKNOWN)
        token = str(found.get("token") or "")
        active = state is MandateState.ACTIVE
        if found.get("id") != external_id or (active and not _TOKEN.fullmatch(token)):
            return nothing
        return MandateFact(
            external_id=external_id,
            reference=str(found.get("reference", "")),
            state=state,
            token=token if active else "",
            method=METHODS.get(str(found.get("method")), "unknown") if found.get("method") else "",
            brand=str(found.get("brand") or "")[:40],
            last4=str(found.get("last4") or "")[-4:],
            expires_on=day_of(found.get("expires_on")),
            fingerprint=str(found.get("fingerprint") or "")[:64],
        )

    def charge(self, request: ChargeRequest, settings: Any, http: Http) -> ChargeFact:
        """Take money by a token: once for each key. No answer, or one that cannot be read, is `UNKNOWN`."""
        amount = to_wire(request.amount)
        if amount is None or amount <= 0 or not _TOKEN.fullmatch(request.token):
            return unknown_charge("", "not_expressible")
        body = {
            "token": request.token,
            "reference": request.reference,
            "amount": amount,
            "currency": request.amount.currency,
            "description": request.description,
            "hook_url": request.hook_url,
        }
        answer = _posted(settings, http, "/v1/charges", key=request.key, body=body)
        if isinstance(answer, NoAnswer):
            return unknown_charge("", answer.why)
        found = json_object(answer.body) if answer.status in (200, 201) else {}
        external_id = str(found.get("id") or "")
        if not _CHECKOUT_ID.fullmatch(external_id):
            return unknown_charge("", status_word(answer.status))
        return charge_fact(external_id, found)

    def end_mandate(self, token: str, settings: Any, http: Http) -> bool:
        """Have the card forgotten; False when that is not known to have happened."""
        if not _TOKEN.fullmatch(token):
            return False
        answer = _posted(settings, http, f"/v1/tokens/{token}/end", key=token, body={})
        return not isinstance(answer, NoAnswer) and json_object(answer.body).get("status") == "ended"

    def refund(self, request: RefundRequest, settings: Any, http: Http) -> RefundFact:
        """Give money back, once for each key."""
        amount = to_wire(request.amount)
        if amount is None or not _CHECKOUT_ID.fullmatch(request.external_id):
            return RefundFact("refused", detail="not_expressible")
        path = f"/v1/checkouts/{request.external_id}/refunds"
        answer = _posted(settings, http, path, key=request.key, body={"amount": amount})
        if isinstance(answer, NoAnswer):
            return RefundFact("unknown", detail=answer.why)
        found = json_object(answer.body) if answer.status in (200, 201) else {}
        state, refund_id = str(found.get("status")), str(found.get("id") or "")
        if state not in ("done", "pending", "refused") or not refund_id:
            return RefundFact("unknown", detail=status_word(answer.status))
        return RefundFact(state, refund_id, "refused_by_gateway" if state == "refused" else "")

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
        told = json_object(raw.body)
        data = told.get("data")
        named = data if isinstance(data, dict) else {}
        checkout_id, mandate_id = str(named.get("checkout_id", "")), str(named.get("mandate_id", ""))
        event_id = headers.get("webhook-id", "")
        kind = EVENTS.get(str(told.get("type")), "unknown")
        if not _EVENT_ID.fullmatch(event_id):
            return ()
        if _CHECKOUT_ID.fullmatch(checkout_id):
            return (HookEvent(event_id, checkout_id, kind),)
        return (
            (HookEvent(event_id, mandate_id, kind, "mandate"),) if _MANDATE_ID.fullmatch(mandate_id) else ()
        )

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Asks the gateway who we are."""
        try:
            answer = http.send("GET", address(settings, "/v1/account"), headers=signed_in(settings))
        except NoAnswer:
            return ("The payment gateway does not answer. Check its address.",)
        if answer.status in (401, 403):
            return ("The payment gateway refused the API key. Copy it again from the gateway.",)
        if answer.status != 200:
            return ("The payment gateway answered with an error. Try again in a few minutes.",)
        return ()


def _posted(
    settings: DemoSettings, http: Http, path: str, *, key: str, body: dict[str, Any]
) -> Answer | NoAnswer:
    headers = {**signed_in(settings), "idempotency-key": key}
    try:
        return http.send("POST", address(settings, path), headers=headers, json=body)
    except NoAnswer as silent:
        return silent


def _redirect(answer: Answer | NoAnswer, named: re.Pattern[str]) -> Redirect | StartFailed:
    """The page in an answer to a start, whose id looks as `named`."""
    if isinstance(answer, NoAnswer):
        return StartFailed(answer.why, retry=True)
    if answer.status not in (200, 201):
        return start_refused(answer)
    found = json_object(answer.body)
    external_id, url = str(found.get("id", "")), str(found.get("url", ""))
    if not named.fullmatch(external_id) or not url.startswith(("http://", "https://")):
        return StartFailed("answer_unreadable", retry=True)
    return Redirect(external_id, url)


ADAPTER = DemoGateway()
