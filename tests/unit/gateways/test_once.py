# SPDX-License-Identifier: Apache-2.0
"""A time-out after success, and asking again: one page, one charge, one refund; and order does not matter."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.gateways.test_signatures import pem, rsa_key
from tests.unit.gateways.wires import Remembering, Sent

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import (
    ChargeRequest,
    ChargeState,
    CheckoutRequest,
    Redirect,
    RefundRequest,
    StartFailed,
)
from conserje.domain.receivables.checkout import Doubt, doubt
from conserje.gateways.conekta import ADAPTER as CONEKTA
from conserje.gateways.conekta.settings import ConektaSettings
from conserje.gateways.mercado_pago import ADAPTER as MERCADO_PAGO
from conserje.gateways.mercado_pago import facts as mercado_pago
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.stripe import ADAPTER as STRIPE
from conserje.gateways.stripe.settings import StripeSettings

REFERENCE = "CJA7KM3PQ9"
MXN = Money("MXN", 283_333)
STRIPES = StripeSettings("sk_test_clave_de_prueba", "whsec_secretodeprueba1234")
MERCADO_PAGOS = MercadoPagoSettings("TEST-clave-de-prueba-123", "secreto-de-prueba-0123456789", "MX", "test")


def conekta_settings() -> ConektaSettings:
    public = pem(rsa_key().public_key())
    return ConektaSettings("key_ClaveDePrueba123", public, "a@b.example", "+525511223344", "test")


def request(key: str = "k1") -> CheckoutRequest:
    back = "https://pagos.example.test/volver"
    return CheckoutRequest(key, REFERENCE, MXN, "Sitio", back, f"{back}/hook", "es_MX")


class Keys:
    """A Stripe that answers one key always the same, and charges once for it."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}

    def __call__(self, sent: Sent) -> tuple[int, Any]:
        if sent.method == "GET":
            return 200, {"id": "pm_1Qabc", "customer": "cus_1"}
        key = sent.headers["idempotency-key"]
        if key in self.made and self.made[key]["_told"] != sent.told:
            return 400, {"error": {"type": "idempotency_error"}}
        number = f"{len(self.made):08}"
        if sent.path == "/v1/payment_intents":
            new = self.intent(f"pi_{number}", sent.told)
        elif sent.path == "/v1/refunds":
            amount = int(sent.told["amount"])
            new = {"id": f"re_{number}", "amount": amount, "payment_intent": sent.told["payment_intent"]}
            new["status"] = "succeeded"
        else:
            new = {"id": f"cs_test_{number}", "url": f"https://checkout.stripe.com/c/pay/{number}"}
        return 200, self.made.setdefault(key, {**new, "_told": sent.told})

    def intent(self, intent_id: str, told: dict[str, str]) -> dict[str, Any]:
        amount, currency = int(told["amount"]), told["currency"]
        charge = {"amount": amount, "currency": currency, "created": 1_795_300_451, "amount_refunded": 0}
        return {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": amount,
            "currency": currency,
            "livemode": False,
            "status": "succeeded",
            "latest_charge": {**charge, "payment_method_details": {"type": "card"}},
            "metadata": {
                "conserje_reference": told["metadata[conserje_reference]"],
                "conserje_kind": "charge",
            },
        }


def test_stripe_asked_again_with_the_same_key_makes_one_page() -> None:
    side = Keys()
    first = STRIPE.start(request(), STRIPES, Remembering(side, lost=frozenset({0})))
    assert first == StartFailed("timed_out", retry=True)
    again = STRIPE.start(request(), STRIPES, Remembering(side))
    assert isinstance(again, Redirect)
    assert list(side.made) == ["k1"]


def test_stripe_charges_once_for_a_key_and_again_for_another() -> None:
    side = Keys()
    charge = ChargeRequest("c1", REFERENCE, "pm_1Qabc", MXN, "Cuota", "https://p.example.test/h")
    lost = STRIPE.charge(charge, STRIPES, Remembering(side, lost=frozenset({1})))
    assert lost.state is ChargeState.UNKNOWN
    again = [STRIPE.charge(charge, STRIPES, Remembering(side)) for _ in range(3)]
    assert {fact.payment_id for fact in again} == {"pi_00000000"}
    assert list(side.made) == ["c1"]
    changed = ChargeRequest("c1", REFERENCE, "pm_1Qabc", Money("MXN", 1), "Cuota", "https://p.example.test/h")
    assert STRIPE.charge(changed, STRIPES, Remembering(side)).detail == "key_reused"


def test_stripe_gives_back_once_for_a_key() -> None:
    side = Keys()
    refund = RefundRequest("r1", "cs_test_1", "pi_00000000", Money("MXN", 500))
    assert STRIPE.refund(refund, STRIPES, Remembering(side, lost=frozenset({0}))).state == "unknown"
    assert STRIPE.refund(refund, STRIPES, Remembering(side)).state == "done"
    assert len(side.made) == 1


