# SPDX-License-Identifier: Apache-2.0
"""Stripe's gateway against `localstripe`, which others wrote after Stripe, with Stripe's own library beside us.

localstripe knows no Checkout, no decline codes, no idempotency keys and no description of an intent, which is taken out
of our requests here and nowhere else.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import stripe
from tests.official_parts import outside

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    ChargeRequest,
    ChargeState,
    Decline,
    RefundRequest,
)
from conserje.domain.ports.http import Answer, RawRequest
from conserje.gateways.stripe import ADAPTER
from conserje.gateways.stripe.settings import StripeSettings

pytestmark = pytest.mark.official

KEY = "sk_test_clavedeprueba"
SECRET = "whsec_secretodeprueba1234"
AMOUNT = Money("MXN", 283_333)


class WithoutDescription(outside.Watched):
    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
    ) -> Answer:
        if method == "POST" and url.endswith("/v1/payment_intents"):
            pairs = [pair for pair in parse_qsl((body or b"").decode()) if pair[0] != "description"]
            body = urlencode(pairs).encode()
        return super().send(method, url, headers=headers, json=json, body=body)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with outside.localstripe() as found:
        yield found


@pytest.fixture
def settings(port: int) -> StripeSettings:
    return StripeSettings(secret_key=KEY, hook_secret=SECRET, base_url=f"http://127.0.0.1:{port}")


@pytest.fixture
def wire(port: int) -> outside.Watched:
    return WithoutDescription(port)


@pytest.fixture
def theirs(port: int) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": f"http://127.0.0.1:{port}"}, max_network_retries=0)


def kept(theirs: stripe.StripeClient, number: str) -> str:
    """A card left with Stripe's own library: what a page in setup mode ends in."""
    customer = theirs.v1.customers.create({"name": "Cliente SA"})
    card = theirs.v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}}
    )
    theirs.v1.payment_methods.attach(card.id, {"customer": customer.id})
    return card.id


def request(token: str, key: str = "c1") -> ChargeRequest:
    return ChargeRequest(key, "CJA7KM3PQ9", token, AMOUNT, "Cuota 2 de 3", "https://pagos.example.test/h")


def test_a_kept_card_is_charged_seen_and_given_back(
    settings: StripeSettings, wire: outside.Watched, theirs: stripe.StripeClient
) -> None:
    fact = ADAPTER.charge(request(kept(theirs, "4242424242424242")), settings, wire)
    assert (fact.state, fact.amount, fact.reference) == (ChargeState.PAID, AMOUNT, "CJA7KM3PQ9")
    seen = theirs.v1.payment_intents.retrieve(fact.payment_id)
    assert (seen.status, seen.amount, seen.currency) == ("succeeded", AMOUNT.minor, "mxn")
    assert seen.metadata is not None
    assert seen.metadata["conserje_reference"] == "CJA7KM3PQ9"
    assert ADAPTER.fetch(fact.external_id, settings, wire) == fact

    part = RefundRequest("r1", fact.external_id, fact.payment_id, Money("MXN", 83_333))
    assert ADAPTER.refund(part, settings, wire).state == "done"
    assert [row.amount for row in theirs.v1.refunds.list({"payment_intent": fact.payment_id}).data] == [
        83_333
    ]
    again = ADAPTER.fetch(fact.external_id, settings, wire)
    assert (again.state, again.returned) == (ChargeState.PAID, Money("MXN", 83_333))
    assert all(status == 200 for _, _, status, _ in wire.seen)


def test_a_refused_card_and_one_that_needs_its_owner(
    settings: StripeSettings, wire: outside.Watched, theirs: stripe.StripeClient
) -> None:
    refused = ADAPTER.charge(request(kept(theirs, "4000000000000341"), "c2"), settings, wire)
    assert (refused.state, refused.decline, refused.decline_code) == (
        ChargeState.DECLINED,
        Decline.GENERIC,
        "card_declined",
    )
    owner = ADAPTER.charge(request(kept(theirs, "4000002500003155"), "c3"), settings, wire)
    assert (owner.state, owner.decline) == (ChargeState.DECLINED, Decline.AUTHENTICATE)
    theirs_too = kept(theirs, "4000000000000341")
    with pytest.raises(stripe.CardError):
        theirs.v1.payment_intents.create(
            {
                "amount": AMOUNT.minor,
                "currency": "mxn",
                "customer": theirs.v1.payment_methods.retrieve(theirs_too).customer,
                "payment_method": theirs_too,
                "confirm": True,
                "off_session": True,
            }
        )


def test_a_card_let_go_is_charged_no_more(
    settings: StripeSettings, wire: outside.Watched, theirs: stripe.StripeClient
) -> None:
    token = kept(theirs, "4242424242424242")
    assert ADAPTER.end_mandate(token, settings, wire)
    assert theirs.v1.payment_methods.retrieve(token).customer is None
    fact = ADAPTER.charge(request(token, "c4"), settings, wire)
    assert (fact.state, fact.decline) == (ChargeState.DECLINED, Decline.UPDATE_CARD)
    assert not any(path.startswith("/v1/payment_intents") for _, path, _, _ in wire.seen)


def test_an_intent_of_somebody_else_is_left_alone(
    settings: StripeSettings, wire: outside.Watched, theirs: stripe.StripeClient
) -> None:
    intent = theirs.v1.payment_intents.create({"amount": 1000, "currency": "mxn"})
    assert ADAPTER.fetch(intent.id, settings, wire).detail == "not_ours"


class Receiver(http.server.BaseHTTPRequestHandler):
    got: list[RawRequest] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(RawRequest("POST", self.path, dict(self.headers), "", body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: the test says what came."""


def _tells_of(raw: RawRequest, intent: str) -> bool:
    return b"payment_intent.succeeded" in raw.body and intent.encode() in raw.body


def test_its_webhooks_are_trusted_by_us_and_by_stripes_own_library(
    port: int, settings: StripeSettings, wire: outside.Watched, theirs: stripe.StripeClient
) -> None:
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    form = {"url": f"http://127.0.0.1:{listener.server_port}/hooks/stripe", "secret": SECRET}
    urllib.request.urlopen(
        f"http://127.0.0.1:{port}/_config/webhooks/us", data=urlencode(form).encode(), timeout=10
    ).close()
    fact = ADAPTER.charge(request(kept(theirs, "4242424242424242"), "c5"), settings, wire)
    # Those of payments made before may still be under way.
    until = time.monotonic() + 20
    while not (came := [raw for raw in Receiver.got if _tells_of(raw, fact.external_id)]):
        assert time.monotonic() < until, "no webhook came"
        time.sleep(0.1)
    listener.shutdown()
    raw = came[0]
    header = raw.headers["Stripe-Signature"]
    event = stripe.Webhook.construct_event(raw.body, header, SECRET)
    now = int(time.time())
    assert ADAPTER.trusts(raw, settings, now_epoch=now)
    assert not ADAPTER.trusts(
        RawRequest("POST", raw.path, raw.headers, "", raw.body + b" "), settings, now_epoch=now
    )
    (told,) = ADAPTER.read_hook(raw, settings)
    assert (told.event_id, told.external_id, told.kind) == (event.id, fact.external_id, "paid")
    assert json.loads(raw.body)["type"] == event.type
