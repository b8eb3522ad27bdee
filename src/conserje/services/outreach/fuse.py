# SPDX-License-Identifier: Apache-2.0
"""The fuse: when sending goes wrong in a way that nobody foresaw, it stops by itself until a person looks.

Two things trip it: more than `hand_over.MESSAGES_AN_HOUR` messages to one customer within an hour, which the mark
itself refuses, and too large a share of hand-overs that were not accepted. Both place the stop button, with a reason.
"""

from __future__ import annotations

from datetime import datetime

from conserje.data.outreach import hand_over
from conserje.data.outreach.letters import TouchFacts
from conserje.services.outreach import stop
from conserje.services.tenancy.act import act

TOO_MANY = "too_many_to_one_customer"
TOO_MANY_FAILED = "too_many_failed"
# Of the last fifty hand-overs of a channel within a day, once there are twenty, at most a fifth may fail.
LEAST = 20
LAST = 50
FAILED_PERCENT_MAX = 20


@act
def too_many(*, creditor_id: int, touch: TouchFacts, now: datetime) -> None:
    """A further message to a customer within the hour was refused: something repeats itself, so the channel stops."""
    stop.put(creditor_id=creditor_id, channel=touch.channel, reason=TOO_MANY, by="system", now=now)


@act
def watch(*, creditor_id: int, channel: str, now: datetime) -> bool:
    """After a hand-over that was not accepted: stop the channel when too many were not. True when it tripped now."""
    failed, made = hand_over.failures(creditor_id=creditor_id, channel=channel, last=LAST, now=now)
    if made < LEAST or failed * 100 <= made * FAILED_PERCENT_MAX:
        return False
    return stop.put(creditor_id=creditor_id, channel=channel, reason=TOO_MANY_FAILED, by="system", now=now)
