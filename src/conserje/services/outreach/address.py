# SPDX-License-Identifier: Apache-2.0
"""Addresses of a customer's people with what may be sent to them, and the reader's own acts of stopping and resuming.

A wish about an address is a suppression: it holds for everybody who shares the address. What a customer revoked or
allowed for a whole channel is a permission; resuming an address states it again when it was revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Consent
from conserje.services.outreach import permission, suppression
from conserje.services.tenancy.act import act, step

_ADDRESSES = """
SELECT p.id, p.kind, p.address, p.address_hash, c.id, c.name, c.is_usual, m.consent, m.basis, s.placed_at
  FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
  LEFT JOIN LATERAL (
       SELECT consent, basis FROM outreach_permission
        WHERE creditor_id = p.creditor_id AND customer_id = c.customer_id AND channel = %(channel)s
        ORDER BY stated_at DESC, id DESC LIMIT 1) m ON true
  LEFT JOIN outreach_suppression s ON s.creditor_id = p.creditor_id AND s.address_hash = p.address_hash
       AND s.channel = %(channel)s AND s.lifted_at IS NULL
 WHERE p.creditor_id = %(creditor)s AND p.kind = 'email' AND p.unusable_since IS NULL AND {chosen}
 ORDER BY c.is_usual DESC, c.id, p.id"""
_OF_CUSTOMER = _ADDRESSES.format(chosen="c.customer_id = %(customer)s")
_OF_LINK = _ADDRESSES.format(
    chosen="""p.id = (SELECT coalesce(t.point_id, (
       SELECT x.id FROM receivables_contactpoint x
        WHERE x.creditor_id = l.creditor_id AND x.contact_id = l.contact_id AND x.kind = 'email'
          AND x.unusable_since IS NULL ORDER BY x.id LIMIT 1))
  FROM outreach_portallink l
  LEFT JOIN outreach_touch t ON t.creditor_id = l.creditor_id AND t.id = l.touch_id
 WHERE l.creditor_id = %(creditor)s AND l.id = %(link)s)"""
)


class UnknownAddress(LookupError):
    """The customer has no such address, or the link was sent to none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One e-mail address. `consent` is "granted", "revoked" or empty; `stopped_at` when this address was stopped."""

    point_id: int
    address: str
    address_hash: str
    contact_id: int
    contact_name: str
    consent: str
    basis: str
    stopped_at: datetime | None

    @property
    def allowed(self) -> bool:
        """Whether we may write there."""
        return self.consent == Consent.GRANTED and self.stopped_at is None


@step
def of_customer(*, creditor_id: int, customer_id: int) -> list[Standing]:
    """The e-mail addresses of a customer, the usual contact's first."""
    return _read(_OF_CUSTOMER, {"creditor": creditor_id, "customer": customer_id})


@step
def of_link(*, creditor_id: int, link_id: int) -> Standing | None:
    """The address that a link was sent to; for a link sent without a message, its contact's first one."""
    found = _read(_OF_LINK, {"creditor": creditor_id, "link": link_id})
    return found[0] if found else None


@act
def stop(
    *, creditor_id: int, customer_id: int, point_ids: Sequence[int], how: str, now: datetime
) -> list[Standing]:
    """Stop e-mail to addresses of a customer at once; answers them as they stood. Raises `UnknownAddress`."""
    found = _chosen(creditor_id, customer_id, point_ids)
    for item in found:
        suppression.stop(
            creditor_id=creditor_id, address_hash=item.address_hash, channel=Channel.EMAIL, how=how, now=now
        )
    return found


@act
def resume(
    *, creditor_id: int, customer_id: int, point_ids: Sequence[int], how: str, now: datetime
) -> list[Standing]:
    """The reader's own act of allowing addresses again; answers them as they stood. Raises `UnknownAddress`."""
    found = _chosen(creditor_id, customer_id, point_ids)
    for item in found:
        suppression.come_back(
            creditor_id=creditor_id, address_hash=item.address_hash, channel=Channel.EMAIL, now=now
        )
    if any(item.consent == Consent.REVOKED for item in found):
        permission.restore(
            creditor_id=creditor_id,
            customer_id=customer_id,
            channels=[Channel.EMAIL],
            by="customer",
            how=how,
            now=now,
        )
    return found


def _chosen(creditor_id: int, customer_id: int, point_ids: Sequence[int]) -> list[Standing]:
    known = of_customer(creditor_id=creditor_id, customer_id=customer_id)
    found = [item for item in known if item.point_id in point_ids]
    if not found or len(found) != len(set(point_ids)):
        raise UnknownAddress(f"Customer {customer_id} has no such address.")
    return found


def _read(sql: str, asked: dict[str, Any]) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**asked, "channel": Channel.EMAIL.value})
        rows = cursor.fetchall()
    return [
        Standing(
            point_id=row[0],
            address=row[2],
            address_hash=row[3],
            contact_id=row[4],
            contact_name=row[5],
            consent=row[7] or "",
            basis=row[8] or "",
            stopped_at=row[9],
        )
        for row in rows
    ]
