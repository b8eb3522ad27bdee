# SPDX-License-Identifier: Apache-2.0
"""Cases of a chunk of customers, gathered in a fixed number of queries whatever the number of customers and invoices.

Everything here runs inside the creditor's context; `now` bounds what is read of the past, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from conserje.data.outreach import dues, past_contacts
from conserje.data.outreach.letters import loads
from conserje.data.tenancy import planned
from conserje.data.tenancy.bulk import array
from conserje.domain.kit.canonical import build
from conserje.domain.kit.days import is_zone, local_date
from conserje.domain.outreach.case import Block, BlockKind, Case, Due, InHand, Made, Reach
from conserje.domain.outreach.strategy import BUSINESS, SHOPPERS
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import (
    Consent,
    CreditorRole,
    DebtorType,
    Particulars,
    PastContact,
    Permission,
    RecipientRole,
    Subject,
)
from conserje.domain.rules.own import OwnRule, wished
from conserje.domain.rules.vocabulary import Condition

_CHANNEL = {item.value: item for item in Channel}
_CONSENT = {item.value: item for item in Consent}
_PERSON_TYPE = {item.value: item for item in DebtorType}
_STATE = {item.value: item for item in Condition}
_DUE = frozenset({"due", "due_card"})
_BLOCK = {item.value: item for item in BlockKind}
# What an address of each kind can carry; SMS and WhatsApp share a number, the permission tells them apart.
_CHANNELS_OF_KIND = {"email": (Channel.EMAIL,), "phone": (Channel.WHATSAPP, Channel.SMS, Channel.CALL)}

# One row for each address, or one alone for a customer without any. The usual contact comes first.
_PEOPLE = """
SELECT u.id, u.kind, u.debtor_type, u.country, u.subdivision, u.time_zone, p.id, c.id, p.kind, c.role, c.is_usual,
       c.time_zone, p.address_hash, p.unusable_since IS NULL,
       array(SELECT s.channel FROM outreach_suppression s
              WHERE s.creditor_id = p.creditor_id AND s.address_hash = p.address_hash AND s.lifted_at IS NULL),
       EXISTS (SELECT 1 FROM outreach_wrongaddress w WHERE w.person_hash = p.address_hash AND w.lifted_at IS NULL),
       h.from_hour, h.to_hour
  FROM receivables_customer u
  LEFT JOIN receivables_contact c ON c.creditor_id = u.creditor_id AND c.customer_id = u.id
  LEFT JOIN receivables_contactpoint p ON p.creditor_id = c.creditor_id AND p.contact_id = c.id
  LEFT JOIN outreach_contacthours h ON h.creditor_id = u.creditor_id AND h.customer_id = u.id AND h.ended_at IS NULL
 WHERE u.creditor_id = %(creditor)s AND u.id = ANY(%(ids)s::bigint[])
 ORDER BY u.id, c.is_usual DESC, c.id, p.id"""

_PERMISSIONS = """
SELECT DISTINCT ON (customer_id, channel) customer_id, channel, consent, id
  FROM outreach_permission WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s)
 ORDER BY customer_id, channel, stated_at DESC, id DESC"""

# What is owed and what of it is left alone, in one shape: (customer, kind, invoice, number, day, currency, amount,
# and of an instalment the last day in time).
# In place of a currency a hold has its reason. What is due by card is of a subscription or an order. A voucher is
# believed through the day after its last one, when the counter has told; a bank that confirms, and a charge by mandate
# without an answer, which may have been taken, for the five days in which the gateway is asked again. A plan that waits
# for an answer leaves its invoices alone, one that was referred to a person for so many days: then they are reminded of
# again.
REFERRED_DAYS = 14
_OWED = f"""
SELECT customer_id, CASE kind WHEN 'invoice' THEN 'due' ELSE 'due_card' END AS kind, invoice_id,
       position::bigint AS number, due_on AS day, currency, open_part AS amount_minor, late_after
  FROM ({dues.OPEN}) open_dues
UNION ALL
SELECT customer_id, CASE reason WHEN 'charging_again' THEN 'retrying' ELSE 'hold' END, invoice_id, id, until, reason,
       NULL, NULL
  FROM outreach_hold WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND released_at IS NULL
UNION ALL
SELECT customer_id, 'promise', invoice_id, id, promised_on + grace_days, NULL, NULL, NULL
  FROM arrangements_promisetopay WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND state = 'open'
UNION ALL
SELECT customer_id, 'claimed_paid', invoice_id, id, NULL, NULL, NULL, NULL
  FROM arrangements_paymentclaim WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND answered_at IS NULL
