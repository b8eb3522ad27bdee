# SPDX-License-Identifier: Apache-2.0
"""Messages from outside: trusted, stored as they came, answered at once, applied by a job, replayable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection as database
from django.db.models import Q

from conserje.data.integrations.models import HookReceipt
from conserje.domain.ports.gateway import ChargeState
from conserje.domain.ports.http import RawRequest
from conserje.domain.ports.registry import gateways
from conserje.domain.receivables.payment import Road, RoadName
from conserje.services.receivables import checkout, mandate
from conserje.services.receivables.refusals import Refused, UnknownRow
from conserje.services.tenancy import connection
from conserje.services.tenancy.act import act, keyed, reading

# How long after its arrival a message is tried for the first time, the second, and so on: a gateway that is silent
# for an evening loses nobody their payment.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 30, 120, 360, 720, 1440))
_STORE = """
INSERT INTO integrations_hookreceipt (creditor_id, adapter, event_id, headers, query, body, received_at, trouble, tries)
VALUES (%s, %s, %s, %s, %s, %s, %s, '', 0) ON CONFLICT (creditor_id, adapter, event_id) DO NOTHING"""
_SETTLED = (ChargeState.PAID.value, "quarantined")


class NotTrusted(Exception):
    """The signature does not hold, or nobody set that adapter up: nothing was stored."""


class NotReadable(Exception):
    """The message is trusted but is not what that adapter sends."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a message: how many of its events are new."""

    new: int
    known: int


@keyed
@act
def receive(*, creditor_id: int, adapter: str, raw: RawRequest, now: datetime) -> Received:
    """Check and store a gateway's message, an event at a time, each once. Raises `NotTrusted`, `NotReadable`."""
    if not gateways.has(adapter):
        raise NotTrusted(adapter)
    try:
        settings = connection.settings_of(creditor_id=creditor_id, kind="gateway", adapter=adapter)
    except connection.NotConnected as error:
        raise NotTrusted(adapter) from error
    gateway = gateways.get(adapter)
    if not gateway.trusts(raw, settings, now_epoch=int(now.timestamp())):
        raise NotTrusted(adapter)
    try:
        events = gateway.read_hook(raw, settings)
    except ValueError as error:
        raise NotReadable(adapter) from error
    new, headers = 0, json.dumps(dict(raw.headers))
    with database.cursor() as cursor:
        for event in events:
            what = (creditor_id, adapter, event.event_id, headers, raw.query, raw.body, now)
            cursor.execute(_STORE, what)
            new += cursor.rowcount
    return Received(new, len(events) - new)


def apply_waiting(*, creditor_id: int, now: datetime) -> int:
    """Apply every stored message whose turn has come, each up to eight times in a day; answers how many were."""
    come = Q(tries=0) | Q(received_at__gt=now, tries__lt=len(WAITS))
    for tries, wait in enumerate(WAITS[1:], start=1):
        come |= Q(tries=tries, received_at__lte=now - wait)
    with reading(creditor_id=creditor_id):
        rows = HookReceipt.objects.filter(come, creditor_id=creditor_id, applied_at=None)
        ids = list(rows.order_by("id").values_list("id", flat=True))
    return sum(apply(creditor_id=creditor_id, receipt_id=receipt_id, now=now) for receipt_id in ids)


def apply(*, creditor_id: int, receipt_id: int, now: datetime) -> bool:
    """Apply one stored message: look at the gateway again for all that it speaks of. False when it failed."""
    try:
        trouble = _tried(creditor_id, receipt_id, now)
    except (LookupError, ValueError) as error:
        trouble = type(error).__name__
    _note(creditor_id=creditor_id, receipt_id=receipt_id, trouble=trouble, now=now)
    return not trouble


def _tried(creditor_id: int, receipt_id: int, now: datetime) -> str:
    """What kept a message from being applied, empty when nothing did: also a gateway that did not confirm it."""
    with reading(creditor_id=creditor_id):
        row = HookReceipt.objects.get(creditor_id=creditor_id, id=receipt_id)
        settings = connection.settings_of(creditor_id=creditor_id, kind="gateway", adapter=row.adapter)
    access = checkout.Access(row.adapter, settings, connection.http())
    raw = RawRequest("POST", "", row.headers, row.query, bytes(row.body))
    trouble = ""
    for event in gateways.get(row.adapter).read_hook(raw, settings):
        which = checkout.Which(external_id=event.external_id)
        try:
            if event.about == "mandate":
                mandate.refresh(creditor_id=creditor_id, which=which, access=access, now=now)
                continue
            found = checkout.refresh(
                creditor_id=creditor_id,
                which=which,
                road=Road(RoadName.HOOK, f"{row.adapter}:{event.event_id}"),
                access=access,
                now=now,
            )
        except UnknownRow:
            # The gateway answered, and it is nothing of ours: other money of the same account.
            continue
        except Refused as error:
            trouble = type(error).__name__
            continue
        told_paid = event.kind == ChargeState.PAID.value
        if found.state == ChargeState.UNKNOWN.value or (told_paid and found.state not in _SETTLED):
            trouble = "NotConfirmed"
    return trouble


@act
def _note(*, creditor_id: int, receipt_id: int, trouble: str, now: datetime) -> None:
    row = HookReceipt.objects.select_for_update().get(creditor_id=creditor_id, id=receipt_id)
    row.tries += 1
    row.trouble = trouble
    row.applied_at = None if trouble else now
    row.save(update_fields=["tries", "trouble", "applied_at"])
