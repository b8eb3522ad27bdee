# SPDX-License-Identifier: Apache-2.0
"""No contact is lost: each one that is due has an end, waits for a named reason, or is missing and says so.

The book of a day holds every touch planned for that local day of its customer; the book of today also holds those of
earlier days that have no end yet. Due = accepted + failed + suppressed + unsure + what still waits + what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

# How long a contact may be due, with sending allowed, before it is missing.
PATIENCE: Final = timedelta(minutes=15)
# How long work may be due before a turn must stand in the queue, and a lapsed claim before it must be free: a turn is
# enqueued each minute.
TURN_PATIENCE: Final = timedelta(minutes=2)


class Fate(StrEnum):
    """Where a touch of the day stands: an end, a lawful wait, or missing."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNSURE = "unsure"
    DRAFT = "draft"
    LATER = "later"
    STOPPED = "stopped"
    PAUSED = "paused"
    NOT_NOW = "not_now"
    LEAVING = "leaving"
    MISSING = "missing"


ENDS: Final = (Fate.ACCEPTED, Fate.FAILED, Fate.SUPPRESSED, Fate.UNSURE)
WAITS: Final = (Fate.DRAFT, Fate.LATER, Fate.STOPPED, Fate.PAUSED, Fate.NOT_NOW, Fate.LEAVING)
_OF_STATE: Final = {
    "accepted": Fate.ACCEPTED,
    "delivered": Fate.ACCEPTED,
    "failed": Fate.FAILED,
    "suppressed": Fate.SUPPRESSED,
    "unsure": Fate.UNSURE,
    "proposed": Fate.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides a touch's fate. `overdue_by` is how long ago it should have left, negative when it is for later.

    `stopped`: its channel is under the stop button; `paused`: the creditor's sending is; `abandoned`: a worker had it,
    and its lease ended so long ago that somebody should have freed it.
    """

    state: str
    overdue_by: timedelta
    stopped: bool = False
    paused: bool = False
    abandoned: bool = False


def fate(standing: Standing) -> Fate:
    """Where a touch stands. Raises `ValueError` for a state that touches do not have.

    Whether the hour is lawful needs the whole case, so what is missing by this rule is asked that as well.
    """
    known = _OF_STATE.get(standing.state)
    if known is not None:
        return known
    if standing.state in ("claimed", "handing_over"):
        return Fate.MISSING if standing.abandoned else Fate.LEAVING
    if standing.state != "planned":
        raise ValueError(f"A touch has no state '{standing.state}'.")
    if standing.overdue_by < timedelta(0):
        return Fate.LATER
    if standing.paused:
        return Fate.PAUSED
    if standing.stopped:
        return Fate.STOPPED
    return Fate.LEAVING if standing.overdue_by <= PATIENCE else Fate.MISSING


class Alarm(StrEnum):
    """What is wrong with the contacts of a creditor, over all of them."""

    NOT_SENT = "not_sent"
    CLAIM_ABANDONED = "claim_abandoned"
    NOT_WATCHED = "not_watched"
    REVIEW_LATE = "review_late"
    TURN_MISSING = "turn_missing"
    LEDGER_DISAGREES = "ledger_disagrees"


# Alarms that name customers; the others name touches, or nothing.
OF_CUSTOMERS: Final = frozenset({Alarm.NOT_WATCHED, Alarm.REVIEW_LATE})
