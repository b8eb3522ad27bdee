# SPDX-License-Identifier: Apache-2.0
"""Stripe's webhooks: whether they are Stripe's, and what they point at."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

from conserje.domain.ports.gateway import HookEvent
from conserje.domain.ports.http import RawRequest
from conserje.gateways.stripe.facts import MARK
from conserje.gateways.stripe.settings import StripeSettings
from conserje.gateways.stripe.vocabulary import EVENTS
from conserje.gateways.stripe.wire import json_object, part

TOLERANCE_SECONDS: Final = 300
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_ID: Final = re.compile(r"[A-Za-z0-9_]{4,120}")
_MOST_SIGNATURES: Final = 8


def trusts(raw: RawRequest, settings: StripeSettings, *, now_epoch: int) -> bool:
    """Whether one of the `v1` signatures over time and raw body is right, no older or newer than five minutes.

    While a signing secret is rolled there are several of them.
    """
    given = {name.lower(): value for name, value in raw.headers.items()}.get("stripe-signature", "")
    pairs = [piece.strip().partition("=") for piece in given.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    if len(stamps) != 1 or not _SECONDS.fullmatch(stamps[0]):
        return False
    if abs(now_epoch - int(stamps[0])) > TOLERANCE_SECONDS:
        return False
    signed = stamps[0].encode() + b"." + raw.body
    wanted = hmac.new(settings.hook_secret.encode(), signed, hashlib.sha256).hexdigest().encode()
    signatures = [value.encode("utf-8", "replace") for name, _, value in pairs if name == "v1"]
    matches = [hmac.compare_digest(one, wanted) for one in signatures[:_MOST_SIGNATURES]]
    return any(matches)


def read_hook(raw: RawRequest) -> tuple[HookEvent, ...]:
    """What a trusted webhook points at; nothing when it cannot be read or is plainly not about us."""
    told = json_object(raw.body)
    event_id, kind = str(told.get("id")), str(told.get("type"))
    about = part(part(told, "data"), "object")
    if told.get("object") != "event" or not _ID.fullmatch(event_id) or kind not in EVENTS:
        return ()
    if kind == "checkout.session.completed" and about.get("payment_status") == "paid":
        word = "paid"
    else:
        word = EVENTS[kind]
    external_id, of_mandate = _pointed_at(about)
    if not _ID.fullmatch(external_id):
        return ()
    return (HookEvent(event_id, external_id, word, "mandate" if of_mandate else "payment"),)


def _pointed_at(about: Mapping[str, Any]) -> tuple[str, bool]:
    """The session, intent or card that an event's object is or belongs to, and whether it is a mandate's.

    Sessions, intents and charges carry our mark if they are ours; a dispute or refund carries none of its own, so
    the fetch will tell.
    """
    kind = about.get("object")
    ours = MARK in part(about, "metadata")
    if kind == "checkout.session":
        return (str(about.get("id")), about.get("mode") == "setup") if ours else ("", False)
    if kind == "payment_intent":
        return (str(about.get("id")) if ours else "", False)
    if kind == "charge":
        return (str(about.get("payment_intent") or "") if ours else "", False)
    if kind in ("dispute", "refund"):
        return (str(about.get("payment_intent") or ""), False)
    if kind == "payment_method":
        return (str(about.get("id")), True)
    return ("", False)
