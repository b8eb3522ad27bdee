# SPDX-License-Identifier: Apache-2.0
"""The stop button: nothing leaves for a creditor, or through one channel of it, until a person lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import SenderStop
from conserje.services.journal import entry as journal
from conserje.services.outreach import review
from conserje.services.tenancy.act import act, step


@act
def place(*, creditor_id: int, channel: str, reason: str, by: str, now: datetime) -> bool:
    """Stop `channel`, or everything when it is empty. False when it was stopped before."""
    return put(creditor_id=creditor_id, channel=channel, reason=reason, by=by, now=now)


@step
def put(*, creditor_id: int, channel: str, reason: str, by: str, now: datetime) -> bool:
    """The same as part of another act."""
    _, made = SenderStop.objects.get_or_create(
        creditor_id=creditor_id,
        channel=channel,
        lifted_at=None,
        defaults={"reason": reason[:120], "placed_by": by, "placed_at": now},
    )
    if made:
        _tell(creditor_id, "placed", channel, by, now)
    return made


@act
def lift(*, creditor_id: int, channel: str, by: str, now: datetime) -> bool:
    """Let it go again; every customer is looked at afresh. False when nothing was stopped."""
    lifted = SenderStop.objects.filter(creditor_id=creditor_id, channel=channel, lifted_at=None).update(
        lifted_at=now
    )
    _tell(creditor_id, "lifted", channel, by, now)
    return bool(lifted)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop in force: its channel (empty for everything), since when, by whom and why."""

    channel: str
    since: datetime
    by: str
    reason: str


@step
def in_force(*, creditor_id: int) -> list[Stopped]:
    """What is stopped now, the oldest first."""
    rows = SenderStop.objects.filter(creditor_id=creditor_id, lifted_at=None).order_by("placed_at", "id")
    return [Stopped(*row) for row in rows.values_list("channel", "placed_at", "placed_by", "reason")]


def _tell(creditor_id: int, what: str, channel: str, by: str, now: datetime) -> None:
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now, kind=f"outreach.stop.{what}", actor=by, payload={"channel": channel or "all"}
            )
        ],
    )
    review.wake_all(creditor_id=creditor_id, now=now, reason=f"stop.{what}")