UNION ALL
SELECT i.customer_id, 'dispute', d.invoice_id, d.id, NULL, NULL, d.amount_minor, NULL
  FROM arrangements_dispute d JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE d.creditor_id = %(creditor)s AND i.customer_id = ANY(%(ids)s) AND d.closed_at IS NULL
UNION ALL
SELECT k.customer_id,
       CASE WHEN k.contested THEN 'contested' WHEN k.state = 'quarantined' THEN 'doubted' ELSE 'paying' END,
       l.invoice_id, k.id,
       CASE WHEN k.contested OR k.state = 'quarantined' THEN NULL
            WHEN k.state = 'waiting' AND k.until_on IS NOT NULL THEN k.until_on + 1
            ELSE (k.created_at AT TIME ZONE 'UTC')::date + 5 END, NULL, l.amount_minor, NULL
  FROM receivables_checkout k JOIN receivables_checkoutline l ON l.creditor_id = k.creditor_id AND l.checkout_id = k.id
 WHERE k.creditor_id = %(creditor)s AND k.customer_id = ANY(%(ids)s)
   AND (k.state IN ('processing', 'waiting') OR k.contested OR (k.state = 'unknown' AND k.mandate_id IS NOT NULL)
        OR (k.state = 'quarantined' AND k.doubt_decided_at IS NULL))
UNION ALL
SELECT p.customer_id, 'plan', x.invoice_id, p.id,
       CASE WHEN p.state = 'offered' THEN p.offered_until
            WHEN p.state = 'active' THEN p.referred_at::date + {REFERRED_DAYS} END, NULL, NULL, NULL
  FROM arrangements_paymentplan p
  JOIN arrangements_planinvoice x ON x.creditor_id = p.creditor_id AND x.plan_id = p.id
 WHERE p.creditor_id = %(creditor)s AND p.customer_id = ANY(%(ids)s)
   AND (p.state IN ('proposed', 'offered') OR (p.state = 'active' AND p.referred_at IS NOT NULL))
UNION ALL
SELECT a.customer_id, 'agreement', l.invoice_id, a.id, a.pay_by + a.grace_days, NULL, NULL, NULL
  FROM arrangements_agreement a
  JOIN arrangements_agreementinvoice l ON l.creditor_id = a.creditor_id AND l.agreement_id = a.id
 WHERE a.creditor_id = %(creditor)s AND a.customer_id = ANY(%(ids)s) AND a.state = 'accepted'
UNION ALL
SELECT customer_id, 'enquiry', NULL, id, NULL, NULL, NULL, NULL FROM arrangements_enquiry
 WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(ids)s) AND answered_at IS NULL AND kind <> 'wrong_person'
ORDER BY 1, 2, 5, 3, 4"""  # noqa: S608 - our own text

_TOUCHES = """
SELECT e.customer_id, e.id, t.id, t.step, t.state, t.channel, t.contact_id, t.point_id, t.planned_at,
       coalesce(t.handed_at, t.planned_at), t.perhaps_read
  FROM outreach_episode e
  LEFT JOIN outreach_touch t ON t.creditor_id = e.creditor_id AND t.customer_id = e.customer_id
   AND t.episode_id = e.id AND (t.state <> 'suppressed' OR t.perhaps_read OR t.reason = 'refused_by_person')
 WHERE e.creditor_id = %(creditor)s AND e.customer_id = ANY(%(ids)s) AND e.closed_at IS NULL
 ORDER BY e.customer_id, 10, t.id"""

_STANDING = """
SELECT c.time_zone, c.role, c.country, f.through_on, coalesce(f.days, 0),
       array(SELECT adapter FROM integrations_connection
              WHERE creditor_id = c.id AND kind = 'channel' AND ended_at IS NULL ORDER BY adapter),
       array(SELECT channel FROM outreach_senderstop WHERE creditor_id = c.id AND lifted_at IS NULL),
       (SELECT jsonb_object_agg(serves, content) FROM outreach_strategyversion WHERE creditor_id = c.id AND in_force),
       (SELECT json_agg(json_build_object('id', o.id, 'by', o.placed_by, 'since', o.since, 'until', o.until,
                 'relaxes', o.relaxes, 'value', o.value, 'channels', o.channels, 'shut', o.shut, 'at_most', o.at_most,
                 'per', o.per, 'gap_days', o.gap_days) ORDER BY o.id)
          FROM outreach_lawoverride o WHERE o.creditor_id = c.id AND o.ended_at IS NULL)
  FROM tenancy_creditor c
  LEFT JOIN (SELECT creditor_id, min(recorded_through_on) AS through_on, min(limit_business_days) AS days
               FROM receivables_freshness WHERE creditor_id = %(creditor)s GROUP BY 1) f ON f.creditor_id = c.id
 WHERE c.id = %(creditor)s"""


@dataclass(slots=True)
class _Gathered:
    """Rows of one customer before they become a case; `customer` is its own: kind, type, country, part of it, zone."""

    customer: Sequence[Any]
    dues: list[Due] = field(default_factory=list)
    due_kinds: set[str] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    stopped: set[Channel] = field(default_factory=set)
    states: set[Condition] = field(default_factory=set)
    episode_id: int | None = None
    made: list[Made] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    in_hand: InHand | None = None
    hours: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a creditor as a whole while its customers are judged.

    `carriers` names the first carrier of each channel that is set up, `strategy` is the stored form of the version in
    force, None when there is none. `particulars` hold for each customer who owes, `settled` for one who does not.
    """

    creditor_id: int
    zone: str
    role: CreditorRole
    ready: frozenset[Channel]
    payments_known_through: date | None
    freshness_days: int
    carriers: Mapping[Channel, str]
    strategy: Mapping[str, Any] | None
    particulars: Particulars
    settled: Particulars
    own: tuple[OwnRule, ...] = ()


