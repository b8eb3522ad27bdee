# SPDX-License-Identifier: Apache-2.0
"""The compare-and-set edges of sending. Leases go by the database's clock; every edge is fenced by the claim.

The two fences around a hand-over are functions of the database (`hand_over.sql`), one round trip and one commit each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from conserje.data.tenancy.context import alone
from conserje.domain.rules.facts import Circumstances, PastContact

# Longer than a turn may send (30 s) and the carrier's two halves of a hand-over (30 s each) together, so that no worker
# that lives loses its claim; short enough that the work of a dead one resumes within two minutes.
LEASE_SECONDS = 100
# The fuse: more than these to one customer within an hour cannot be right.
MESSAGES_AN_HOUR = 3
# A touch that so many workers in a row died or failed with is parked.
STRIKES_MAX = 5

# Found once, then taken: as a plain subquery it may be run again for each row, and takes more than its limit.
_DUE = """
WITH due AS MATERIALIZED (
   SELECT t.id FROM outreach_touch t
    WHERE t.creditor_id = %(creditor)s AND t.state = 'planned' AND t.planned_at <= %(now)s
      AND coalesce(t.retry_at, t.planned_at) <= %(now)s
      AND NOT EXISTS (SELECT 1 FROM outreach_senderstop s
                       WHERE s.creditor_id = t.creditor_id AND s.lifted_at IS NULL AND s.channel IN ('', t.channel))
      AND NOT EXISTS (SELECT 1 FROM tenancy_creditor c WHERE c.id = t.creditor_id AND (c.sending_paused_at IS NOT NULL
                         OR c.restored_at IS NOT NULL AND t.approved_by = ''))
"""
_TAKE = """
UPDATE outreach_touch t SET state = 'claimed', claim = %(claim)s,
       claim_until = clock_timestamp() + make_interval(secs => %(lease)s)
  FROM due WHERE t.creditor_id = %(creditor)s AND t.id = due.id
RETURNING t.id, t.carrier"""
_CLAIM = f"""{_DUE}
      AND t.strikes = 0 ORDER BY t.planned_at, t.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
{_TAKE}"""
# What workers died or failed with travels alone and last: it can stop nobody else.
_CLAIM_ALONE = f"""{_DUE}
      AND t.strikes > 0 ORDER BY t.strikes, t.planned_at, t.id LIMIT 1 FOR UPDATE SKIP LOCKED)
{_TAKE}"""

_MARK = (
    "outreach_mark(act.id, %(id)s, %(claim)s, %(version)s, %(past)s, %(since)s, %(hashes)s::text[], %(now)s,"
    " %(lease)s, %(most)s)"
)

_RECORD = (
    "outreach_record({creditor}, %(id)s, %(claim)s, %(state)s, %(reason)s, %(retry_at)s, %(now)s, %(detail)s,"
    " %(unreached)s, %(journal)s::jsonb)"
)
_RECORD_ALONE = _RECORD.format(creditor="act.id")
_RECORD_WITHIN = "SELECT " + _RECORD.format(creditor="%(creditor)s")

_FROM_CLAIMED = """
UPDATE outreach_touch SET state = %(state)s, reason = %(reason)s, claim = NULL, claim_until = NULL,
       planned_at = coalesce(%(planned_at)s, planned_at), planned_on = coalesce(%(planned_on)s, planned_on),
       retry_at = %(retry_at)s, ended_at = %(ended_at)s, attempts = attempts + %(tried)s
 WHERE creditor_id = %(creditor)s AND id = %(id)s AND state = 'claimed' AND claim = %(claim)s"""

_GIVE_BACK = """
UPDATE outreach_touch SET state = 'planned', claim = NULL, claim_until = NULL
 WHERE creditor_id = %(creditor)s AND state = 'claimed' AND claim = %(claim)s RETURNING id"""

# The first strike costs nothing but company; each further one a minute more.
_STRIKE = """
UPDATE outreach_touch SET state = 'planned', claim = NULL, claim_until = NULL, strikes = strikes + 1,
       reason = %(reason)s, retry_at = %(now)s + make_interval(mins => strikes)
 WHERE creditor_id = %(creditor)s AND state = 'claimed' AND claim = %(claim)s AND id = ANY(%(ids)s)
