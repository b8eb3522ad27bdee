# SPDX-License-Identifier: Apache-2.0
"""Links to a customer's own page: random, stored as a hash, expiring, revocable. Looking at one changes nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from conserje.data.outreach.models import PortalLink
from conserje.data.tenancy.bulk import insert_many
from conserje.services.tenancy.act import step

LIFE = timedelta(days=30)
_COLUMNS = ("creditor_id", "customer_id", "contact_id", "touch_id", "token_hash", "issued_at", "expires_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom a link is wanted, and with which touch it travels."""

    customer_id: int
    contact_id: int | None
    touch_id: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link opens."""

    link_id: int
    customer_id: int
    contact_id: int | None
    touch_id: int | None


def hash_of(token: str) -> str:
    """How a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def address(*, creditor: str, token: str) -> str:
    """The public address of a link; `creditor` is the public id."""
    return f"{settings.PUBLIC_URL}/p/{creditor}/{token}/"


def stop_address(*, creditor: str, token: str) -> str:
    """The address that a mail client's own unsubscribe button posts to (RFC 8058)."""
    return f"{settings.PUBLIC_URL}/u/{creditor}/{token}/"


@step
def issue_many(*, creditor_id: int, wanted: Sequence[Wanted], now: datetime) -> list[str]:
    """A fresh token (256 random bits) for each wish, in order, good for 30 days."""
    tokens = [secrets.token_urlsafe(32) for _ in wanted]
    rows = [
        (creditor_id, wish.customer_id, wish.contact_id, wish.touch_id, hash_of(token), now, now + LIFE)
        for wish, token in zip(wanted, tokens, strict=True)
    ]
    insert_many(table="outreach_portallink", columns=_COLUMNS, rows=rows)
    return tokens


@step
def open_(*, creditor_id: int, token: str, now: datetime) -> Opened | None:
    """What `token` opens at `now`; None for a random, foreign, expired or revoked one alike."""
    return _good(PortalLink.objects.filter(creditor_id=creditor_id, token_hash=hash_of(token)), now)


@step
def by_id(*, creditor_id: int, link_id: int, now: datetime) -> Opened | None:
    """What the link kept in a cookie still opens at `now`."""
    return _good(PortalLink.objects.filter(creditor_id=creditor_id, id=link_id), now)


def _good(links: QuerySet[PortalLink], now: datetime) -> Opened | None:
    good = links.filter(expires_at__gt=now, revoked_at=None)
    row = good.values_list("id", "customer_id", "contact_id", "touch_id").first()
    return None if row is None else Opened(*row)
