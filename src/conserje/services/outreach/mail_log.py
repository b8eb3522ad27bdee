# SPDX-License-Identifier: Apache-2.0
"""What left after the backup that these books were restored from, told by something outside them.

Our own record proves that a message was being handed over, so it becomes unsure: it counts as a contact and is never
sent again without a person. A mail server's log, or a person with one, proves that it was taken: accepted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from conserje.data.outreach import hand_over
from conserje.domain.kit.days import local_date
from conserje.services.journal import entry as journal
from conserje.services.outreach import local_day, review
from conserje.services.outreach.outside import Line
from conserje.services.tenancy.act import act

_KEY = re.compile(r"<?([0-9a-f]{32})(?:@[^\s>]+>?|>|\b)")

_BY_KEY = "SELECT id, state, customer_id, handed_at FROM outreach_touch WHERE creditor_id = %s AND key = %s"
_EPISODE = "SELECT id FROM outreach_episode WHERE creditor_id = %s AND customer_id = %s AND closed_at IS NULL"
_BEGIN_EPISODE = """
INSERT INTO outreach_episode (creditor_id, customer_id, opened_at, outcome) VALUES (%s, %s, %s, '') RETURNING id"""
_SAME_STEP = """
SELECT id, state, customer_id, handed_at FROM outreach_touch
 WHERE creditor_id = %s AND customer_id = %s AND episode_id IS NOT DISTINCT FROM %s AND step = %s
   AND state NOT IN ('suppressed', 'failed')"""
# The person first, in case the customer's number went to another since; the customer alone when the address changed.
_WHOM = """
SELECT c.customer_id, c.id, p.id FROM receivables_contactpoint p
  JOIN receivables_contact c ON c.creditor_id = p.creditor_id AND c.id = p.contact_id
 WHERE p.creditor_id = %(creditor)s AND p.kind = 'email'
   AND (p.address_hash = %(person)s OR c.customer_id = %(customer)s)
 ORDER BY (p.address_hash = %(person)s)::int + (c.customer_id = %(customer)s)::int DESC,
          p.address_hash = %(person)s DESC, c.is_usual DESC, c.id, p.id LIMIT 1"""
_INSERT = """
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, contact_id, point_id, key, step, stage, letter,
       purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
VALUES (%(creditor)s, %(customer)s, %(episode)s, %(contact)s, %(point)s, %(key)s, %(step)s, %(stage)s, %(letter)s,
       %(purpose)s, %(channel)s, %(carrier)s, 'planned', %(at)s, %(on)s, '[]', '[]', 'restored', 0, '', %(at)s)
RETURNING id"""
_APPROVED = (
    "UPDATE outreach_touch SET state = 'planned' WHERE creditor_id = %s AND id = %s AND state = 'proposed'"
)
_CLAIMED = """
UPDATE outreach_touch SET state = 'claimed', claim = %s, claim_until = %s WHERE creditor_id = %s AND id = %s"""
_HANDED = """
UPDATE outreach_touch SET state = 'handing_over', handed_at = %s, attempts = attempts + 1
 WHERE creditor_id = %s AND id = %s RETURNING attempts"""
_ENDED = """
UPDATE outreach_touch SET state = %s, reason = 'restored', ended_at = %s, claim = NULL, claim_until = NULL
 WHERE creditor_id = %s AND id = %s"""
_ATTEMPT = """
INSERT INTO outreach_attempt (creditor_id, touch_id, number, claim, started_at, ended_at, outcome, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'restored')"""


def keys_in(lines: Iterable[str]) -> set[str]:
    """The keys of ours in a list of Message-IDs, a mail server's log, or anything else that has them in its lines."""
    return {found[1] for line in lines for found in _KEY.finditer(line)}


@act
def take_in(
    *, creditor_id: int, lines: Iterable[Line], taken: Collection[str], now: datetime
) -> Counter[str]:
    """Write down as made what our own record says left, as accepted where its key is among `taken`.

    Answers counts: "known" to the books already, "unsure", "accepted", and "unmatched" when there is no such customer.
    """
    found: Counter[str] = Counter()
    seen = set()
    for line in sorted(lines, key=lambda one: one.at):
        seen.add(line.key)
        found[_take_in(creditor_id, line, "accepted" if line.key in taken else "unsure", now)] += 1
    for key in sorted(set(taken) - seen):
        found[_accept(creditor_id, key, now)] += 1
    return found


