# SPDX-License-Identifier: Apache-2.0
"""Once a day the heads of all journals are kept outside the database."""

from __future__ import annotations

from procrastinate.contrib.django import app

from conserje.config import clock
from conserje.services.journal import seal
from conserje.services.tenancy import anchor
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.act import reading


@app.periodic(cron="7 * * * *")
@app.task(name="journal.anchor", queueing_lock="journal.anchor")
def keep_heads(timestamp: int) -> None:
    """Each hour, if it was not done that day yet: a worker that was away at the hour does it at the next."""
    now = clock.now()
    if anchor.is_kept_on(f"{now:%Y-%m-%d}"):
        return
    heads = {}
    for facts in creditors.every():
        with reading(creditor_id=facts.id):
            heads[facts.public_id] = seal.head(creditor_id=facts.id)
    anchor.keep(heads=heads, why=anchor.DAILY, now=now)
