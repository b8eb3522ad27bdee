# SPDX-License-Identifier: Apache-2.0
"""Conekta's webhooks: an RSA signature over the whole body, and the order they are about."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from conserje.domain.ports.gateway import HookEvent
from conserje.domain.ports.http import RawRequest
from conserje.gateways.conekta.settings import ConektaSettings, hook_key
from conserje.gateways.conekta.vocabulary import EVENTS
from conserje.gateways.conekta.wire import json_object, part

_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{4,80}")
ORDER_ID: Final = re.compile(r"ord_[A-Za-z0-9]{4,80}")


def trusts(raw: RawRequest, settings: ConektaSettings) -> bool:
    """Whether the DIGEST header holds the signature of the body. No time is signed: a replay tells nothing new."""
    given = {name.lower(): value for name, value in raw.headers.items()}.get("digest", "")
    key = hook_key(settings)
    if key is None:
        return False
    try:
        signature = base64.b64decode(given.encode("utf-8", "replace"), validate=True)
        key.verify(signature, raw.body, PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def read_hook(raw: RawRequest) -> tuple[HookEvent, ...]:
    """The order that a trusted webhook is about; nothing when it cannot be read."""
    told = json_object(raw.body)
    about = part(part(told, "data"), "object")
    event_id, kind = str(told.get("id")), str(told.get("type"))
    order_id = str(about.get("id") if about.get("object") == "order" else about.get("order_id"))
    if kind not in EVENTS or not _EVENT_ID.fullmatch(event_id) or not ORDER_ID.fullmatch(order_id):
        return ()
    return (HookEvent(event_id, order_id, EVENTS[kind]),)
