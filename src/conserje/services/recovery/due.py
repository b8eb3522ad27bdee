# SPDX-License-Identifier: Apache-2.0
"""What recovery does by itself in a turn of work, before charges are made."""

from __future__ import annotations

from datetime import datetime

from conserje.data.recovery.models import FailedPayment
from conserje.services.recovery import card, pause, retry
from conserje.services.tenancy.act import reading


def look(*, creditor_id: int, now: datetime) -> None:
    """Warn before cards end; where something failed, move on what is denied and let rest what was written about."""
    card.warn_due(creditor_id=creditor_id, now=now)
    with reading(creditor_id=creditor_id):
        if not FailedPayment.objects.filter(creditor_id=creditor_id).exists():
            return
    retry.move_on(creditor_id=creditor_id, now=now)
    pause.end_due(creditor_id=creditor_id, now=now)