RETURNING id, customer_id, strikes"""

# What a worker has just taken is left to it: no waiting here, so that nobody waits for nobody.
_SUPPRESS = """
UPDATE outreach_touch t SET state = 'suppressed', reason = d.reason, ended_at = %(now)s
  FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS d(id, reason)
 WHERE t.creditor_id = %(creditor)s AND t.id = d.id AND t.id IN (
   SELECT s.id FROM outreach_touch s WHERE s.creditor_id = %(creditor)s AND s.id = ANY(%(ids)s)
      AND s.state IN ('proposed', 'planned') FOR UPDATE SKIP LOCKED)
RETURNING t.id"""

_BEGIN_REFUSED = """
WITH begun AS (
  UPDATE outreach_touch SET state = 'handing_over', handed_at = %(now)s, attempts = attempts + 1
   WHERE creditor_id = %(creditor)s AND id = %(id)s AND state = 'claimed' AND claim = %(claim)s
  RETURNING attempts)
INSERT INTO outreach_attempt (creditor_id, touch_id, number, claim, started_at, outcome, detail)
SELECT %(creditor)s, %(id)s, attempts, %(claim)s, %(now)s, '', '' FROM begun RETURNING number"""

_LAST_STRIKE = """
SELECT id FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND state = 'claimed' AND strikes + 1 >= %(most)s
   AND CASE WHEN %(claim)s::uuid IS NULL THEN claim_until < clock_timestamp() ELSE claim = %(claim)s END
   AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s)) ORDER BY id FOR UPDATE SKIP LOCKED"""

# Without a claim: those whose lease has run out.
_BEGIN_PARKING = """
UPDATE outreach_touch SET state = 'handing_over'
 WHERE creditor_id = %(creditor)s AND state = 'claimed' AND id = ANY(%(ids)s)
   AND CASE WHEN %(claim)s::uuid IS NULL THEN claim_until < clock_timestamp() ELSE claim = %(claim)s END RETURNING id"""

_PARK = """
UPDATE outreach_touch SET state = 'failed', reason = %(reason)s, claim = NULL, claim_until = NULL, ended_at = %(now)s,
       strikes = strikes + 1
 WHERE creditor_id = %(creditor)s AND state = 'handing_over' AND id = ANY(%(ids)s)
RETURNING id, customer_id, strikes"""

_COUNT = """
INSERT INTO outreach_contactrecord
       (organisation_id, creditor_id, person_hash, customer_id, touch_id, channel, purpose, outcome, at, debts,
        inbound, place)
SELECT c.organisation_id, t.creditor_id, h.hash, t.customer_id, t.id, t.channel, t.purpose, 'attempted', t.handed_at,
       outreach_debts(t.asked), false, 'personal'
  FROM outreach_touch t JOIN tenancy_creditor c ON c.id = t.creditor_id, unnest(%(hashes)s::text[]) AS h(hash)
 WHERE t.creditor_id = %(creditor)s AND t.id = %(id)s
ON CONFLICT (creditor_id, touch_id, person_hash) DO UPDATE SET outcome = 'attempted', at = excluded.at"""

_NOT_REACHED = """
UPDATE outreach_contactrecord SET outcome = 'failed_before' WHERE creditor_id = %(creditor)s AND touch_id = %(id)s"""

_REAP = """
UPDATE outreach_touch SET state = CASE state WHEN 'claimed' THEN 'planned' ELSE 'unsure' END,
       reason = CASE state WHEN 'claimed' THEN reason ELSE 'worker_lost' END,
       strikes = strikes + (state = 'claimed')::int,
       retry_at = CASE state WHEN 'claimed' THEN %(now)s + make_interval(mins => strikes) ELSE retry_at END,
       claim = NULL, claim_until = NULL, ended_at = CASE state WHEN 'claimed' THEN NULL ELSE %(now)s END
 WHERE creditor_id = %(creditor)s AND id IN (
   SELECT id FROM outreach_touch
    WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over') AND claim_until < clock_timestamp()
    ORDER BY id FOR UPDATE SKIP LOCKED)
RETURNING id, customer_id, state"""

_ABANDONED = """
SELECT id FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over')
   AND claim_until < clock_timestamp() - %(patience)s ORDER BY id"""

_END_LOST = """
UPDATE outreach_attempt SET ended_at = %(now)s, outcome = 'unsure', detail = 'worker_lost'
 WHERE creditor_id = %(creditor)s AND touch_id = ANY(%(ids)s) AND ended_at IS NULL"""

_FAILURES = """
SELECT count(*) FILTER (WHERE outcome <> 'accepted'), count(*) FROM (
  SELECT a.outcome FROM outreach_attempt a
    JOIN outreach_touch t ON t.creditor_id = a.creditor_id AND t.id = a.touch_id
   WHERE a.creditor_id = %(creditor)s AND t.channel = %(channel)s AND a.outcome <> ''
     AND a.started_at > greatest(%(since)s, (
       SELECT max(s.lifted_at) FROM outreach_senderstop s
        WHERE s.creditor_id = a.creditor_id AND s.channel IN ('', t.channel)))
   ORDER BY a.id DESC LIMIT %(last)s) of_late"""

_LAPSES = """
SELECT ceil(extract(epoch FROM min(claim_until) - clock_timestamp()))::int FROM outreach_touch
 WHERE creditor_id = %(creditor)s AND state IN ('claimed', 'handing_over')"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_USUAL = Circumstances()


