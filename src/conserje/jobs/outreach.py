# SPDX-License-Identifier: Apache-2.0
"""The clock of outreach. A tick only wakes: what is due is computed from rows, so a tick late or lost loses nothing."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.integrations import turn as turns
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import TRIES_MAX, enqueue

# A creditor with much to send makes way for the others after half a minute and goes on behind them.
TURN_SECONDS = 30
# At most so much of it goes into judging, so that there is time left in which what may leave leaves.
JUDGING_SECONDS = 15


@app.periodic(cron="* * * * *")
@app.task(name="outreach.tick", queueing_lock="outreach.tick")
def tick(timestamp: int) -> None:
    """Every minute: a turn of work for each creditor, unless one is already waiting."""
    for creditor in creditors.every():
        enqueue(job="outreach.turn", once=f"turn:{creditor.id}", creditor_id=creditor.id)


@app.task(name="outreach.turn", retry=RetryStrategy(max_attempts=TRIES_MAX - 1, exponential_wait=4))
def turn(creditor_id: int) -> None:
    """One turn of work for one creditor, by its own clock; what it leaves is enqueued again.

    Claims that others hold are looked at again when they run out: a dead worker's work waits for no tick.
    """
    facts = creditors.by_id(creditor_id=creditor_id)
    done = turns.turn(
        creditor_id=creditor_id,
        clock=lambda: clock.now_for(facts),
        enough=clock.after(TURN_SECONDS),
        judged_enough=clock.after(JUDGING_SECONDS),
    )
    if done.more:
        enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)
    if done.lapses_in is not None:
        seconds = max(1, done.lapses_in + 1)
        enqueue(job="outreach.turn", once=f"lapse:{creditor_id}", creditor_id=creditor_id, in_seconds=seconds)
