# SPDX-License-Identifier: Apache-2.0
"""Cases of a chunk of customers, gathered in a fixed number of queries whatever the number of customers and invoices.

Everything here runs inside the creditor's context; `now` bounds what is read of the past, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from conserje.domain.kit.days import is_zone, local_date
from conserje.domain.outreach.case import Block, BlockKind, Case, Due, InHand, Made, Reach
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    ContactOutcome,
    CreditorRole,
    DebtorType,
    PastContact,
    Permission,
    Purpose,
    RecipientRole,
    Subject,
)

PAST_DAYS = 100
# What an address of each kind can carry; SMS and WhatsApp share a number, the permission tells them apart.
_CHANNELS_OF_KIND = {"email": (Channel.EMAIL,), "phone": (Channel.WHATSAPP, Channel.SMS, Channel.CALL)}

_CUSTOMERS = """
SELECT id, kind, debtor_type, country, subdivision, time_zone
  FROM receivables_customer WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)"""

_DUES = """
SELECT customer_id, invoice_id, position, due_on, currency, open_part FROM (
  SELECT i.customer_id, d.invoice_id, d.position, d.due_on, i.currency, least(d.amount_minor, greatest(0,
           sum(d.amount_minor) OVER (PARTITION BY d.invoice_id ORDER BY d.due_on, d.position)
           - (i.total_minor - i.open_minor)))::bigint AS open_part
    FROM receivables_invoice i
    JOIN receivables_invoicedue d ON d.creditor_id = i.creditor_id AND d.invoice_id = i.id
   WHERE i.creditor_id = %(creditor)s AND i.customer_id = ANY(%(ids)s) AND i.open_minor > 0) parts
 WHERE open_part > 0 ORDER BY customer_id, due_on, invoice_id, position"""

_REACHES = """
SELECT c.customer_id, c.id, p.id, p.kind, c.role, c.is_usual, c.time_zone, p.address_hash, p.unusable_since IS NULL,
       array(SELECT s.channel FROM outreach_suppression s
              WHERE s.creditor_id = p.creditor_id AND s.address_hash = p.address_hash AND s.lifted_at IS NULL)
  FROM receivables_contact c
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %(creditor)s AND c.customer_id = ANY(%(ids)s)
 ORDER BY c.customer_id, c.is_usual DESC, c.id, p.id"""

_HASHES = """
SELECT p.address_hash FROM receivables_contact c
  JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
 WHERE c.creditor_id = %(creditor)s AND c.customer_id = ANY(%(ids)s)"""

_PERMISSIONS = """
SELECT DISTINCT ON (customer_id, channel) customer_id, channel, consent, id
  FROM outreach_permission WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s)
 ORDER BY customer_id, channel, stated_at DESC, id DESC"""

_BLOCKS = """
SELECT customer_id, 'hold' AS kind, id, invoice_id, NULL::bigint, until
  FROM outreach_hold WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND released_at IS NULL
UNION ALL
SELECT customer_id, 'promise', id, invoice_id, NULL, promised_on + grace_days
  FROM arrangements_promisetopay WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND state = 'open'
UNION ALL
SELECT customer_id, 'claimed_paid', id, invoice_id, NULL, NULL
  FROM arrangements_paymentclaim WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND answered_at IS NULL
UNION ALL
SELECT i.customer_id, 'dispute', d.id, d.invoice_id, d.amount_minor, NULL
  FROM arrangements_dispute d JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE d.creditor_id = %(creditor)s AND i.customer_id = ANY(%(ids)s) AND d.closed_at IS NULL
