# SPDX-License-Identifier: Apache-2.0
"""Wompi's two sums: of a checkout that leaves, and of an event that arrives. Plain SHA-256 of texts set together."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

MOST_PROPERTIES: Final = 20
LONGEST_VALUE: Final = 300


def integrity(*, reference: str, cents: int, currency: str, secret: str, expires: str = "") -> str:
    """The integrity signature: SHA-256, in hex, of reference, cents, currency, expiration time if any, and secret.

    https://docs.wompi.co/docs/colombia/widget-checkout-web/ "Genera una firma de integridad". Not an HMAC.
    """
    return hashlib.sha256(f"{reference}{cents}{currency}{expires}{secret}".encode()).hexdigest()


def checksum(told: Mapping[str, Any], *, secret: str) -> str | None:
    """What `signature.checksum` of an event must be: SHA-256 of the values it lists, its time and the secret.

    The list is the event's own (`signature.properties`, ways into `data`, in their order), so an event signs what it
    wants to; None when it lists nothing, too much, or what is not there.
    https://docs.wompi.co/docs/colombia/eventos/
    """
    signature, data, at = told.get("signature"), told.get("data"), told.get("timestamp")
    ways = signature.get("properties") if isinstance(signature, dict) else None
    if not isinstance(ways, list) or not 0 < len(ways) <= MOST_PROPERTIES or type(at) is not int:
        return None
    values = [_value(data, way) for way in ways]
    if None in values:
        return None
    return hashlib.sha256(f"{''.join(map(str, values))}{at}{secret}".encode("utf-8", "replace")).hexdigest()


def signs(told: Mapping[str, Any], way: str) -> bool:
    """Whether an event lists `way` among what it signs."""
    signature = told.get("signature")
    ways = signature.get("properties") if isinstance(signature, dict) else None
    return isinstance(ways, list) and way in ways


def same(given: Any, wanted: str) -> bool:
    """Whether two sums in hex are the same, in any case of letters and in constant time."""
    text = given.lower() if isinstance(given, str) else ""
    return hmac.compare_digest(text.encode("utf-8", "replace"), wanted.encode())


def read(body: bytes) -> Mapping[str, Any]:
    """The object in a body; empty when there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _value(data: Any, way: Any) -> str | None:
    """The text of the value at "transaction.amount_in_cents"; None when there is no single value."""
    if not isinstance(way, str):
        return None
    for step in way.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int) and abs(data) < 10**18:
        return str(data)
    return data if isinstance(data, str) and len(data) <= LONGEST_VALUE else None
