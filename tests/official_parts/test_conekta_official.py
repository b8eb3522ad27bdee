# SPDX-License-Identifier: Apache-2.0
"""Conekta's gateway: its requests judged by Prism over Conekta's description, its reading by Conekta's own orders."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.official_parts import outside

from conserje.domain.kit.money import Money
from conserje.domain.ports.gateway import ChargeState, CheckoutRequest, Payer
from conserje.domain.ports.http import RawRequest
from conserje.gateways.conekta import ADAPTER, adapter, facts, wire
from conserje.gateways.conekta.settings import ConektaSettings

pytestmark = pytest.mark.official

REFERENCE = "CJA7KM3PQ9"
STATES = {
    "paid": {ChargeState.PAID},
    "partially_refunded": {ChargeState.PAID},
    "expired": {ChargeState.EXPIRED},
    "canceled": {ChargeState.EXPIRED},
    "declined": {ChargeState.DECLINED},
    "pending_payment": {ChargeState.WAITING, ChargeState.PROCESSING, ChargeState.OPEN},
    None: {ChargeState.OPEN},
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with outside.prism("conekta.yaml") as found:
        yield found


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key pair made by OpenSSL."""
    home = tmp_path_factory.mktemp("keys")
    subprocess.run(
        ["openssl", "genrsa", "-out", str(home / "key.pem"), "2048"], check=True, capture_output=True
    )
    public = ["openssl", "rsa", "-in", str(home / "key.pem"), "-pubout", "-out", str(home / "public.pem")]
    subprocess.run(public, check=True, capture_output=True)
    return home


def settings_of(keys: Path, base_url: str = "https://api.conekta.io", mode: str = "live") -> ConektaSettings:
    public = (keys / "public.pem").read_text("utf-8")
    return ConektaSettings("key_ClaveDePrueba123", public, "a@b.example", "+525511223344", mode, base_url)


def request(**more: Any) -> CheckoutRequest:
    return CheckoutRequest(
        key="k1",
        reference=REFERENCE,
        amount=Money("MXN", 283_333),
        description="Rediseño del sitio, fase 2",
        return_url="https://pagos.example.test/volver",
        hook_url="https://pagos.example.test/hooks/x/conekta",
        locale="es_MX",
        **more,
    )


def test_every_request_is_accepted(port: int, keys: Path) -> None:
    """The description holds no examples to answer with, so each request is sent as the adapter writes it."""
    watched, settings = outside.Watched(port), settings_of(keys, f"http://127.0.0.1:{port}")
    assert len(ADAPTER.check(settings, watched)) == 1
    ADAPTER.start(request(), settings, watched)
    ADAPTER.fetch("ord_2tMtQQpDvfnNjiuFG", settings, watched)
    payer = Payer("Cliente SA", "cuentas@cliente.example", "+525598765432", is_company=True)
    full = request(payer=payer, methods=("cash",), until=datetime(2026, 12, 1, tzinfo=UTC))
    for asked in (request(), full):
        wire.post(watched, settings, "/orders", adapter._order(asked, 283_333, settings))
    refund = {"amount": 15_000, "reason": "requested_by_client"}
    wire.post(watched, settings, "/orders/ord_2tMtQQpDvfnNjiuFG/refunds", refund)
    assert len(watched.seen) == 6
    assert all(status == 200 and not faults for _, _, status, faults in watched.seen), watched.seen


def test_the_judge_refuses_what_is_wrong(port: int, keys: Path) -> None:
    watched, settings = outside.Watched(port), settings_of(keys, f"http://127.0.0.1:{port}")
    order = adapter._order(request(), 283_333, settings)
    for missing in ("currency", "customer_info", "line_items"):
        told = {name: value for name, value in order.items() if name != missing}
        assert wire.post(watched, settings, "/orders", told).status == 422, missing
    assert watched.send("POST", f"http://127.0.0.1:{port}/orders", json=order).status == 401


def orders() -> list[dict[str, Any]]:
    """Every order in the answers of Conekta's Mockoon environment that stands there as plain JSON."""
    environment = json.loads((outside.SPECS / "conekta_mockoon.json").read_text("utf-8"))
    found: list[dict[str, Any]] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("object") == "order" and "amount" in value:
                found.append(value)
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    for route in environment["routes"]:
        for response in route["responses"]:
            try:
                look(json.loads(re.sub(r"\{\{[^}]*\}\}", "null", response["body"] or "null")))
            except ValueError:
                continue
    return found


def test_conektas_own_orders_are_read(keys: Path) -> None:
    """They were made by others, so our reference is put into each; nothing else is changed."""
    seen: Counter[str] = Counter()
    for order in orders():
        if order.get("currency") != "MXN" or not isinstance(order.get("id"), str):
            continue
        ours = {**order, "metadata": {"reference_id": REFERENCE}}
        settings = settings_of(keys, mode="live" if order.get("livemode") else "test")
        fact = facts.order_fact(order["id"], ours, settings)
        seen[f"{order.get('payment_status')}: {fact.state.value}"] += 1
        assert fact.state in STATES[order.get("payment_status")], (order["id"], fact)
        assert fact.amount == Money("MXN", order["amount"])
        if order.get("payment_status") == "partially_refunded":
            assert fact.returned == Money("MXN", order["amount_refunded"])
    assert seen.total() > 90
    assert sum(seen[f"{status}: paid"] for status in ("paid", "partially_refunded")) > 20


@pytest.mark.parametrize("status", ["expired", "paid"])
def test_what_openssl_signed_is_trusted_and_nothing_else(keys: Path, tmp_path: Path, status: str) -> None:
    body = json.dumps(
        {
            "id": "69d6a4cc1a2d410017906aaa",
            "type": f"order.{status}",
            "data": {"object": {"object": "order", "id": "ord_2tMtQQ"}},
        }
    ).encode()
    (tmp_path / "body").write_bytes(body)
    sign = ["openssl", "dgst", "-sha256", "-sign", str(keys / "key.pem"), str(tmp_path / "body")]
    signature = subprocess.run(sign, check=True, capture_output=True).stdout
    digest = subprocess.run(
        ["openssl", "base64", "-A"], input=signature, check=True, capture_output=True
    ).stdout.decode()
    raw = RawRequest("POST", "/", {"DIGEST": digest}, "", body)
    assert ADAPTER.trusts(raw, settings_of(keys), now_epoch=0)
    assert not ADAPTER.trusts(
        RawRequest("POST", "/", {"DIGEST": digest}, "", body + b" "), settings_of(keys), now_epoch=0
    )
    assert ADAPTER.read_hook(raw, settings_of(keys))[0].kind == status
