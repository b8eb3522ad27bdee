# SPDX-License-Identifier: Apache-2.0
"""Addresses that asked to be left alone: by keyed hash, at once, for every customer who shares the address."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from conserje.domain.ports.channel import Channel
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import step

_STOP = """
INSERT INTO outreach_suppression (creditor_id, address_hash, channel, how, placed_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (creditor_id, address_hash, channel) WHERE lifted_at IS NULL DO NOTHING RETURNING id"""

_LIFT = """
UPDATE outreach_suppression SET lifted_at = %s
 WHERE creditor_id = %s AND address_hash = %s AND channel = %s AND lifted_at IS NULL RETURNING id"""

_HASH = "SELECT address_hash FROM receivables_contactpoint WHERE creditor_id = %s AND id = %s"

_WHO = """
SELECT DISTINCT c.customer_id FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %s AND p.address_hash = %s"""


class UnknownAddress(LookupError):
    """The creditor has no such contact point."""


@step
def hash_of_point(*, creditor_id: int, point_id: int) -> str:
    """The keyed hash of the address of a contact point. Raises `UnknownAddress`."""
    with connection.cursor() as cursor:
        cursor.execute(_HASH, [creditor_id, point_id])
        row = cursor.fetchone()
    if row is None:
        raise UnknownAddress(f"There is no contact point {point_id}.")
    return str(row[0])


@step
def stop(*, creditor_id: int, address_hash: str, channel: Channel, how: str, now: datetime) -> bool:
    """Never write to this address through `channel` again; `how` is where it was asked, as in "one_click".

    Returns False when it was stopped before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STOP, [creditor_id, address_hash, channel.value, how[:30], now])
        row = cursor.fetchone()
    return row is not None and _tell(creditor_id, row[0], "stopped", (address_hash, channel, now))


@step
def come_back(*, creditor_id: int, address_hash: str, channel: Channel, now: datetime) -> bool:
    """The person's own act of allowing this address again. Returns False when it was not stopped."""
    with connection.cursor() as cursor:
        cursor.execute(_LIFT, [now, creditor_id, address_hash, channel.value])
        row = cursor.fetchone()
    return row is not None and _tell(creditor_id, row[0], "lifted", (address_hash, channel, now))


def _tell(creditor_id: int, row_id: int, word: str, about: tuple[str, Channel, datetime]) -> bool:
    address_hash, channel, now = about
    kind = f"outreach.suppression.{word}"
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [creditor_id, address_hash])
        customer_ids = [customer_id for (customer_id,) in cursor.fetchall()]
    entries = [
        journal.NewEntry(
            now, kind, "customer", customer_id, "suppression", row_id, {"channel": channel.value}
        )
        for customer_id in customer_ids
    ]
    journal.write(creditor_id=creditor_id, entries=entries)
    review.wake_many(creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason=kind)
    return True
