# SPDX-License-Identifier: Apache-2.0
"""Applying what came in from outside."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.integrations import hook
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue


@app.task(name="integrations.apply_hooks")
def apply_hooks(creditor_id: int) -> None:
    """Apply every waiting message of a creditor; what follows from them is a turn of work."""
    hook.apply_waiting(creditor_id=creditor_id, now=clock.now_for(creditors.by_id(creditor_id=creditor_id)))
    enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)
