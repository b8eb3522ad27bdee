# SPDX-License-Identifier: Apache-2.0
"""Links to a customer's own page: random, stored as a hash, expiring, revocable. Looking at one changes nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from conserje.data.tenancy import planned
from conserje.data.tenancy.bulk import insert_many
from conserje.services.tenancy.act import step

LIFE = timedelta(days=30)
_COLUMNS = ("creditor_id", "customer_id", "contact_id", "touch_id", "token_hash", "issued_at", "expires_at")

# Written out: every page of the portal asks it first.
_OPENED = """
SELECT l.id, l.customer_id, l.contact_id, l.touch_id, u.name, coalesce(c.name, ''),
       coalesce(nullif(c.locale, ''), u.locale),
       coalesce(nullif(u.time_zone, ''),
                (SELECT n.time_zone FROM receivables_contact n
                  WHERE n.creditor_id = l.creditor_id AND n.customer_id = l.customer_id AND n.is_usual LIMIT 1), ''),
       u.tax_id
  FROM outreach_portallink l
  JOIN receivables_customer u ON u.creditor_id = l.creditor_id AND u.id = l.customer_id
  LEFT JOIN receivables_contact c ON c.creditor_id = l.creditor_id AND c.id = l.contact_id
 WHERE l.creditor_id = %(creditor)s"""
_REVOKE = """
UPDATE outreach_portallink l SET revoked_at = %(now)s FROM outreach_portallink m
 WHERE m.creditor_id = %(creditor)s AND m.id = %(link)s AND l.creditor_id = m.creditor_id AND l.revoked_at IS NULL
   AND (l.id = m.id OR l.customer_id = m.customer_id AND l.contact_id = m.contact_id)"""
_GOOD = "l.expires_at > %(now)s AND l.revoked_at IS NULL"


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
    tax_id: str = ""


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
    return _found(f"l.token_hash = %(which)s AND {_GOOD}", creditor_id, hash_of(token), now)


@step
def ever(*, creditor_id: int, token: str) -> Opened | None:
    """What `token` once opened, expired or not: good for stopping messages, which no mail is too old for."""
    return _found("l.token_hash = %(which)s AND l.revoked_at IS NULL", creditor_id, hash_of(token), None)


@step
def by_id(*, creditor_id: int, link_id: int, now: datetime) -> Opened | None:
    """What the link kept in a cookie still opens at `now`."""
    return _found(f"l.id = %(which)s AND {_GOOD}", creditor_id, link_id, now)


@step
def revoke(*, creditor_id: int, link_id: int, now: datetime) -> None:
    """Close a link, and every other that was sent to the same contact: whoever reads there is not who is meant."""
    with connection.cursor() as cursor:
        cursor.execute(_REVOKE, {"creditor": creditor_id, "link": link_id, "now": now})


def _found(where: str, creditor_id: int, which: str | int, now: datetime | None) -> Opened | None:
    asked = {"creditor": creditor_id, "which": which, "now": now}
    rows = planned.rows(f"{_OPENED} AND {where} ORDER BY l.id LIMIT 1", asked)
    return Opened(*rows[0]) if rows else None