def standing(*, creditor_id: int, channel_of: Callable[[str], Channel | None]) -> Standing:
    """The creditor's zone, role, freshness and the channels that have a carrier and are not stopped. One query.

    `channel_of` tells the channel of an installed carrier by name, None when it is not installed.
    """
    (found,) = planned.rows(_STANDING, {"creditor": creditor_id})
    zone, role, country, known, limit, adapters, stopped, content, own = found
    carried: dict[Channel, str] = {}
    for name in adapters:
        channel = channel_of(name)
        if channel is not None:
            carried.setdefault(channel, name)
    ready = frozenset(channel for channel in carried if channel.value not in stopped)
    return Standing(
        creditor_id=creditor_id,
        zone=zone,
        role=CreditorRole(role),
        ready=frozenset() if "" in stopped else ready,
        payments_known_through=known,
        freshness_days=int(limit),
        carriers=carried,
        strategy=loads(content),
        particulars=Particulars(creditor_place=country),
        settled=Particulars(creditor_place=country, states=frozenset({Condition.PAID})),
        own=tuple(build(OwnRule, item) for item in loads(own) or ()),
    )


def cases(*, of: Standing, customer_ids: Sequence[int], now: datetime) -> list[Case]:
    """One case for each id, in the order given; ids that are not the creditor's are left out. Five queries."""
    of = replace(of, own=_own_on(of.own, local_date(now, of.zone)))
    asked: dict[str, Any] = {"creditor": of.creditor_id, "ids": array(customer_ids)}
    found: dict[int, _Gathered] = {}
    ask = planned.rows if len(customer_ids) == 1 else planned.anew
    for row in ask(_PEOPLE, asked):
        rows = found.get(row[0])
        if rows is None:
            rows = found[row[0]] = _Gathered(row[1:6], hours=None if row[16] is None else row[16:18])
        if row[6] is not None:
            _reach(rows, row)
    for customer_id, kind, invoice_id, number, day, currency, minor, late_after in ask(_OWED, asked):
        if kind in _DUE:
            found[customer_id].dues.append(Due(invoice_id, number, day, currency, minor, late_after))
            found[customer_id].due_kinds.add(kind)
        else:
            found[customer_id].blocks.append(Block(_BLOCK[kind], number, invoice_id, minor, day))
            if currency in _STATE and invoice_id is None and day is None:
                found[customer_id].states.add(_STATE[currency])
    for customer_id, name, consent, ref in ask(_PERMISSIONS, asked):
        found[customer_id].permissions.append(Permission(_CHANNEL[name], _CONSENT[consent], str(ref)))
    for row in ask(_TOUCHES, asked):
        _touch(found[row[0]], row, of.zone)
    hashes = {key: rows.hashes for key, rows in found.items()}
    ledger = past_contacts.of_many(ask, creditor_id=of.creditor_id, hashes=hashes, now=now)
    return [
        _case(of, customer_id, found[customer_id], ledger.get(customer_id, ()))
        for customer_id in customer_ids
        if customer_id in found
    ]


def _own_on(rules: Sequence[OwnRule], today: date) -> tuple[OwnRule, ...]:
    """Those that may still hold somewhere; another reading of a question holds from its own day on, everywhere."""
    left = [rule for rule in rules if rule.until is None or rule.until >= today - timedelta(days=1)]
    return tuple(rule for rule in left if not rule.value or rule.since <= today <= (rule.until or today))