class Orders:
    """A Conekta without idempotency keys: what is sent twice is made twice."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.refunds: list[dict[str, Any]] = []

    def __call__(self, sent: Sent) -> tuple[int, Any]:
        if sent.what == "GET /orders":
            found = [one for one in self.orders if sent.query["search"] in json.dumps(one["metadata"])]
            return 200, {"data": found}
        if sent.what == "POST /orders":
            self.orders.append(
                {
                    "id": f"ord_{len(self.orders):08}",
                    "metadata": sent.told["metadata"],
                    "checkout": {"url": "https://pay.conekta.com/checkout/x"},
                    "charges": {"data": [{"id": "charge1", "amount": MXN.minor}]},
                }
            )
            return 200, self.orders[-1]
        if sent.method == "POST":
            self.refunds.append({"id": f"refund{len(self.refunds)}", "amount": -sent.told["amount"]})
            self.orders[0]["charges"]["data"][0]["refunds"] = {"data": list(self.refunds)}
        return 200, self.orders[0]


def test_conekta_asked_again_finds_the_order_of_the_lost_answer() -> None:
    side, own = Orders(), conekta_settings()
    first = CONEKTA.start(request(), own, Remembering(side, lost=frozenset({1})))
    assert first == StartFailed("timed_out", retry=True)
    assert len(side.orders) == 1
    wire = Remembering(side)
    again = CONEKTA.start(request(), own, wire)
    assert isinstance(again, Redirect)
    assert wire.count("POST /orders") == 0
    assert len(side.orders) == 1


def test_conekta_never_gives_back_twice() -> None:
    side, own = Orders(), conekta_settings()
    CONEKTA.start(request(), own, Remembering(side))
    refund = RefundRequest("r1", "ord_00000000", "charge1", Money("MXN", 500))
    assert CONEKTA.refund(refund, own, Remembering(side, lost=frozenset({1}))).state == "unknown"
    again = CONEKTA.refund(refund, own, Remembering(side))
    assert (again.state, again.detail) == ("unknown", "same_refund_exists")
    other = RefundRequest("r2", "ord_00000000", "charge1", Money("MXN", 700))
    assert CONEKTA.refund(other, own, Remembering(side)).state == "done"
    assert [row["amount"] for row in side.refunds] == [-500, -700]


def payment(number: int, status: str, detail: str = "", amount: float = 2833.33) -> dict[str, Any]:
    return {
        "id": number,
        "external_reference": REFERENCE,
        "status": status,
        "status_detail": detail,
        "currency_id": "MXN",
        "transaction_amount": amount,
        "payment_type_id": "ticket",
        "payment_method_id": "oxxo",
        "date_approved": "2026-11-21T17:34:13.000-04:00" if status == "approved" else None,
        "date_of_expiration": "2026-11-27T23:59:59.000-04:00",
    }


def pages(payments: list[dict[str, Any]]) -> Any:
    """A Mercado Pago that knows these payments; a page is made as often as it is asked for."""

    def side(sent: Sent) -> tuple[int, Any]:
        if sent.path == "/checkout/preferences":
            return 201, {"init_point": "https://www.mercadopago.com.mx/checkout/v1/redirect?pref_id=1"}
        if sent.path == "/v1/payments/search":
            return 200, {"results": payments}
        found = [one for one in payments if sent.path == f"/v1/payments/{one['id']}"]
        return (200, found[0]) if found else (404, {})

    return side


def test_mercado_pago_makes_two_pages_of_one_checkout() -> None:
    wire = Remembering(pages([payment(11, "approved", "accredited")]), lost=frozenset({0}))
    assert MERCADO_PAGO.start(request(), MERCADO_PAGOS, wire) == StartFailed("timed_out", retry=True)
    again = MERCADO_PAGO.start(request(), MERCADO_PAGOS, wire)
    assert isinstance(again, Redirect)
    keys = {one.headers["x-idempotency-key"] for one in wire.sent}
    assert len(keys) == 1
    fact = MERCADO_PAGO.fetch(again.external_id, MERCADO_PAGOS, wire)
    assert (fact.state, fact.payment_id) == (ChargeState.PAID, "11")


TRIES = (
    payment(10, "rejected", "cc_rejected_other_reason"),
    payment(11, "pending", "pending_waiting_payment"),
    payment(12, "cancelled", "expired"),
    payment(13, "in_process", "pending_review_manual"),
    payment(14, "approved", "accredited"),
)


@settings(max_examples=40)
@given(
    some=st.lists(st.sampled_from(TRIES), min_size=1, unique_by=lambda one: one["id"]),
    first=st.randoms(use_true_random=False),
)
def test_whichever_hook_comes_first_the_page_stands_the_same(some: list[dict[str, Any]], first: Any) -> None:
    by_hook = set()
    for one, mixed in itertools.product(some, (some, some[::-1], first.sample(some, len(some)))):
        wire = Remembering(pages(mixed))
        by_hook.add(MERCADO_PAGO.fetch(f"payment/{one['id']}", MERCADO_PAGOS, wire))
    by_look = MERCADO_PAGO.fetch(REFERENCE, MERCADO_PAGOS, Remembering(pages(some)))
    assert by_hook == {by_look}


def test_a_payment_of_another_amount_or_currency_contradicts_what_was_asked() -> None:
    for changed, why in (
        ({"transaction_amount": 2833.34}, Doubt.AMOUNT_DIFFERS),
        ({"currency_id": "PEN"}, Doubt.CURRENCY_DIFFERS),
        ({"external_reference": "CJOTRA3467"}, Doubt.REFERENCE_DIFFERS),
    ):
        told = {**payment(14, "approved", "accredited"), **changed}
        read = json.loads(json.dumps(told))
        wire = Remembering(pages([read]))
        fact = MERCADO_PAGO.fetch("payment/14", MERCADO_PAGOS, wire)
        assert doubt(fact=fact, reference=REFERENCE, amount=MXN) is why
    assert mercado_pago.page_fact(REFERENCE, [], MERCADO_PAGOS).state is ChargeState.OPEN