@dataclass(frozen=True, slots=True)
class Fence:
    """What must still be so when a claimed touch is marked.

    `version` is the customer's event count and `past` the contacts that it was judged by (`told`), read back to
    `since`; `hashes` are the people it reaches.
    """

    touch_id: int
    token: UUID
    version: int
    past: str
    since: datetime
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a touch that was handed over: its state, why, and what is written beside it.

    `unreached`: proven to have reached nobody. `journal` is the JSON of its journal entries.
    """

    state: str
    reason: str
    retry_at: datetime | None
    detail: str
    unreached: bool
    journal: str


def told(past: Sequence[PastContact]) -> str:
    """Past contacts as the database's `outreach_past` tells them."""
    return ",".join(
        f"{(item.at - _EPOCH) // timedelta(microseconds=1)} {item.channel} {item.purpose} {item.outcome}"
        f" {_known(item.circumstances or _USUAL)}"
        for item in past
    )


@lru_cache(maxsize=4096)
def _known(circumstances: Circumstances) -> str:
    """The circumstances of a past contact in the words of `outreach_past`."""
    whose = "other" if circumstances.elsewhere_creditor else "own"
    begun = "in" if circumstances.inbound else "out"
    return f"{'+'.join(circumstances.debts)} {whose} {begun} {circumstances.place}"


