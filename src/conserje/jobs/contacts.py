# SPDX-License-Identifier: Apache-2.0
"""Counting the contacts: every two minutes each creditor's are examined from rows, and what is missing is reported."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.outreach import alert
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue


@app.periodic(cron="*/2 * * * *")
@app.task(name="contacts.tick", queueing_lock="contacts.tick")
def tick(timestamp: int) -> None:
    """A check for each creditor, unless one is already waiting."""
    for creditor in creditors.every():
        enqueue(job="contacts.check", once=f"contacts:{creditor.id}", creditor_id=creditor.id)


@app.task(name="contacts.check")
def check(creditor_id: int) -> None:
    """One check of one creditor, by its own clock."""
    facts = creditors.by_id(creditor_id=creditor_id)
    alert.check(creditor_id=creditor_id, zone=facts.time_zone, now=clock.now_for(facts))