def _take_in(creditor_id: int, line: Line, state: str, now: datetime) -> str:
    held = _one(_BY_KEY, [creditor_id, line.key])
    whom = _one(_WHOM, {"creditor": creditor_id, "person": line.person, "customer": line.customer})
    if held is None and whom is None:
        return "unmatched"
    if held is None:
        assert whom is not None
        episode = _episode(creditor_id, whom[0], line) if line.has_episode else None
        # Taken back and planned anew after the backup: the same step under another key.
        held = _one(_SAME_STEP, [creditor_id, whom[0], episode, line.step])
        held = held or (_insert(creditor_id, line, whom, episode), "planned", whom[0], None)
    touch_id, was, customer_id, handed_at = held
    if was == "unsure" and state == "accepted":
        _run(_ENDED, [state, line.at, creditor_id, touch_id])
    elif was not in ("proposed", "planned") or (handed_at is not None and line.at <= handed_at):
        return "known"
    else:
        _walk(creditor_id, touch_id, (line.at, line.person), state)
    _tell(creditor_id, customer_id, touch_id, state, now)
    return state


def _accept(creditor_id: int, key: str, now: datetime) -> str:
    """A key that only somebody else's list has: the touch must be in the books."""
    held = _one(_BY_KEY, [creditor_id, key])
    if held is None:
        return "unmatched"
    touch_id, was, customer_id, handed_at = held
    if was == "unsure":
        _run(_ENDED, ["accepted", handed_at or now, creditor_id, touch_id])
    elif was in ("proposed", "planned"):
        (person,) = _one(
            "SELECT p.address_hash FROM outreach_touch t JOIN receivables_contactpoint p"
            " ON p.creditor_id = t.creditor_id AND p.id = t.point_id WHERE t.creditor_id = %s AND t.id = %s",
            [creditor_id, touch_id],
        ) or ("",)
        _walk(creditor_id, touch_id, (now, person), "accepted")
    else:
        return "known"
    _tell(creditor_id, customer_id, touch_id, "accepted", now)
    return "accepted"


def _walk(creditor_id: int, touch_id: int, handed: tuple[datetime, str], state: str) -> None:
    """Through the edges that the database allows, as if it had been handed over then."""
    at, person = handed
    claim = uuid4()
    _run(_APPROVED, [creditor_id, touch_id])
    _run(_CLAIMED, [claim, at, creditor_id, touch_id])
    (number,) = _one(_HANDED, [at, creditor_id, touch_id]) or (1,)
    hand_over.count(creditor_id=creditor_id, touch_id=touch_id, hashes=[person])
    _run(_ENDED, [state, at, creditor_id, touch_id])
    _run(_ATTEMPT, [creditor_id, touch_id, number, claim, at, at, state])


def _episode(creditor_id: int, customer_id: int, line: Line) -> int:
    found = _one(_EPISODE, [creditor_id, customer_id]) or _one(
        _BEGIN_EPISODE, [creditor_id, customer_id, line.at]
    )
    assert found is not None
    return int(found[0])


def _insert(creditor_id: int, line: Line, whom: tuple[Any, ...], episode: int | None) -> int:
    customer_id, contact_id, point_id = whom
    zones = local_day.zones(creditor_id=creditor_id, customer_ids=[customer_id])
    found = _one(
        _INSERT,
        {
            "creditor": creditor_id,
            "customer": customer_id,
            "episode": episode,
            "contact": contact_id,
            "point": point_id,
            "key": line.key,
            "step": line.step,
            "stage": line.stage,
            "letter": line.letter,
            "purpose": line.purpose,
            "channel": line.channel,
            "carrier": line.carrier,
            "at": line.at,
            "on": local_date(line.at, zones[customer_id]),
        },
    )
    assert found is not None
    return int(found[0])


def _tell(creditor_id: int, customer_id: int, touch_id: int, state: str, now: datetime) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.touch.{state}",
                actor="system",
                customer_id=customer_id,
                subject_kind="touch",
                subject_id=touch_id,
                payload={"reason": "restored"},
            )
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason="touch.restored")


def _one(query: str, asked: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _run(query: str, asked: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
