# SPDX-License-Identifier: Apache-2.0
"""Signatures: what the vendors' own libraries sign we trust, what we trust they accept, and nothing else."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
from functools import cache
from urllib.parse import quote

import pytest
import stripe
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given
from hypothesis import strategies as st
from mercadopago.webhook import InvalidWebhookSignatureError, WebhookSignatureValidator

from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.settings import SettingsRefused
from conserje.gateways.conekta import ADAPTER as CONEKTA
from conserje.gateways.conekta.settings import ConektaSettings
from conserje.gateways.mercado_pago import ADAPTER as MERCADO_PAGO
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.stripe import ADAPTER as STRIPE
from conserje.gateways.stripe.settings import StripeSettings

NOW = 1_795_300_451
STRIPES = StripeSettings("sk_test_clave_de_prueba", "whsec_secretodeprueba1234")
OTHER_STRIPES = dataclasses.replace(STRIPES, hook_secret="whsec_deotroacreedor5678")
MERCADO_PAGOS = MercadoPagoSettings("TEST-clave-de-prueba-123", "secreto-de-prueba-0123456789", "CO", "test")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def signed_by_stripe(body: str, *, at: int = NOW, secret: str = STRIPES.hook_secret) -> RawRequest:
    header = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return RawRequest("POST", "/", {"Stripe-Signature": header}, "", body.encode())


@given(body=TEXTS, drift=st.integers(-400, 400))
def test_what_stripes_library_signs_is_trusted_for_five_minutes(body: str, drift: int) -> None:
    raw = signed_by_stripe(body)
    assert STRIPE.trusts(raw, STRIPES, now_epoch=NOW + drift) is (abs(drift) <= 300)
    assert not STRIPE.trusts(raw, OTHER_STRIPES, now_epoch=NOW)
    forged = dataclasses.replace(raw, body=raw.body + b" ")
    assert not STRIPE.trusts(forged, STRIPES, now_epoch=NOW)


def test_one_right_signature_of_several_is_enough_and_other_schemes_are_none() -> None:
    raw = signed_by_stripe("{}")
    right = raw.headers["Stripe-Signature"].partition("v1=")[2]
    for header, trusted in (
        (f"t={NOW},v1={'0' * 64},v1={right}", True),
        (f"t={NOW}, v1={right}", True),
        (f"t={NOW},v0={right}", False),
        (f"v1={right}", False),
        (f"t={NOW},t={NOW},v1={right}", False),
        (f"t=-{NOW},v1={right}", False),
        (f"t={NOW + 1},v1={right}", False),
        (f"t={NOW}," + ",".join(["v1=" + "0" * 64] * 8) + f",v1={right}", False),
    ):
        changed = dataclasses.replace(raw, headers={"stripe-signature": header})
        assert STRIPE.trusts(changed, STRIPES, now_epoch=NOW) is trusted, header


def mercado_pago(
    number: str, request_id: str, stamp: str, secret: str = MERCADO_PAGOS.hook_secret
) -> RawRequest:
    """A webhook signed after the words of its documentation."""
    manifest = f"id:{number.lower()};" + (f"request-id:{request_id};" if request_id else "") + f"ts:{stamp};"
    mac = hmac.new(secret.encode(), manifest.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Signature": f"ts={stamp},v1={mac}"} | ({"X-Request-Id": request_id} if request_id else {})
    return RawRequest("POST", "/", headers, f"data.id={quote(number)}&type=payment", b"{}")


def accepted_by_its_library(raw: RawRequest, number: str) -> bool:
    try:
        WebhookSignatureValidator.validate(
            raw.headers["X-Signature"], raw.headers.get("X-Request-Id"), number, MERCADO_PAGOS.hook_secret
        )
    except InvalidWebhookSignatureError:
        return False
    return True


@given(
    number=st.text("0123456789abcxyz", min_size=1, max_size=20),
    request_id=st.text("0123456789abcdef-", max_size=36),
    milliseconds=st.booleans(),
    drift=st.integers(-400, 400),
)
def test_mercado_pagos_library_and_we_accept_the_same(
    number: str, request_id: str, milliseconds: bool, drift: int
) -> None:
    stamp = f"{NOW}{'123' if milliseconds else ''}"
    raw = mercado_pago(number, request_id, stamp)
    assert accepted_by_its_library(raw, number)
    assert MERCADO_PAGO.trusts(raw, MERCADO_PAGOS, now_epoch=NOW + drift) is (abs(drift) <= 300)
    elsewhere = dataclasses.replace(raw, query=f"data.id={number}0&type=payment")
    assert not accepted_by_its_library(raw, f"{number}0")
    assert not MERCADO_PAGO.trusts(elsewhere, MERCADO_PAGOS, now_epoch=NOW)
    others = dataclasses.replace(MERCADO_PAGOS, hook_secret="secreto-de-otro-acreedor")
    assert not MERCADO_PAGO.trusts(raw, others, now_epoch=NOW)


def test_capitals_in_the_address_are_signed_in_small_letters() -> None:
    raw = mercado_pago("ORD01ABC", "r-1", str(NOW))
    assert MERCADO_PAGO.trusts(raw, MERCADO_PAGOS, now_epoch=NOW)
    assert not accepted_by_its_library(raw, "ORD01ABC"), "its library leaves the letters as they are"
    assert accepted_by_its_library(raw, "ord01abc")


@pytest.mark.parametrize(
    "stamp", ["179530045", "17953004510", "17953004511234", "", "١٧٩٥٣٠٠٤٥١", "-179530045"]
)
def test_a_time_of_another_length_is_none(stamp: str) -> None:
    assert not MERCADO_PAGO.trusts(mercado_pago("1", "r-1", stamp), MERCADO_PAGOS, now_epoch=NOW)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    told = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return told.decode()


def conekta(public: str) -> ConektaSettings:
    return ConektaSettings("key_ClaveDePrueba123", public, "a@b.example", "+525511223344", "test")


@given(body=st.binary(max_size=300))
def test_an_rsa_signature_over_the_very_bytes_is_trusted(body: bytes) -> None:
    settings = conekta(pem(rsa_key().public_key()))
    mac = rsa_key().sign(body, padding.PKCS1v15(), hashes.SHA256())
    raw = RawRequest("POST", "/", {"DIGEST": base64.b64encode(mac).decode()}, "", body)
    assert CONEKTA.trusts(raw, settings, now_epoch=NOW)
    assert not CONEKTA.trusts(dataclasses.replace(raw, body=body + b" "), settings, now_epoch=NOW)
    for digest in ("", "AAAA", "not base64", base64.b64encode(mac[:-1]).decode(), "ñ\udcff"):
        assert not CONEKTA.trusts(
            dataclasses.replace(raw, headers={"digest": digest}), settings, now_epoch=NOW
        )


def test_another_scheme_or_key_is_no_signature() -> None:
    settings, body = conekta(pem(rsa_key().public_key())), b"{}"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    for mac in (
        other.sign(body, padding.PKCS1v15(), hashes.SHA256()),
        rsa_key().sign(body, pss, hashes.SHA256()),
        rsa_key().sign(body, padding.PKCS1v15(), hashes.SHA1()),
    ):
        raw = RawRequest("POST", "/", {"DIGEST": base64.b64encode(mac).decode()}, "", body)
        assert not CONEKTA.trusts(raw, settings, now_epoch=NOW)


def test_only_a_strong_rsa_key_is_taken_with_breaks_or_with_their_escapes() -> None:
    good = pem(rsa_key().public_key())
    for written in (good, good.replace("\n", "\\n"), good.replace("\n", ""), good.replace("\n", " ")):
        assert conekta(written)
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    for public in ("", "x", pem(rsa_key(1024).public_key()), pem(curve)):
        with pytest.raises(SettingsRefused):
            conekta(public)
