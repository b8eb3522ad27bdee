# SPDX-License-Identifier: Apache-2.0
"""Every request of Mercado Pago's gateway, judged by Prism over Mercado Pago's own description of its interface."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.official_parts import outside

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, CheckoutRequest, Payer, Redirect, RefundRequest
from conserje.gateways.mercado_pago import ADAPTER
from conserje.gateways.mercado_pago.facts import payment_fact
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.mercado_pago.wire import json_object

pytestmark = pytest.mark.official

TOKEN = "TEST-clave-de-prueba-123456"
SECRET = "secreto-de-prueba-0123456789"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with outside.prism("mercado_pago.json") as found:
        yield found


def settings_of(port: int) -> MercadoPagoSettings:
    return MercadoPagoSettings(TOKEN, SECRET, "BR", "test", f"http://127.0.0.1:{port}")


def test_every_request_is_accepted(port: int) -> None:
    wire, settings = outside.Watched(port), settings_of(port)
    request = CheckoutRequest(
        key="k1",
        reference="CJA7KM3PQ9",
        amount=Money("BRL", 283_333),
        description="Rediseño del sitio, fase 2",
        return_url="https://pagos.example.test/volver",
        hook_url="https://pagos.example.test/hooks/x/mercado_pago",
        locale="pt_BR",
        payer=Payer("Cliente SA", "cuentas@cliente.example"),
        methods=("pix", "boleto"),
        until=datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert isinstance(ADAPTER.start(request, settings, wire), Redirect)
    ADAPTER.fetch("CJA7KM3PQ9", settings, wire)
    ADAPTER.fetch("payment/1234567890", settings, wire)
    ADAPTER.fetch("chargeback/217000087654321000", settings, wire)
    ADAPTER.refund(RefundRequest("r1", "CJA7KM3PQ9", "1234567890", Money("BRL", 5_033)), settings, wire)
    assert ADAPTER.check(settings, wire) == ()
    assert [method for method, *_ in wire.seen] == ["POST", "GET", "GET", "GET", "POST", "GET"]
    assert all(status in (200, 201) and not faults for _, _, status, faults in wire.seen), wire.seen


def test_the_judge_refuses_what_is_wrong(port: int) -> None:
    wire, address = outside.Watched(port), f"http://127.0.0.1:{port}"
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    assert wire.send("POST", f"{address}/checkout/preferences", headers=headers, body=b"{}").status in (
        400,
        422,
    )
    assert wire.send("POST", f"{address}/checkout/preferences", body=b'{"items":[]}').status in (
        400,
        401,
        422,
    )
    refunds = f"{address}/v1/payments/1234567890/refunds"
    for key, status in (("no uuid", (400, 422)), (str(uuid.uuid4()), (201,))):
        keyed = {**headers, "x-idempotency-key": key}
        assert wire.send("POST", refunds, headers=keyed, body=b'{"amount":1}').status in status


def test_their_fixtures_are_read() -> None:
    fixtures = json.loads((outside.SPECS / "mercado_pago_fixtures.json").read_text("utf-8"))
    settings = settings_of(1)
    paid = payment_fact(json_object(json.dumps(fixtures["payment"]).encode()), settings)
    assert (paid.state, paid.amount, paid.method) == (ChargeState.PAID, Money("BRL", 10_050), "card")
    waiting = payment_fact(json_object(json.dumps(fixtures["payment_pix"]).encode()), settings)
    assert (waiting.state, waiting.method) == (ChargeState.WAITING, "pix")
    assert waiting.until is not None
