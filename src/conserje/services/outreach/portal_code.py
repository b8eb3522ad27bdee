# SPDX-License-Identifier: Apache-2.0
"""The code that opens what a link alone does not: six digits, sent to an address on file, good once and not for long.

Nobody but the reader of that mail ever holds the code: it is drawn while its letter is written, and only a keyed hash
of it stays.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from conserje.data.outreach.models import PortalCode
from conserje.data.outreach.portal_code import TRIES_MAX
from conserje.data.receivables.models import Customer
from conserje.services.journal import entry as journal
from conserje.services.outreach import address as addresses
from conserje.services.outreach import requested
from conserje.services.outreach.address import UnknownAddress
from conserje.services.outreach.requested import NoCarrier, TooMany, Wanted
from conserje.services.tenancy.act import act, step

__all__ = ["DIGITS", "LIFE", "NoCarrier", "TooMany", "UnknownAddress", "ask", "check", "draw_many"]

DIGITS = 6
LIFE = timedelta(minutes=10)
# A second tap within so long asks for the same code.
SAME = timedelta(seconds=30)
_SALT = "conserje.outreach.portal_code"


@act
def ask(*, creditor_id: int, link_id: int, customer_id: int, point_id: int, now: datetime) -> int:
    """Have a code sent to one of the customer's own addresses; returns its id.

    Raises `UnknownAddress` for an address that is not on file or may not be written to, `TooMany` and `NoCarrier`.
    """
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    known = addresses.of_customer(creditor_id=creditor_id, customer_id=customer_id)
    if not any(item.point_id == point_id and item.allowed for item in known):
        raise UnknownAddress(f"Customer {customer_id} has no such address.")
    lately = PortalCode.objects.filter(
        creditor_id=creditor_id, link_id=link_id, point_id=point_id, used_at=None, asked_at__gt=now - SAME
    ).first()
    if lately is not None:
        return lately.id
    wanted = Wanted(customer_id, point_id, requested.CODE)
    touch_id = requested.plan(creditor_id=creditor_id, wanted=wanted, now=now)
    row = PortalCode.objects.create(
        creditor_id=creditor_id, link_id=link_id, point_id=point_id, touch_id=touch_id, asked_at=now
    )
    _tell(creditor_id, customer_id, row.id, "asked", now)
    return row.id


@step
def draw_many(*, creditor_id: int, touch_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """A fresh code for each of these letters as it is written, by touch; from `now` on they live for `LIFE`."""
    codes: dict[int, str] = {}
    for row in PortalCode.objects.filter(creditor_id=creditor_id, touch_id__in=touch_ids, used_at=None):
        code = codes[row.touch_id] = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row.code_hash, row.expires_at = _hash(creditor_id, row.id, code), now + LIFE
        row.save(update_fields=["code_hash", "expires_at"])
    return codes


@act
def check(*, creditor_id: int, link_id: int, customer_id: int, code: str, now: datetime) -> bool:
    """Whether `code` is the latest one sent for this link, unused, in time, and among its first tries.

    A right one is used up. A wrong one costs a try, and its answer tells nothing of what was wrong with it.
    """
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    rows = PortalCode.objects.filter(creditor_id=creditor_id, link_id=link_id, expires_at__isnull=False)
    row = rows.order_by("-asked_at", "-id").first()
    same = hmac.compare_digest(
        _hash(creditor_id, row.id if row else 0, code), row.code_hash if row else "-" * 64
    )
    if row is None or row.used_at is not None or row.expires_at is None or row.expires_at <= now:
        return False
    if row.tries >= TRIES_MAX:
        return False
    row.tries += 1
    row.used_at = now if same else None
    row.save(update_fields=["tries", "used_at"])
    _tell(creditor_id, customer_id, row.id, "used" if same else "missed", now)
    return same


def _hash(creditor_id: int, row_id: int, code: str) -> str:
    text = f"{creditor_id}/{row_id}/{code}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()


def _tell(creditor_id: int, customer_id: int, row_id: int, what: str, now: datetime) -> None:
    entry = journal.NewEntry(now, f"outreach.code.{what}", "customer", customer_id, "code", row_id, {})
    journal.write(creditor_id=creditor_id, entries=[entry])
