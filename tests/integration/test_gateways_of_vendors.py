# SPDX-License-Identifier: Apache-2.0
"""The vendors' gateways through the services: whichever way a payment is named, it is one; test money is none."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.integration import receivables_book as book
from tests.unit.gateways.wires import Remembering, Sent

from conserje.config.wiring import wire
from conserje.data.receivables.models import Checkout, Payment
from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import StartFailed
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import Attempt
from conserje.domain.receivables.payment import Road, RoadName
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.stripe.settings import StripeSettings
from conserje.services.receivables import checkout
from conserje.services.receivables.refusals import UnknownRow
from conserje.services.tenancy.act import reading

pytestmark = pytest.mark.usefixtures("database")

STRIPES = StripeSettings("sk_test_clave_de_prueba", "whsec_secretodeprueba1234")


def mercado_pagos(mode: str = "test") -> MercadoPagoSettings:
    return MercadoPagoSettings("TEST-clave-de-prueba-123", "secreto-de-prueba-0123456789", "CO", mode)


@pytest.fixture
def buyer(creditor):
    """Creditor id, customer id and an invoice of COP 5."""
    wire()
    (customer_id,) = book.customers(creditor.id, "Café Imaginario")
    (bill,) = book.opened(creditor.id, book.new_invoice(customer_id, "FE-1", 500))
    return creditor.id, customer_id, bill


def started(buyer, access):
    creditor_id, customer_id, bill = buyer
    shares = (Share(bill, Money("COP", 500)),)
    back = "https://pagos.example.test/volver"
    told = Attempt("att-1", customer_id, shares, "Pago", back, f"{back}/hook", "es_CO")
    return checkout.start(creditor_id=creditor_id, attempt=told, access=access, now=book.NOW)


def heard(buyer, access, road, **which):
    return checkout.refresh(
        creditor_id=buyer[0],
        which=checkout.Which(**which),
        road=Road(road, "-".join(which.values())),
        access=access,
        now=book.NOW,
    )


class Pages:
    """A Mercado Pago on whose page a slip was refused and a card then paid."""

    def __init__(self, reference: str = "") -> None:
        self.reference = reference
        self.status, self.detail = "approved", "accredited"

    def payments(self) -> list[dict[str, Any]]:
        usual = {
            "external_reference": self.reference,
            "live_mode": False,
            "currency_id": "COP",
            "transaction_amount": 5,
            "payment_type_id": "credit_card",
            "payment_method_id": "visa",
            "date_approved": "2026-11-21T17:34:13.000-04:00",
        }
        refused = {"id": 13, "status": "rejected", "status_detail": "cc_rejected_other_reason"}
        return [
            {**usual, **refused},
            {**usual, "id": 14, "status": self.status, "status_detail": self.detail},
        ]

    def __call__(self, sent: Sent) -> tuple[int, Any]:
        if sent.method == "POST":
            self.reference = sent.told["external_reference"]
            return 201, {"init_point": "https://www.mercadopago.com.co/checkout/v1/redirect?pref_id=1"}
        if sent.path.endswith("/search"):
            return 200, {"results": self.payments()}
        return 200, next(one for one in self.payments() if sent.path.endswith(f"/{one['id']}"))


@pytest.mark.parametrize("order", list(itertools.permutations(["page", "refused", "paid"])), ids="-".join)
def test_by_reference_or_by_either_payment_it_is_one(buyer, order):
    side = Pages()
    access = checkout.Access("mercado_pago", mercado_pagos(), Remembering(side))
    page = started(buyer, access)
    ways = {
        "page": lambda: heard(buyer, access, RoadName.PORTAL_RETURN, public_id=page.public_id),
        "refused": lambda: heard(buyer, access, RoadName.HOOK, external_id="payment/13"),
        "paid": lambda: heard(buyer, access, RoadName.HOOK, external_id="payment/14"),
    }
    assert {ways[name]().state for name in (*order, *order)} == {"paid"}
    with reading(creditor_id=buyer[0]):
        assert (Payment.objects.get().amount_minor, Checkout.objects.get().state) == (500, "paid")
    assert book.open_of(buyer[0], buyer[2]) == [0]

    side.status, side.detail = "charged_back", "in_process"
    heard(buyer, access, RoadName.HOOK, external_id="payment/14")
    with reading(creditor_id=buyer[0]):
        assert Checkout.objects.get().contested
    side.detail = "settled"
    heard(buyer, access, RoadName.HOOK, external_id="payment/14")
    with reading(creditor_id=buyer[0]):
        row = Checkout.objects.get()
        assert (row.contested, row.returned_minor) == (True, 500), "a person decides what it means"
    assert book.open_of(buyer[0], buyer[2]) == [500]
    book.sound(buyer[0])


def test_money_of_a_test_pays_no_invoice(buyer):
    access = checkout.Access("mercado_pago", mercado_pagos("live"), Remembering(Pages()))
    started(buyer, access)
    with pytest.raises(UnknownRow):
        heard(buyer, access, RoadName.HOOK, external_id="chk_of_another_gateway/x")
    assert heard(buyer, access, RoadName.HOOK, external_id="payment/14").state == "unknown"
    assert book.open_of(buyer[0], buyer[2]) == [500]


class Sessions:
    """A Stripe whose page was made, its answer lost, and the page paid."""

    def __init__(self) -> None:
        self.form: dict[str, str] = {}

    def __call__(self, sent: Sent) -> tuple[int, Any]:
        self.form = self.form or sent.told
        reference, amount = self.form["client_reference_id"], 500
        charge = {"amount": amount, "currency": "cop", "created": 1_795_300_451, "amount_refunded": 0}
        intent = {"id": "pi_1Qabc", "object": "payment_intent", "amount": amount, "currency": "cop"}
        intent |= {"status": "succeeded", "metadata": {"conserje_reference": reference}}
        intent |= {"latest_charge": {**charge, "payment_method_details": {"type": "card"}}}
        session = {"id": "cs_test_1Qabc", "object": "checkout.session", "mode": "payment", "livemode": False}
        session |= {"client_reference_id": reference, "amount_total": amount, "currency": "cop"}
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}
        return 200, {**session, "url": "https://checkout.stripe.com/c/pay/x"}


def test_a_page_whose_answer_was_lost_is_known_again_by_its_reference(buyer):
    side = Sessions()
    lost = checkout.Access("stripe", STRIPES, Remembering(side, lost=frozenset({0})))
    assert started(buyer, lost) == StartFailed("timed_out", retry=True)
    access = checkout.Access("stripe", STRIPES, Remembering(side))
    assert heard(buyer, access, RoadName.HOOK, external_id="cs_test_1Qabc").state == "paid"
    with reading(creditor_id=buyer[0]):
        assert Checkout.objects.get().external_id == "cs_test_1Qabc"
        assert Payment.objects.get().amount_minor == 500
    assert book.open_of(buyer[0], buyer[2]) == [0]
