# SPDX-License-Identifier: Apache-2.0
"""Letters that a reader asked for on the portal: a code, a fresh link. An answer to them, and nothing is claimed in it.

They leave as every letter does: planned here, claimed, judged again and marked by the one gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from conserje.data.outreach.letters import TouchFacts
from conserje.data.receivables.models import Customer
from conserje.domain.kit.days import local_date
from conserje.domain.ports.channel import Channel
from conserje.services.outreach import address as addresses
from conserje.services.outreach import local_day, portal_link
from conserje.services.outreach.carrying import carrier_names
from conserje.services.tenancy.act import act, step
from conserje.services.tenancy.queue import enqueue

CODE, LINK = "code", "link_again"
LETTERS = (CODE, LINK)
# Who asked waits before the screen: what could not leave by then answers nothing any more.
WAITED = timedelta(minutes=30)
# At most so many of each letter leave for one customer within `SPAN`.
MOST, SPAN = 3, timedelta(hours=1)

_INSERT = """
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, contact_id, point_id, key, step, stage, letter,
       purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT %(creditor)s, %(customer)s, NULL, p.contact_id, p.id, %(key)s, %(step)s, 'closing', %(letter)s,
       'requested_info', 'email', %(carrier)s, 'planned', %(now)s, %(on)s, '[]', '[]', '', 0, '', %(now)s
  FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %(creditor)s AND p.id = %(point)s AND c.customer_id = %(customer)s
RETURNING id"""

_LATELY = """
SELECT count(*) FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND customer_id = %(customer)s AND episode_id IS NULL AND letter = %(letter)s
   AND created_at > %(since)s"""


class TooMany(Exception):
    """As many of this letter as may leave within the hour were asked for already."""


class NoCarrier(Exception):
    """The creditor has nothing that carries e-mail, or the address is not this customer's."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letter (one of `LETTERS`), for which customer, to which of their addresses."""

    customer_id: int
    point_id: int
    letter: str


@step
def plan(*, creditor_id: int, wanted: Wanted, now: datetime) -> int:
    """Plan a letter to leave at once; returns its touch. Its caller holds the customer.

    Raises `TooMany` and `NoCarrier`.
    """
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "customer": wanted.customer_id,
        "point": wanted.point_id,
        "letter": wanted.letter,
        "since": now - SPAN,
        "now": now,
    }
    if _rows(_LATELY, asked)[0][0] >= MOST:
        raise TooMany
    zone = local_day.zones(creditor_id=creditor_id, customer_ids=[wanted.customer_id])
    asked["carrier"] = carrier_names(creditor_id=creditor_id).get(Channel.EMAIL)
    asked["on"] = local_date(now, zone.get(wanted.customer_id, "UTC"))
    asked["key"] = uuid4().hex
    asked["step"] = f"{wanted.letter}:{asked['key'][:20]}"
    made = _rows(_INSERT, asked) if asked["carrier"] is not None else []
    if not made:
        raise NoCarrier
    enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)
    return int(made[0][0])


@act
def link_again(*, creditor_id: int, token: str, now: datetime) -> None:
    """Send a fresh link to where an old one was sent; nothing happens when that is nowhere, or too often."""
    opened = portal_link.ever(creditor_id=creditor_id, token=token)
    if opened is None:
        return
    Customer.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=opened.customer_id)
    found = addresses.of_link(creditor_id=creditor_id, link_id=opened.link_id)
    if found is None or not found.allowed:
        return
    with suppress(TooMany, NoCarrier):
        plan(creditor_id=creditor_id, wanted=Wanted(opened.customer_id, found.point_id, LINK), now=now)


def still_wanted(touch: TouchFacts, *, now: datetime) -> bool:
    """Whether a touch is a letter that a reader asked for and still waits for."""
    return touch.episode_id is None and touch.letter in LETTERS and now < touch.planned_at + WAITED


def codes_among(touches: Sequence[TouchFacts]) -> list[int]:
    """The touches that carry a code."""
    return [touch.id for touch in touches if touch.episode_id is None and touch.letter == CODE]


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