def _reach(into: _Gathered, row: Sequence[Any]) -> None:
    point_id, contact_id, point_kind, role, usual, zone, address_hash, usable, suppressed, wrong = row[6:16]
    into.hashes.append(address_hash)
    if zone and usual:
        into.zones.append(zone)
    if row[1] != "person":
        recipient = RecipientRole.AUTHORISED_REP
    else:
        recipient = RecipientRole.DEBTOR if usual or role == "owner" else RecipientRole.OTHER_THIRD_PARTY
    for channel in _CHANNELS_OF_KIND[point_kind]:
        if wrong:
            continue
        if channel.value in suppressed:
            into.stopped.add(channel)
        elif usable:
            into.reaches.append(Reach(contact_id, point_id, channel, role, recipient, usual))


def _touch(into: _Gathered, row: Sequence[Any], zone: str) -> None:
    _, into.episode_id, touch_id, step, state, channel, contact_id, point_id, planned_at, at, perhaps_read = (
        row
    )
    if touch_id is None:
        return
    if state in ("proposed", "planned", "claimed", "handing_over"):
        into.in_hand = InHand(touch_id, step, _CHANNEL[channel], contact_id, point_id, planned_at, state)
    elif state == "suppressed" and not perhaps_read:
        into.refused.append(step)
    else:
        counted = state != "failed" or perhaps_read
        into.made.append(Made(step, at, local_date(at, zone), _CHANNEL[channel], counted))


def _particulars(of: Standing, rows: _Gathered, made: Sequence[PastContact]) -> Particulars:
    """What the rows know of the customer's debts; one object for all of whom they know the same.

    The debts are named only beside contacts that were about some of them: without those nothing is counted by debt.
    """
    if not rows.dues and not rows.blocks:
        return of.settled
    debts: tuple[str, ...] = ()
    if any(item.circumstances is not None and item.circumstances.debts for item in made):
        debts = tuple(str(number) for number in dict.fromkeys([due.invoice_id for due in rows.dues]))
    states = frozenset(rows.states)
    if rows.blocks and _all_disputed(rows):
        states |= {Condition.DISPUTED}
    if not debts and not states:
        return of.particulars
    return replace(of.particulars, debts=debts, states=states)


def _all_disputed(rows: _Gathered) -> bool:
    """Whether nothing that is open is free of dispute; of a debt disputed in part the rest is chased."""
    disputed: dict[int | None, int] = defaultdict(int)
    for block in rows.blocks:
        if block.kind is BlockKind.DISPUTE:
            disputed[block.invoice_id] += block.amount_minor or 0
    for due in rows.dues:
        disputed[due.invoice_id] -= due.open_minor
    return bool(rows.dues) and min(disputed.values()) >= 0


def _case(of: Standing, customer_id: int, rows: _Gathered, made: Sequence[PastContact]) -> Case:
    _, debtor_type, country, subdivision, time_zone = rows.customer
    zones = tuple(dict.fromkeys([zone for zone in (time_zone, *rows.zones) if zone]))
    permissions = rows.permissions
    if rows.stopped:
        silent = rows.stopped - {reach.channel for reach in rows.reaches}
        permissions = [
            Permission(item.channel, Consent.REVOKED, item.evidence) if item.channel in silent else item
            for item in permissions
        ]
    if len(rows.due_kinds) > 1:
        rows.dues.sort(key=lambda due: (due.due_on, due.invoice_id, due.position))
    if len(rows.blocks) > 1:
        rows.blocks.sort(key=lambda block: (block.kind.value, block.ref))
    subject = Subject(
        country,
        subdivision,
        zones,
        _PERSON_TYPE[debtor_type],
        of.role,
        tuple(permissions),
        tuple(made),
        particulars=_particulars(of, rows, made),
    )
    return Case(
        customer_id,
        next((zone for zone in zones if is_zone(zone)), of.zone),
        tuple(rows.dues),
        tuple(rows.blocks),
        rows.episode_id,
        tuple(rows.made),
        rows.in_hand,
        tuple(rows.reaches),
        of.ready,
        subject,
        of.payments_known_through,
        of.freshness_days,
        tuple(rows.refused),
        of.own if rows.hours is None else (*of.own, wished(from_hour=rows.hours[0], to_hour=rows.hours[1])),
        SHOPPERS if rows.due_kinds == {"due_card"} else BUSINESS,
    )
