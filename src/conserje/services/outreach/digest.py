# SPDX-License-Identifier: Apache-2.0
"""The rows of the daily digest: claimed before it is sent, so at most one a day, and its link, which approves once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from conserje.data.outreach.models import Digest, DigestWish
from conserje.domain.ports.channel import Accepted, Outcome, Parcel, Refused, Unsure
from conserje.domain.ports.registry import carriers
from conserje.services.journal import entry as journal
from conserje.services.outreach import draft
from conserje.services.tenancy import connection as connections
from conserje.services.tenancy.act import act, step

HOUR = 8
TRIES_MAX = 3
LINK_LIFE = timedelta(hours=36)

# What was proven not to have left may be tried again; anything else of that day is final.
_CLAIM = """
INSERT INTO outreach_digest (creditor_id, person, "on", state, tries, token_hash, claimed_at, expires_at)
VALUES (%(creditor)s, %(person)s, %(on)s, 'claimed', 1, %(token)s, %(now)s, %(until)s)
    ON CONFLICT (creditor_id, person, "on") DO UPDATE
   SET state = 'claimed', tries = outreach_digest.tries + 1, token_hash = excluded.token_hash,
       claimed_at = excluded.claimed_at, expires_at = excluded.expires_at
 WHERE outreach_digest.state = 'refused' AND outreach_digest.tries < %(tries)s RETURNING id"""
_USE = """
UPDATE outreach_digest SET used_at = %s
 WHERE creditor_id = %s AND token_hash = %s AND used_at IS NULL AND expires_at > %s RETURNING id"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A digest that is this worker's to send; `token` is known only now."""

    id: int
    token: str


def hand_over(*, carrier: str, settings: Any, parcel: Parcel) -> str:
    """Give the digest to `carrier`, outside any transaction: "sent", "refused" (proven) or "unsure".

    It goes to the people of the desk, so no law and no claim stands before it.
    """
    session = carriers.get(carrier).open(settings, connections.http())
    try:
        outcome: Outcome = session.send(parcel, mark=lambda: None)
    finally:
        session.close()
    return {Accepted: "sent", Refused: "refused", Unsure: "unsure"}[type(outcome)]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: whose it is and what day; `used` when it has approved already."""

    id: int
    person: int
    on: date
    used: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """When a person wants the digest."""

    hour: int = HOUR
    stopped: bool = False


@step
def wish(*, creditor_id: int, person: int) -> Wish:
    """What the person chose, or what is usual."""
    row = DigestWish.objects.filter(creditor_id=creditor_id, person=person).first()
    return Wish() if row is None else Wish(row.hour, row.stopped)


@act
def choose(*, creditor_id: int, person: int, wish: Wish, now: datetime) -> None:
    """Keep what the person chose. Raises `ValueError` for an hour that is none."""
    if not 0 <= wish.hour <= 23:
        raise ValueError(f"{wish.hour} is not an hour of the day.")
    DigestWish.objects.update_or_create(
        creditor_id=creditor_id, person=person, defaults={"hour": wish.hour, "stopped": wish.stopped}
    )
    _write(
        creditor_id, "chosen", person, f"person:{person}", {"hour": wish.hour, "stopped": wish.stopped}, now
    )


@step
def claim(*, creditor_id: int, person: int, on: date, now: datetime) -> Claimed | None:
    """The digest of that day for that person, if nobody has sent or tried it; its row stands before it leaves."""
    token = secrets.token_urlsafe(32)
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "person": person,
        "on": on,
        "token": _hash(token),
        "now": now,
        "until": now + LINK_LIFE,
        "tries": TRIES_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        row = cursor.fetchone()
    return None if row is None else Claimed(row[0], token)


@step
def is_done(*, creditor_id: int, person: int, on: date) -> bool:
    """Whether that day's digest was sent, or may have been, or was refused too often."""
    row = Digest.objects.filter(creditor_id=creditor_id, person=person, on=on).first()
    return row is not None and (row.state != "refused" or row.tries >= TRIES_MAX)


@act
def ended(*, creditor_id: int, digest_id: int, state: str, facts: dict[str, int], now: datetime) -> None:
    """How it ended: sent, refused (proven) or unsure; journalled with its counts."""
    row = Digest.objects.get(creditor_id=creditor_id, id=digest_id)
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
    _write(creditor_id, state, row.person, "system", dict(facts), now)


@step
def opened(*, creditor_id: int, token: str, now: datetime) -> Opened | None:
    """What a link opens while it is good; changes nothing."""
    rows = Digest.objects.filter(creditor_id=creditor_id, token_hash=_hash(token), expires_at__gt=now)
    row = rows.first()
    return None if row is None else Opened(row.id, row.person, row.on, row.used_at is not None)


@act
def use(*, creditor_id: int, token: str, touch_ids: Sequence[int], person: int, now: datetime) -> list[int]:
    """A person approves, by the link, the drafts that were shown; answers those that still waited. Once only."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, [now, creditor_id, _hash(token), now])
        if cursor.fetchone() is None:
            return []
    return draft.approve_step(creditor_id=creditor_id, touch_ids=touch_ids, by=f"person:{person}", now=now)


def address(*, creditor: str, token: str) -> str:
    """Where the link of a digest leads."""
    return f"{settings.PUBLIC_URL}/w/{creditor}/today/{token}/"


def _write(
    creditor_id: int, what: str, person: int, actor: str, payload: dict[str, int], now: datetime
) -> None:
    told = journal.NewEntry(
        at=now,
        kind=f"outreach.digest.{what}",
        actor=actor,
        subject_kind="user",
        subject_id=person,
        payload=payload,
    )
    journal.write(creditor_id=creditor_id, entries=[told])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
