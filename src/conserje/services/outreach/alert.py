# SPDX-License-Identifier: Apache-2.0
"""Alerts about contacts: raised when something is missing, healed where that can do no harm, cleared when it is gone.

Healing only looks again and frees what was left lying: it never makes a contact, and never changes the ledger of
contacts, whose disagreement a person must see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import Alert
from conserje.domain.outreach.conservation import Alarm
from conserje.services.journal import entry as journal
from conserje.services.outreach import conservation, record, review
from conserje.services.outreach.conservation import Examined, Finding
from conserje.services.tenancy.act import acting, reading, step
from conserje.services.tenancy.queue import enqueue

# What a turn of work, or a freed claim, heals by itself.
_HEALED = frozenset(Alarm) - {Alarm.LEDGER_DISAGREES}


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert in force: what, how many, since when, and when something was done about it."""

    alarm: Alarm
    count: int
    about: tuple[int, ...]
    raised_at: datetime
    healed_at: datetime | None


@step
def in_force(*, creditor_id: int) -> list[Standing]:
    """The alerts of a creditor that are not cleared, the oldest first."""
    rows = Alert.objects.filter(creditor_id=creditor_id, cleared_at=None).order_by("raised_at", "id")
    return [
        Standing(Alarm(row.kind), row.count, tuple(row.about), row.raised_at, row.healed_at) for row in rows
    ]


def check(*, creditor_id: int, zone: str, now: datetime) -> Examined:
    """Examine the contacts of today, keep what was found as alerts, and heal what can be healed."""
    with reading(creditor_id=creditor_id):
        examined = conservation.examine(creditor_id=creditor_id, zone=zone, now=now)
    found = {finding.alarm: finding for finding in examined.findings}
    with acting(creditor_id=creditor_id):
        _keep(creditor_id, found, now)
        _heal(creditor_id, found, now)
    if Alarm.CLAIM_ABANDONED in found:
        record.reap(creditor_id=creditor_id, now=now)
    return examined


def _keep(creditor_id: int, found: Mapping[Alarm, Finding], now: datetime) -> None:
    known = {
        Alarm(row.kind): row
        for row in Alert.objects.select_for_update(no_key=True).filter(
            creditor_id=creditor_id, cleared_at=None
        )
    }
    raised = [finding for alarm, finding in found.items() if alarm not in known]
    Alert.objects.bulk_create(
        [
            Alert(
                creditor_id=creditor_id,
                kind=finding.alarm.value,
                count=finding.count,
                about=list(finding.about[: conservation.NAMED_MAX]),
                raised_at=now,
                seen_at=now,
                healed_at=now if finding.alarm in _HEALED else None,
            )
            for finding in raised
        ],
        ignore_conflicts=True,
    )
    for alarm, row in known.items():
        finding = found.get(alarm)
        if finding is None:
            row.cleared_at = now
        else:
            row.count, row.seen_at = finding.count, now
            row.about = list(finding.about[: conservation.NAMED_MAX])
            row.healed_at = now if alarm in _HEALED else None
        row.save(update_fields=["count", "about", "seen_at", "healed_at", "cleared_at"])
    _tell(creditor_id, "raised", {finding.alarm: finding.count for finding in raised}, now)
    _tell(creditor_id, "cleared", {alarm: row.count for alarm, row in known.items() if row.cleared_at}, now)


def _heal(creditor_id: int, found: Mapping[Alarm, Finding], now: datetime) -> None:
    unwatched = found.get(Alarm.NOT_WATCHED)
    if unwatched is not None:
        _wake(creditor_id, unwatched.about, now)
    if _HEALED & found.keys():
        enqueue(
            job="outreach.turn",
            once=conservation.turn_lock(creditor_id=creditor_id),
            creditor_id=creditor_id,
        )


def _wake(creditor_id: int, customer_ids: Sequence[int], now: datetime) -> None:
    review.wake_many(
        creditor_id=creditor_id, customer_ids=customer_ids, now=now, reason="contacts.not_watched"
    )
    entries = [
        journal.NewEntry(
            at=now, kind="outreach.review.restored", actor="system", customer_id=customer_id, payload={}
        )
        for customer_id in customer_ids
    ]
    journal.write(creditor_id=creditor_id, entries=entries)


def _tell(creditor_id: int, what: str, counts: Mapping[Alarm, int], now: datetime) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"outreach.alert.{what}",
                actor="system",
                payload={"alarm": alarm.value, "count": count},
            )
            for alarm, count in counts.items()
        ],
    )
