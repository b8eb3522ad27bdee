# SPDX-License-Identifier: Apache-2.0
"""Every night, what the law no longer asks to keep is blanked, a bounded bit at a time."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.receivables import retention
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue


@app.periodic(cron="23 3 * * *")
@app.task(name="retention.tick", queueing_lock="retention.tick")
def tick(timestamp: int) -> None:
    """A bit of work for each creditor, unless one is already waiting."""
    for creditor in creditors.every():
        enqueue(job="retention.apply", once=f"retention:{creditor.id}", creditor_id=creditor.id)


@app.task(name="retention.apply")
def apply(creditor_id: int) -> None:
    """One bit, by the creditor's own clock; while it was full, another is enqueued behind the others."""
    facts = creditors.by_id(creditor_id=creditor_id)
    done = retention.apply(creditor_id=creditor_id, now=clock.now_for(facts))
    if max(done.values()) >= retention.AT_ONCE:
        enqueue(job="retention.apply", once=f"retention:{creditor_id}", creditor_id=creditor_id)
