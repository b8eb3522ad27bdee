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
from conserje.services.outreach import evidence, record, restored, send, sweep
from conserje.services.receivables import autopay, checkout_look, refund


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn did. `more`: it stopped because it was enough, and there is more to do.

    `looked` is how many unfinished payments ended when their gateway was asked, `charged` how many charges by mandates
    were asked for, `refunded` how many refunds ended; `lapses_in` in how many seconds the first claim that is still in
    force runs out, None when nothing is claimed.
    """

    hooks: int
    looked: int
    charged: int
    refunded: int
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
    enough: Callable[[], bool] = sweep.never,
    judged_enough: Callable[[], bool] = sweep.never,
) -> Turned:
    """One turn: hooks, payments begun, refunds, charges, lost claims, evidence, promises, the sweep, what may leave.

    `clock` is the door's; `furthest` bounds the stages' own modes; sending ends when it is `enough`, judging when
    it is `judged_enough`, which comes earlier: what may leave waits for no backlog of customers to be judged.
    """
    hooks = hook.apply_waiting(creditor_id=creditor_id, now=clock())
    looked = checkout_look.look_due(creditor_id=creditor_id, now=clock())
    refunded = refund.look_due(creditor_id=creditor_id, now=clock())
    charged = autopay.charge_due(creditor_id=creditor_id, now=clock()).asked
    freed = record.reap(creditor_id=creditor_id, now=clock())
    evidence.look_due(creditor_id=creditor_id, clock=clock)
    broken = promise.judge_due(creditor_id=creditor_id, now=clock())
    furthest = restored.furthest(creditor_id=creditor_id, wanted=furthest)
    swept = sweep.sweep(creditor_id=creditor_id, now=clock(), furthest=furthest, enough=judged_enough)
    sent = send.send_due(creditor_id=creditor_id, clock=clock, enough=enough)
    while seal.close(creditor_id=creditor_id, now=clock()):
        continue
    lapses_in = record.lapses_in(creditor_id=creditor_id)
    more = swept.more or enough()
    return Turned(hooks, looked, charged, refunded, freed, broken, swept, sent, more, lapses_in)
