# SPDX-License-Identifier: Apache-2.0
"""One turn of work for one creditor: what the queue runs each minute, and what `conserje run` runs by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from conserje.domain.outreach.strategy import Mode
from conserje.services.arrangements import promise
from conserje.services.integrations import hook
from conserje.services.journal import seal
from conserje.services.outreach import record, send, sweep


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did. `more`: it stopped because it was enough, and there is more to do.

    `lapses_in` is in how many seconds the first claim that is still in force runs out, None when nothing is claimed.
    """

    hooks: int
    freed: int
    broken_promises: int
    swept: sweep.Swept
    sent: send.Sent
    more: bool
    lapses_in: int | None


def turn(
    *,
    creditor_id: int,
    clock: Callable[[], datetime],
    furthest: Mode = Mode.AUTOMATIC,
    enough: Callable[[], bool] = send.never,
) -> Turned:
    """Apply hooks, free lost claims, judge promises, sweep what is due, send what may leave; seal the journal.

    `clock` is the door's; `furthest` bounds the stages' own modes; sending ends when it is `enough`.
    """
    hooks = hook.apply_waiting(creditor_id=creditor_id, now=clock())
    freed = record.reap(creditor_id=creditor_id, now=clock())
    broken = promise.judge_due(creditor_id=creditor_id, now=clock())
    swept = sweep.sweep(creditor_id=creditor_id, now=clock(), furthest=furthest)
    sent = send.send_due(creditor_id=creditor_id, clock=clock, enough=enough)
    while seal.close(creditor_id=creditor_id, now=clock()):
        continue
    lapses_in = record.lapses_in(creditor_id=creditor_id)
    return Turned(hooks, freed, broken, swept, sent, enough(), lapses_in)
