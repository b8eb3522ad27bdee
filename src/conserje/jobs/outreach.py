# SPDX-License-Identifier: Apache-2.0
"""The clock of outreach. A tick only wakes: what is due is computed from rows, so a tick late or lost loses nothing."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.integrations import turn as turns
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue


@app.periodic(cron="* * * * *")
@app.task(name="outreach.tick", queueing_lock="outreach.tick")
def tick(timestamp: int) -> None:
    """Every minute: a turn of work for each creditor, unless one is already waiting."""
    for creditor in creditors.every():
        enqueue(job="outreach.turn", once=f"turn:{creditor.id}", creditor_id=creditor.id)


@app.task(name="outreach.turn")
def turn(creditor_id: int) -> None:
    """One turn of work for one creditor, by its own clock."""
    turns.turn(creditor_id=creditor_id, clock=lambda: clock.now_for(creditors.by_id(creditor_id=creditor_id)))
