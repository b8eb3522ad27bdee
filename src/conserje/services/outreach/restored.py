# SPDX-License-Identifier: Apache-2.0
"""After a restore: what may have left that these books do not know, and a person's way back to sending.

Three states. Paused: nothing leaves. Checked: everything is a draft, and only what a person approved leaves; the claim
itself refuses anything else. Free again: when a person said that nothing left, or when each doubt was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from conserje.data.outreach import snapshots
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.days import local_date
from conserje.domain.outreach.project import project
from conserje.domain.outreach.strategy import Mode
from conserje.services.journal import entry as journal
from conserje.services.outreach import carrying, record, review, strategy, sweep
from conserje.services.tenancy.act import act, acting, step

CHUNK = 2000

_END_LEASES = """
UPDATE outreach_touch SET claim_until = timestamptz 'epoch'
 WHERE creditor_id = %s AND state IN ('claimed', 'handing_over')"""
_OF_BOOK = """
SELECT customer_id FROM outreach_review WHERE creditor_id = %s AND next_review_at IS NOT NULL ORDER BY customer_id"""
_PLANNED = """
SELECT t.customer_id, t.step, t.planned_on, t.channel, t.state <> 'proposed' FROM outreach_touch t
 WHERE t.creditor_id = %s AND t.state IN ('proposed', 'planned', 'claimed') ORDER BY t.planned_at, t.id"""
# Everything of theirs was a draft since the restore, so a person, or evidence, has dealt with them.
_SEEN = """
SELECT DISTINCT customer_id FROM outreach_touch
 WHERE creditor_id = %s AND state NOT IN ('proposed', 'planned', 'claimed')
   AND (created_at >= %s AND reason <> 'restored'
        OR state <> 'suppressed' AND (ended_at >= %s OR reason = 'restored'))"""
_NAMES = "SELECT id, name FROM receivables_customer WHERE creditor_id = %s AND id = ANY(%s)"
# A planned touch cannot become a draft again: it ends, and a draft takes its place under a name of its own.
_END_PLANNED = """
UPDATE outreach_touch SET state = 'suppressed', reason = 'restored', ended_at = %s
 WHERE creditor_id = %s AND state = 'planned' RETURNING id"""
_DRAFT_INSTEAD = """
INSERT INTO outreach_touch (creditor_id, customer_id, episode_id, decision_id, contact_id, point_id, key, step, stage,
       letter, purpose, channel, carrier, state, planned_at, planned_on, asked, copies, reason, attempts, approved_by,
       created_at)
SELECT t.creditor_id, t.customer_id, t.episode_id, t.decision_id, t.contact_id, t.point_id, k.key, t.step, t.stage,
       t.letter, t.purpose, t.channel, t.carrier, 'proposed', t.planned_at, t.planned_on, t.asked, t.copies,
       'restored', 0, '', %s
  FROM unnest(%s::bigint[], %s::text[]) AS k(id, key) JOIN outreach_touch t ON t.id = k.id
 WHERE t.creditor_id = %s ON CONFLICT DO NOTHING"""
_WAITING = """
SELECT (SELECT count(*) FROM outreach_touch WHERE creditor_id = %(creditor)s AND state = 'proposed'),
       (SELECT count(*) FROM outreach_review WHERE creditor_id = %(creditor)s AND next_review_at <= %(now)s)"""


class NotYet(ValueError):
    """Sending may not be let go in that way now; says what is missing."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contact that may have left between the backup and the restore. `planned`: it stood ready, and was no draft."""

    customer_id: int
    customer: str
    step: str
    on: date
    channel: str
    planned: bool


@dataclass(frozen=True, slots=True)
class Resumed:
    """What letting go changed: drafts written instead of what was planned."""

    drafts: int


def furthest(*, creditor_id: int, wanted: Mode) -> Mode:
    """How far a turn may go: no further than drafts while nobody has said what left before the restore."""
    restored = Creditor.objects.filter(id=creditor_id, restored_at__isnull=False).exists()
    return Mode.DRAFT if restored and wanted is Mode.AUTOMATIC else wanted


def begin(*, creditor_id: int, taken_at: datetime, now: datetime) -> None:
    """Just after a restore, with the pause in force: what workers held then is theirs no more.

    Says when the backup was taken, if it was made before it could say so itself.
    """
    with acting(creditor_id=creditor_id), connection.cursor() as cursor:
        cursor.execute(_END_LEASES, [creditor_id])
    record.reap(creditor_id=creditor_id, now=now)
    with acting(creditor_id=creditor_id):
        Creditor.objects.filter(id=creditor_id, restored_at=None).update(
            restored_from_at=taken_at, restored_at=now
        )
        _tell(creditor_id, "restored", "system", {}, now)