ORDER BY 1, 2, 3"""

_TOUCHES = """
SELECT e.customer_id, e.id, t.id, t.step, t.state, t.channel, t.contact_id, t.point_id, t.planned_at,
       coalesce(t.handed_at, t.planned_at)
  FROM outreach_episode e
  LEFT JOIN outreach_touch t ON t.creditor_id = e.creditor_id AND t.customer_id = e.customer_id
   AND t.episode_id = e.id AND (t.state <> 'suppressed' OR t.reason = 'refused_by_person')
 WHERE e.creditor_id = %(creditor)s AND e.customer_id = ANY(%(ids)s) AND e.closed_at IS NULL
 ORDER BY e.customer_id, 10, t.id"""

_PAST = """
SELECT person_hash, touch_id, channel, purpose, outcome, at FROM outreach_contactrecord
 WHERE organisation_id = (SELECT organisation_id FROM tenancy_creditor WHERE id = %(creditor)s)
   AND person_hash = ANY(%(hashes)s) AND at > %(since)s ORDER BY at, id"""

_STANDING = """
SELECT c.time_zone, c.role, f.through_on, coalesce(f.days, 0),
       array(SELECT adapter FROM integrations_connection
              WHERE creditor_id = c.id AND kind = 'channel' AND ended_at IS NULL ORDER BY adapter),
       array(SELECT channel FROM outreach_senderstop WHERE creditor_id = c.id AND lifted_at IS NULL)
  FROM tenancy_creditor c
  LEFT JOIN (SELECT creditor_id, min(recorded_through_on) AS through_on, min(limit_business_days) AS days
               FROM receivables_freshness WHERE creditor_id = %(creditor)s GROUP BY 1) f ON f.creditor_id = c.id
 WHERE c.id = %(creditor)s"""


@dataclass(slots=True)
class _Gathered:
    """Rows of one customer before they become a case."""

    dues: list[Due] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    stopped: set[Channel] = field(default_factory=set)
    episode_id: int | None = None
    made: list[Made] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    in_hand: InHand | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a creditor as a whole while its customers are judged."""

    creditor_id: int
    zone: str
    role: CreditorRole
    ready: frozenset[Channel]
    payments_known_through: date | None
    freshness_days: int


def standing(*, creditor_id: int, channel_of: Callable[[str], Channel | None]) -> Standing:
    """The creditor's zone, role, freshness and the channels that have a carrier and are not stopped. One query.

    `channel_of` tells the channel of an installed carrier by name, None when it is not installed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"creditor": creditor_id})
        zone, role, known, limit, adapters, stopped = cursor.fetchone()
    carried = {channel_of(name) for name in adapters}
    ready = frozenset(channel for channel in carried if channel is not None and channel.value not in stopped)
    return Standing(
        creditor_id=creditor_id,
        zone=zone,
        role=CreditorRole(role),
        ready=frozenset() if "" in stopped else ready,
        payments_known_through=known,
        freshness_days=int(limit),
    )


def dues(*, creditor_id: int, customer_ids: Sequence[int]) -> dict[int, list[Due]]:
    """The open parts of each customer's invoices by date; who has none is not in it. One query."""
    found: dict[int, list[Due]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_DUES, {"creditor": creditor_id, "ids": list(customer_ids)})
        for customer_id, *due in cursor.fetchall():
            found[customer_id].append(Due(*due))
    return dict(found)


def cases(*, of: Standing, customer_ids: Sequence[int], now: datetime) -> list[Case]:
    """One case for each id, in the order given; ids that are not the creditor's are left out. Seven queries."""
    asked: dict[str, Any] = {"creditor": of.creditor_id, "ids": list(customer_ids)}
    found: dict[int, _Gathered] = defaultdict(_Gathered)
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, asked)
        customers = {row[0]: row[1:] for row in cursor.fetchall()}
        for customer_id, parts in dues(creditor_id=of.creditor_id, customer_ids=customer_ids).items():
            found[customer_id].dues = parts
        cursor.execute(_BLOCKS, asked)
        for customer_id, kind, *rest in cursor.fetchall():
            found[customer_id].blocks.append(Block(BlockKind(kind), *rest))
        cursor.execute(_PERMISSIONS, asked)
        for customer_id, channel, consent, ref in cursor.fetchall():
            found[customer_id].permissions.append(Permission(Channel(channel), Consent(consent), str(ref)))
        cursor.execute(_REACHES, asked)
        for row in cursor.fetchall():
            _reach(found[row[0]], row, customers[row[0]][0])
        cursor.execute(_TOUCHES, asked)
        for row in cursor.fetchall():
            _touch(found[row[0]], row, of.zone)
        past = _past(cursor, asked, found, now)
    return [
        _case(of, customer_id, customers[customer_id], found[customer_id], past[customer_id])
        for customer_id in customer_ids
        if customer_id in customers
    ]


