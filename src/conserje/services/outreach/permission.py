# SPDX-License-Identifier: Apache-2.0
"""Permission to write: stated with who, when and on what ground; revoked at once; never granted again by a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step


class Basis(StrEnum):
    """How the addresses were given. `NOT_STATED` grants nothing."""

    CONTRACT = "contract"
    ORDER = "order"
    FORM = "form"
    OWN_EMAIL = "own_email"
    OTHER = "other"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said about one channel of one customer. `source` is free text: the evidence, in the creditor's words."""

    customer_id: int
    channel: Channel
    consent: Consent
    basis: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The statement in force for one channel."""

    consent: Consent
    basis: str
    source: str
    stated_by: str
    stated_at: datetime


_LATEST = """
SELECT DISTINCT ON (customer_id, channel) customer_id, channel, consent, basis, source, stated_by, stated_at
  FROM outreach_permission WHERE creditor_id = %s AND customer_id = ANY(%s)
 ORDER BY customer_id, channel, stated_at DESC, id DESC"""

_STATE = """
INSERT INTO outreach_permission (creditor_id, customer_id, channel, consent, basis, source, stated_by, stated_at)
SELECT %(creditor)s, g.customer_id, g.channel, g.consent, g.basis, g.source, %(by)s, %(now)s
  FROM unnest(%(customers)s::bigint[], %(channels)s::text[], %(consents)s::text[], %(bases)s::text[],
              %(sources)s::text[])
       AS g(customer_id, channel, consent, basis, source)"""

_OWN = "SELECT id FROM receivables_customer WHERE creditor_id = %s AND id = ANY(%s)"
_APPEND = """
INSERT INTO outreach_permission (creditor_id, customer_id, channel, consent, basis, source, stated_by, stated_at)
SELECT %s, %s, channel, %s, %s, %s, %s, %s FROM unnest(%s::text[]) AS t(channel) ORDER BY channel"""


@step
def state_many(*, creditor_id: int, statements: Sequence[Statement], by: str, now: datetime) -> int:
    """Write what is new in `statements`, said by `by`; returns how many rows that made.

    Only `restore` lifts a revocation. Raises `ValueError` for a consent that is neither granted nor revoked.
    """
    if not statements:
        return 0
    if any(item.consent is Consent.UNKNOWN for item in statements):
        raise ValueError("A statement grants or revokes. What is not known is not stated.")
    # Read before anything is written: a server that knows nothing of this creditor's rows yet would look for the
    # latest word on each customer among all those that this very statement adds.
    standing = current(
        creditor_id=creditor_id, customer_ids=sorted({item.customer_id for item in statements})
    )
    news = [
        item for item in statements if _is_news(item, standing.get(item.customer_id, {}).get(item.channel))
    ]
    if not news:
        return 0
    given: dict[str, Any] = {
        "creditor": creditor_id,
        "by": by[:80],
        "now": now,
        "customers": [item.customer_id for item in news],
        "channels": [item.channel.value for item in news],
        "consents": [item.consent.value for item in news],
        "bases": [item.basis[:30] for item in news],
        "sources": [item.source[:240] for item in news],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATE, given)
        return int(cursor.rowcount)


def _is_news(item: Statement, last: Standing | None) -> bool:
    """What says nothing new is not repeated, and what grants does not lift what a customer revoked."""
    if last is None:
        return True
    same = (last.consent, last.basis, last.source) == (item.consent, item.basis[:30], item.source[:240])
    return last.consent is Consent.GRANTED and not same


@act
def give(*, creditor_id: int, statements: Sequence[Statement], by: str, now: datetime) -> int:
    """A person states where permissions stand written; returns of how many customers that was news.

    What a customer took back stays taken back. Customers of another creditor are passed over.
    """
    asked = sorted({item.customer_id for item in statements})
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [creditor_id, asked])
        known = {row[0] for row in cursor.fetchall()}
    before = current(creditor_id=creditor_id, customer_ids=sorted(known))
    mine = [item for item in statements if item.customer_id in known]
    state_many(creditor_id=creditor_id, statements=mine, by=by, now=now)
    after = current(creditor_id=creditor_id, customer_ids=sorted(known))
    news = [customer_id for customer_id in sorted(known) if after.get(customer_id) != before.get(customer_id)]
    channels = sorted({item.channel.value for item in mine})
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="outreach.permission.stated",
                actor=by,
                customer_id=customer_id,
                payload={"channels": channels},
            )
            for customer_id in news
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=news, now=now, reason="permission.stated")
    return len(news)


@step
def current(*, creditor_id: int, customer_ids: Sequence[int]) -> dict[int, dict[Channel, Standing]]:
    """What is in force for each customer and channel; a customer of whom nothing was said is not in it."""
    found: dict[int, dict[Channel, Standing]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [creditor_id, list(customer_ids)])
        for customer_id, channel, consent, basis, source, stated_by, stated_at in cursor.fetchall():
            standing = Standing(Consent(consent), basis, source, stated_by, stated_at)
            found[customer_id][Channel(channel)] = standing
    return dict(found)


@step
def revoke(
    *, creditor_id: int, customer_id: int, channels: Sequence[Channel], by: str, how: str, now: datetime
) -> None:
    """Take permission for `channels` back at once; `how` is where it was said, such as "portal"."""
    _append(creditor_id, customer_id, channels, Consent.REVOKED, (by, how, now))


@step
def restore(
    *, creditor_id: int, customer_id: int, channels: Sequence[Channel], by: str, how: str, now: datetime
) -> None:
    """The customer's own act of allowing `channels` again; `how` is where it was said."""
    _append(creditor_id, customer_id, channels, Consent.GRANTED, (by, how, now))


def _append(
    creditor_id: int,
    customer_id: int,
    channels: Sequence[Channel],
    consent: Consent,
    said: tuple[str, str, datetime],
) -> None:
    by, how, now = said
    names = sorted({channel.value for channel in channels})
    kind = f"outreach.permission.{consent.value}"
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND, [creditor_id, customer_id, consent.value, "customer", how[:240], by[:80], now, names]
        )
    payload = {"channels": names}
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(at=now, kind=kind, actor="customer", customer_id=customer_id, payload=payload)
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=kind)
