# SPDX-License-Identifier: Apache-2.0
"""Mercado Pago's webhooks. What is signed is the number in the address, not the body: only that is used."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final
from urllib.parse import parse_qsl

from conserje.domain.ports.gateway import HookEvent
from conserje.domain.ports.http import RawRequest
from conserje.gateways.mercado_pago.settings import MercadoPagoSettings
from conserje.gateways.mercado_pago.vocabulary import TOPICS

TOLERANCE_SECONDS: Final = 300
_STAMP: Final = re.compile(r"[0-9]{10}|[0-9]{13}")
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_NUMBER: Final = re.compile(r"[0-9]{1,24}")


def trusts(raw: RawRequest, settings: MercadoPagoSettings, *, now_epoch: int) -> bool:
    """Whether the signature over number, request id and time is right, no older or newer than five minutes.

    The time comes in seconds or in milliseconds. A pair that is absent is left out of what is signed, and the last
    semicolon stays.
    """
    headers = {name.lower(): value for name, value in raw.headers.items()}
    pairs = [piece.strip().partition("=") for piece in headers.get("x-signature", "").split(",")]
    stamps = [value.strip() for name, _, value in pairs if name.strip() == "ts"]
    if len(stamps) != 1 or not _STAMP.fullmatch(stamps[0]):
        return False
    if abs(now_epoch - int(stamps[0][:10])) > TOLERANCE_SECONDS:
        return False
    request_id = headers.get("x-request-id", "").strip()
    if request_id and not _REQUEST_ID.fullmatch(request_id):
        return False
    told = _query(raw).get("data.id", "").strip()
    manifest = f"id:{told.lower() if told.isalnum() else told};" if told else ""
    manifest += f"request-id:{request_id};" if request_id else ""
    manifest += f"ts:{stamps[0]};"
    mac = hmac.new(settings.hook_secret.encode(), manifest.encode("utf-8", "replace"), hashlib.sha256)
    wanted = mac.hexdigest().encode()
    given = [value.strip().encode("utf-8", "replace") for name, _, value in pairs if name.strip() == "v1"]
    return len(given) == 1 and hmac.compare_digest(given[0], wanted)


def read_hook(raw: RawRequest) -> tuple[HookEvent, ...]:
    """The payment or chargeback whose number stands in the address."""
    query = _query(raw)
    number = query.get("data.id", "").strip()
    prefix = TOPICS.get(query.get("type") or query.get("topic") or "")
    if prefix is None or not _NUMBER.fullmatch(number):
        return ()
    headers = {name.lower(): value for name, value in raw.headers.items()}
    once = headers.get("x-request-id", "").strip() or headers.get("x-signature", "").strip()
    event_id = hashlib.sha256(f"{number};{once}".encode("utf-8", "replace")).hexdigest()[:32]
    return (HookEvent(f"{number}-{event_id}", f"{prefix}{number}", "unknown"),)


def _query(raw: RawRequest) -> dict[str, str]:
    pairs = parse_qsl(raw.query, keep_blank_values=True)
    return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else {}