def claim(*, creditor_id: int, token: UUID, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Take up to `limit` planned touches that are due at `now`, or one that workers failed with; (id, carrier)."""
    asked = {"creditor": creditor_id, "claim": token, "lease": LEASE_SECONDS, "now": now, "limit": limit}
    return _run(_CLAIM, asked) or _run(_CLAIM_ALONE, asked)


def mark(*, creditor_id: int, fence: Fence, now: datetime) -> str:
    """The last fence, committed when this returns: "marked", or "met", "fuse" or "not_any_more" and nothing written.

    Raises `RuntimeError` inside a transaction: a mark that is not committed fences nothing.
    """
    asked = {
        "id": fence.touch_id,
        "claim": fence.token,
        "version": fence.version,
        "past": fence.past,
        "since": fence.since,
        "hashes": list(fence.hashes),
        "now": now,
        "lease": LEASE_SECONDS,
        "most": MESSAGES_AN_HOUR,
    }
    return str(alone(creditor_id=creditor_id, call=_MARK, asked=asked))


def record(*, creditor_id: int, touch_id: int, token: UUID, answer: Answer, now: datetime) -> bool:
    """Write the answer to a touch that is being handed over; False when the claim was lost.

    Outside a transaction it is committed when this returns. Of an acceptance the server is not asked to force it to
    the disk: the next mark does, and what is lost with the machine before that is unsure, because its mark was forced.
    """
    asked: dict[str, Any] = {
        "id": touch_id,
        "claim": token,
        "state": answer.state,
        "reason": answer.reason,
        "retry_at": answer.retry_at,
        "detail": answer.detail,
        "unreached": answer.unreached,
        "journal": answer.journal,
        "now": now,
    }
    if not connection.in_atomic_block:
        forced = answer.state != "accepted"
        return bool(alone(creditor_id=creditor_id, call=_RECORD_ALONE, asked=asked, forced=forced))
    return bool(_run(_RECORD_WITHIN, {**asked, "creditor": creditor_id})[0][0])


def begin_refused(*, creditor_id: int, touch_id: int, token: UUID, now: datetime) -> bool:
    """Begin the attempt of a touch that was refused before the point of no return, so that `record` can end it."""
    return bool(_run(_BEGIN_REFUSED, {"creditor": creditor_id, "id": touch_id, "claim": token, "now": now}))


def leave_claimed(*, creditor_id: int, touch_id: int, token: UUID, to: dict[str, Any]) -> bool:
    """From claimed to planned (with its new moment) or suppressed. False when the claim was lost.

    `tried` is 1 when a carrier was asked and refused before anything was handed over.
    """
    usual: dict[str, Any] = dict.fromkeys(("planned_at", "planned_on", "retry_at", "ended_at"))
    usual |= {"reason": "", "tried": 0}
    return bool(_run(_FROM_CLAIMED, {**usual, **to, "creditor": creditor_id, "id": touch_id, "claim": token}))


def give_back(*, creditor_id: int, token: UUID) -> int:
    """Everything still claimed under `token` is planned again, untouched; answers how many."""
    return len(_run(_GIVE_BACK, {"creditor": creditor_id, "claim": token}))


def strike(
    *, creditor_id: int, token: UUID, touch_ids: Sequence[int], reason: str, now: datetime
) -> list[tuple[int, int, int]]:
    """These are planned again after their worker failed with them; answers (id, customer, strikes)."""
    asked = {"creditor": creditor_id, "claim": token, "ids": list(touch_ids), "reason": reason, "now": now}
    return _run(_STRIKE, asked)


def park(
    *, creditor_id: int, token: UUID | None, touch_ids: Sequence[int], reason: str, now: datetime
) -> list[tuple[int, int, int]]:
    """Give claimed touches up, of `token` or without one of lost workers; answers (id, customer, strikes)."""
    asked = {
        "creditor": creditor_id,
        "claim": token,
        "ids": list(touch_ids),
        "reason": reason,
        "now": now,
    }
    begun = [touch_id for (touch_id,) in _run(_BEGIN_PARKING, asked)] if touch_ids else []
    return _run(_PARK, {**asked, "ids": begun}) if begun else []


def count(*, creditor_id: int, touch_id: int, hashes: Sequence[str]) -> None:
    """Enter a touch that is being handed over, and so may reach these people, in the organisation's contact ledger."""
    _run(_COUNT, {"creditor": creditor_id, "id": touch_id, "hashes": list(hashes)})


def not_reached(*, creditor_id: int, touch_id: int) -> None:
    """It is proven that the touch reached nobody: it uses none of their caps."""
    _run(_NOT_REACHED, {"creditor": creditor_id, "id": touch_id})


def suppress(*, creditor_id: int, reasons: dict[int, str], now: datetime) -> set[int]:
    """Suppress touches that no worker has taken, by id with their reasons; answers those that were."""
    asked = {"creditor": creditor_id, "ids": list(reasons), "reasons": list(reasons.values()), "now": now}
    return {touch_id for (touch_id,) in _run(_SUPPRESS, asked)} if reasons else set()


def at_last_strike(
    *, creditor_id: int, token: UUID | None = None, touch_ids: Sequence[int] | None = None
) -> list[int]:
    """Claimed touches that have no strike left to take: those of `token`, or without one those whose lease ran out."""
    ids = None if touch_ids is None else list(touch_ids)
    asked = {"creditor": creditor_id, "most": STRIKES_MAX, "claim": token, "ids": ids}
    return [touch_id for (touch_id,) in _run(_LAST_STRIKE, asked)]


def reap(*, creditor_id: int, now: datetime) -> list[tuple[int, int, str]]:
    """Free claims of lost workers; a hand-over of one becomes unsure. Answers (id, customer, state)."""
    freed = _run(_REAP, {"creditor": creditor_id, "now": now})
    lost = [touch_id for touch_id, _, state in freed if state == "unsure"]
    if lost:
        _run(_END_LOST, {"creditor": creditor_id, "ids": lost, "now": now})
    return freed


def failures(*, creditor_id: int, channel: str, last: int, now: datetime) -> tuple[int, int]:
    """Of the `last` hand-overs of a channel within a day and since a stop was lifted: not accepted, and all."""
    since = now - timedelta(days=1)
    ((failed, made),) = _run(
        _FAILURES, {"creditor": creditor_id, "channel": channel, "last": last, "since": since}
    )
    return int(failed), int(made)


def lapses_in(*, creditor_id: int) -> int | None:
    """Seconds until the first claim in force runs out; None when nothing is claimed."""
    found = _run(_LAPSES, {"creditor": creditor_id})
    return None if found[0][0] is None else int(found[0][0])


def abandoned(*, creditor_id: int, patience: timedelta) -> list[int]:
    """Touches whose claim ended longer ago than `patience` and was not freed."""
    return [touch_id for (touch_id,) in _run(_ABANDONED, {"creditor": creditor_id, "patience": patience})]


def _run(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        if cursor.description is not None:
            return list(cursor.fetchall())
        return [None] * cursor.rowcount
