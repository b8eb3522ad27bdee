# SPDX-License-Identifier: Apache-2.0
"""The daily digest. A tick only looks: what is due is computed from rows, so one late or lost loses nothing."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.insights import digest
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue


@app.periodic(cron="*/10 * * * *")
@app.task(name="digest.tick", queueing_lock="digest.tick")
def tick(timestamp: int) -> None:
    """A look at each creditor's digests, unless one is already waiting. A demo book has nobody who waits for one."""
    for creditor in creditors.every():
        if not creditor.is_demo:
            enqueue(job="digest.send", once=f"digest:{creditor.id}", creditor_id=creditor.id)


@app.task(name="digest.send")
def send(creditor_id: int) -> None:
    """Send what is due of one creditor, by its own clock."""
    facts = creditors.by_id(creditor_id=creditor_id)
    digest.send_due(facts=facts, now=clock.now_for(facts))