def _reach(into: _Gathered, row: Sequence[Any], kind: str) -> None:
    _, contact_id, point_id, point_kind, role, usual, zone, address_hash, usable, suppressed = row
    into.hashes.append(address_hash)
    if zone and usual:
        into.zones.append(zone)
    if kind == "person":
        recipient = RecipientRole.DEBTOR if usual or role == "owner" else RecipientRole.OTHER_THIRD_PARTY
    else:
        recipient = RecipientRole.AUTHORISED_REP
    for channel in _CHANNELS_OF_KIND[point_kind]:
        if channel.value in suppressed:
            into.stopped.add(channel)
        elif usable:
            into.reaches.append(Reach(contact_id, point_id, channel, role, recipient, usual))


def _touch(into: _Gathered, row: Sequence[Any], zone: str) -> None:
    _, into.episode_id, touch_id, step, state, channel, contact_id, point_id, planned_at, at = row
    if touch_id is None:
        return
    if state in ("proposed", "planned", "claimed", "handing_over"):
        into.in_hand = InHand(touch_id, step, Channel(channel), contact_id, point_id, planned_at, state)
    elif state == "suppressed":
        into.refused.append(step)
    else:
        into.made.append(Made(step, at, local_date(at, zone), Channel(channel), state != "failed"))


def _past(
    cursor: Any, asked: dict[str, Any], found: dict[int, _Gathered], now: datetime
) -> dict[int, list[PastContact]]:
    """Contacts of the last `PAST_DAYS` days with anybody who shares an address, each touch once."""
    owners: dict[str, list[int]] = defaultdict(list)
    for customer_id, gathered in found.items():
        for address_hash in set(gathered.hashes):
            owners[address_hash].append(customer_id)
    hashes = sorted(owners)
    result: dict[int, list[PastContact]] = defaultdict(list)
    if not hashes:
        return result
    cursor.execute(_PAST, {**asked, "hashes": hashes, "since": now - timedelta(days=PAST_DAYS)})
    seen: set[tuple[int, int]] = set()
    for person_hash, touch_id, channel, purpose, outcome, at in cursor.fetchall():
        for customer_id in owners[person_hash]:
            if (customer_id, touch_id) not in seen:
                seen.add((customer_id, touch_id))
                contact = PastContact(at, Channel(channel), Purpose(purpose), ContactOutcome(outcome))
                result[customer_id].append(contact)
    return result


def past_of(*, creditor_id: int, customer_id: int, now: datetime) -> tuple[PastContact, ...]:
    """The past of one customer's `Case.subject` as it stands this moment, whoever sent what meanwhile."""
    asked: dict[str, Any] = {"creditor": creditor_id, "ids": [customer_id]}
    found: dict[int, _Gathered] = {customer_id: _Gathered()}
    with connection.cursor() as cursor:
        cursor.execute(_HASHES, asked)
        found[customer_id].hashes.extend(address_hash for (address_hash,) in cursor.fetchall())
        return tuple(_past(cursor, asked, found, now)[customer_id])


def _case(
    of: Standing, customer_id: int, customer: Sequence[Any], rows: _Gathered, past: list[PastContact]
) -> Case:
    _, debtor_type, country, subdivision, time_zone = customer
    zones = tuple(dict.fromkeys(zone for zone in (time_zone, *rows.zones) if zone))
    reachable = {reach.channel for reach in rows.reaches}
    permissions = tuple(
        Permission(item.channel, Consent.REVOKED, item.evidence)
        if item.channel in rows.stopped and item.channel not in reachable
        else item
        for item in rows.permissions
    )
    return Case(
        customer_id=customer_id,
        zone=next((zone for zone in zones if is_zone(zone)), of.zone),
        dues=tuple(rows.dues),
        blocks=tuple(rows.blocks),
        episode_id=rows.episode_id,
        made=tuple(rows.made),
        in_hand=rows.in_hand,
        reaches=tuple(rows.reaches),
        ready=of.ready,
        subject=Subject(
            country=country,
            subdivision=subdivision,
            zones=zones,
            debtor_type=DebtorType(debtor_type),
            creditor_role=of.role,
            permissions=permissions,
            past=tuple(past),
        ),
        payments_known_through=of.payments_known_through,
        freshness_days=of.freshness_days,
        refused=tuple(rows.refused),
    )
