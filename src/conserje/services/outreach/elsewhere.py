# SPDX-License-Identifier: Apache-2.0
"""Contacts made elsewhere: told by a person, they count for the law's caps and for the strategy's gap like our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from conserje.data.outreach.models import ContactElsewhere
from conserje.data.receivables.models import Customer
from conserje.data.tenancy import planned
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome, Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, keyed, step

OLDEST = timedelta(days=366)
UNDO = timedelta(days=1)

# By every address of the customer: whoever of them was spoken to, the next contact with any of them must know.
_ENTER = """
INSERT INTO outreach_contactrecord (organisation_id, creditor_id, person_hash, customer_id, elsewhere_id, channel,
       purpose, outcome, at, debts, inbound, place)
SELECT DISTINCT o.organisation_id, e.creditor_id, p.address_hash, e.customer_id, e.id, e.channel, e.purpose, e.outcome,
       e.at, '{}'::bigint[], e.inbound, 'personal'
  FROM outreach_contactelsewhere e
  JOIN tenancy_creditor o ON o.id = e.creditor_id
  JOIN receivables_contact c ON c.creditor_id = e.creditor_id AND c.customer_id = e.customer_id
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE e.creditor_id = %(creditor)s AND e.id = %(id)s"""

_UNDONE = """
UPDATE outreach_contactrecord SET outcome = 'failed_before'
 WHERE creditor_id = %(creditor)s AND elsewhere_id = %(id)s"""

# The same people as an instant send would lock: a contact told now is seen by whoever marks next.
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(h, 0)) FROM (
  SELECT DISTINCT p.address_hash AS h FROM receivables_contact c
    JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
   WHERE c.creditor_id = %(creditor)s AND c.customer_id = %(customer)s ORDER BY 1) people"""


# Written out: every account of the portal asks it.
_TOLD = """
SELECT id, channel, at, outcome, purpose, inbound, said_by, said_at FROM outreach_contactelsewhere
 WHERE creditor_id = %s AND customer_id = %s AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT %s"""


class Why(StrEnum):
    """Why a contact made elsewhere is not taken, or not undone."""

    AHEAD = "ahead"
    TOO_OLD = "too_old"
    NO_ADDRESS = "no_address"
    TOLD_OTHERWISE = "told_otherwise"
    UNKNOWN = "unknown"
    TOO_LATE = "too_late"


class Refused(ValueError):
    """A contact that cannot be written down or undone; `why` is a word of `Why`."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"The contact was not written down: {why.value}.")
        self.why = why


@dataclass(frozen=True, slots=True)
class Contacted:
    """One contact that was not made through us. `inbound`: the customer began it."""

    channel: Channel
    at: datetime
    outcome: ContactOutcome
    purpose: Purpose = Purpose.COLLECTION
    inbound: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A contact made elsewhere as it was written down, not undone; `said_by` is "person:<id>"."""

    id: int
    contact: Contacted
    said_by: str
    said_at: datetime


@keyed
@act
def log(*, creditor_id: int, customer_id: int, contact: Contacted, by: str, now: datetime) -> int:
    """Write down a contact made elsewhere; returns its id. The same channel, instant and direction is the same contact.

    Raises `Refused`: in the future, more than a year back, told before with another outcome or purpose, or with a
    customer of whom no address is known, and `Customer.DoesNotExist`.
    """
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=customer_id)
    if contact.at > now:
        raise Refused(Why.AHEAD)
    if contact.at < now - OLDEST:
        raise Refused(Why.TOO_OLD)
    key = {"channel": contact.channel.value, "at": contact.at, "inbound": contact.inbound}
    said = {"purpose": contact.purpose.value, "outcome": contact.outcome.value}
    known = ContactElsewhere.objects.filter(
        creditor_id=creditor_id, customer_id=customer_id, undone_at=None, **key
    ).first()
    if known is not None:
        if (known.purpose, known.outcome) != (said["purpose"], said["outcome"]):
            raise Refused(Why.TOLD_OTHERWISE)
        return known.id
    _run(_LOCK, {"creditor": creditor_id, "customer": customer_id})
    row = ContactElsewhere.objects.create(
        creditor_id=creditor_id, customer_id=customer_id, said_by=by, said_at=now, **key, **said
    )
    if not _run(_ENTER, {"creditor": creditor_id, "id": row.id}):
        raise Refused(Why.NO_ADDRESS)
    _tell(row, "logged", by, now)
    return row.id


@act
def undo(*, creditor_id: int, contact_id: int, by: str, now: datetime) -> int:
    """Take a contact back within a day of writing it down: it counts no more. Returns the customer's id.

    Raises `Refused`: not there, undone before, or too late.
    """
    row = ContactElsewhere.objects.select_for_update().filter(creditor_id=creditor_id, id=contact_id).first()
    if row is None or row.undone_at is not None:
        raise Refused(Why.UNKNOWN)
    if now > row.said_at + UNDO:
        raise Refused(Why.TOO_LATE)
    row.undone_by, row.undone_at = by, now
    row.save(update_fields=["undone_by", "undone_at"])
    _run(_UNDONE, {"creditor": creditor_id, "id": row.id})
    _tell(row, "undone", by, now)
    return row.customer_id


@step
def told(*, creditor_id: int, customer_id: int, limit: int = 200) -> list[Told]:
    """The contacts made elsewhere with a customer that stand, newest first."""
    return [
        Told(
            key,
            Contacted(Channel(channel), at, ContactOutcome(outcome), Purpose(purpose), inbound),
            said_by,
            said_at,
        )
        for key, channel, at, outcome, purpose, inbound, said_by, said_at in planned.rows(
            _TOLD, [creditor_id, customer_id, limit]
        )
    ]


def _tell(row: ContactElsewhere, what: str, by: str, now: datetime) -> None:
    """Into the journal, and the customer is looked at again."""
    payload = {
        "channel": row.channel,
        "purpose": row.purpose,
        "outcome": row.outcome,
        "inbound": row.inbound,
        "at": row.at.date().isoformat(),
    }
    journal.write(
        creditor_id=row.creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.elsewhere.{what}",
                actor=by,
                customer_id=row.customer_id,
                subject_kind="contact_elsewhere",
                subject_id=row.id,
                payload=payload,
            )
        ],
    )
    review.wake_many(
        creditor_id=row.creditor_id, customer_ids=[row.customer_id], now=now, reason=f"elsewhere.{what}"
    )


def _run(sql: str, asked: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return int(cursor.rowcount)
