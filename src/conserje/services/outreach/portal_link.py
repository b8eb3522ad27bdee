# SPDX-License-Identifier: Apache-2.0
"""Links to a customer's own page: random, stored as a hash, expiring, revocable. Looking at one changes nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from conserje.data.outreach.models import PortalLink
from conserje.data.receivables.models import Contact
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
    """What a good link opens, and for whom: `locale` and `zone` are the reader's, empty when nobody said them."""

    link_id: int
    customer_id: int
    contact_id: int | None
    touch_id: int | None
    customer_name: str = ""
    contact_name: str = ""
    locale: str = ""
    zone: str = ""


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
def ever(*, creditor_id: int, token: str) -> Opened | None:
    """What `token` once opened, expired or not: good for stopping messages, which no mail is too old for."""
    return _first(
        PortalLink.objects.filter(creditor_id=creditor_id, token_hash=hash_of(token), revoked_at=None)
    )


@step
def by_id(*, creditor_id: int, link_id: int, now: datetime) -> Opened | None:
    """What the link kept in a cookie still opens at `now`."""
    return _good(PortalLink.objects.filter(creditor_id=creditor_id, id=link_id), now)


def _good(links: QuerySet[PortalLink], now: datetime) -> Opened | None:
    return _first(links.filter(expires_at__gt=now, revoked_at=None))


def _first(links: QuerySet[PortalLink]) -> Opened | None:
    usual = Contact.objects.filter(
        creditor_id=OuterRef("creditor_id"), customer_id=OuterRef("customer_id"), is_usual=True
    )
    row = links.values_list(
        "id",
        "customer_id",
        "contact_id",
        "touch_id",
        "customer__name",
        Coalesce("contact__name", Value("")),
        Coalesce(NullIf("contact__locale", Value("")), "customer__locale"),
        Coalesce(
            NullIf("customer__time_zone", Value("")), Subquery(usual.values("time_zone")[:1]), Value("")
        ),
    ).first()
    return None if row is None else Opened(*row)