@step
def doubts(*, creditor_id: int) -> list[Doubt]:
    """Everything that may have left between backup and restore, by the books as they stand; empty when all is seen.

    What is planned or a draft, and what would have fallen due for each customer if nothing had happened to them.
    """
    row = Creditor.objects.get(id=creditor_id)
    if row.restored_from_at is None or row.restored_at is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED, [creditor_id])
        planned = cursor.fetchall()
        cursor.execute(_OF_BOOK, [creditor_id])
        ids = [item[0] for item in cursor.fetchall()]
        cursor.execute(_SEEN, [creditor_id, row.restored_at, row.restored_at])
        ids = sorted(set(ids) - {item[0] for item in cursor.fetchall()})
    found = {(customer_id, name): (on, channel, ready) for customer_id, name, on, channel, ready in planned}
    for start in range(0, len(ids), CHUNK):
        for customer_id, name, on, channel in _due(creditor_id, ids[start : start + CHUNK], row):
            found.setdefault((customer_id, name), (on, channel, False))
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [creditor_id, sorted({key[0] for key in found})])
        names = dict(cursor.fetchall())
    return [
        Doubt(customer_id, names.get(customer_id, ""), name, on, channel, ready)
        for (customer_id, name), (on, channel, ready) in sorted(
            found.items(), key=lambda one: (one[1][0], one[0])
        )
    ]


def _due(creditor_id: int, ids: list[int], row: Creditor) -> Iterable[tuple[int, str, date, str]]:
    assert row.restored_from_at is not None
    assert row.restored_at is not None
    rules = strategy.in_force(creditor_id=creditor_id)
    of = snapshots.standing(creditor_id=creditor_id, channel_of=carrying.channel_of)
    for case in snapshots.cases(of=of, customer_ids=ids, now=row.restored_from_at):
        until = local_date(row.restored_at, case.zone)
        law = sweep.stack_of(case)
        for told in project(
            case, strategy=rules.serving(case.serves), law=law, now=row.restored_from_at, until=until
        ):
            if told.contact is not None and told.contact.at <= row.restored_at:
                yield case.customer_id, told.contact.step, told.contact.on, told.contact.channel.value


@act
def resume_checked(*, creditor_id: int, by: str, now: datetime) -> Resumed:
    """The safe way: the pause ends, what was planned becomes drafts, and only what a person approved leaves."""
    _paused(creditor_id)
    with connection.cursor() as cursor:
        cursor.execute(_END_PLANNED, [now, creditor_id])
        ended = [item[0] for item in cursor.fetchall()]
        cursor.execute(_DRAFT_INSTEAD, [now, ended, [uuid4().hex for _ in ended], creditor_id])
    Creditor.objects.filter(id=creditor_id).update(sending_paused_at=None, sending_paused_reason="")
    _tell(creditor_id, "resumed", by, {"as": "drafts", "drafts": len(ended)}, now)
    review.wake_all(creditor_id=creditor_id, now=now, reason="sending.resumed")
    return Resumed(len(ended))


@act
def resume_as_is(*, creditor_id: int, by: str, now: datetime) -> None:
    """A person says that nothing left since the backup: the pause ends, and everything goes on as it stood."""
    _paused(creditor_id)
    _free(creditor_id, by, "nothing_left", now)


@act
def all_seen(*, creditor_id: int, by: str, now: datetime) -> None:
    """A person has seen every draft: stages act by themselves again. Raises `NotYet` while doubts remain."""
    row = Creditor.objects.get(id=creditor_id)
    if row.sending_paused_at is not None:
        raise NotYet("Sending is paused. Let it go as drafts first: `conserje sending resume`.")
    if row.restored_at is None:
        raise NotYet("Nothing is in doubt: these books are as they should be.")
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"creditor": creditor_id, "now": now})
        drafts, unjudged = cursor.fetchone()
    left = doubts(creditor_id=creditor_id)
    if drafts or unjudged or left:
        raise NotYet(
            f"{drafts} drafts wait for a person, {unjudged} customers have not been judged since (`conserje run`), and "
            f"{len(left)} contacts may have left before the restore and were not seen yet. Approve or refuse "
            f"each draft."
        )
    _free(creditor_id, by, "seen", now)


def _paused(creditor_id: int) -> None:
    row = Creditor.objects.select_for_update().get(id=creditor_id)
    if row.sending_paused_at is None:
        raise NotYet("Sending is not paused.")


def _free(creditor_id: int, by: str, how: str, now: datetime) -> None:
    Creditor.objects.filter(id=creditor_id).update(
        sending_paused_at=None, sending_paused_reason="", restored_from_at=None, restored_at=None
    )
    _tell(creditor_id, "resumed", by, {"as": how}, now)
    review.wake_all(creditor_id=creditor_id, now=now, reason="sending.resumed")


def _tell(creditor_id: int, what: str, by: str, payload: dict[str, Any], now: datetime) -> None:
    entry = journal.NewEntry(at=now, kind=f"outreach.sending.{what}", actor=by, payload=payload)
    journal.write(creditor_id=creditor_id, entries=[entry])
