# SPDX-License-Identifier: Apache-2.0
"""Contacts that waited until they were not right any more: taken back with their reason, so that they block nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach import hand_over
from conserje.domain.outreach.recheck import Drop
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Outdated:
    """Whose contact it was and why it would not leave any more."""

    customer_id: int
    why: Drop


@step
def take_back(*, creditor_id: int, touches: Mapping[int, Outdated], now: datetime) -> set[int]:
    """Suppress these touches, by id; answers those that no worker had taken meanwhile."""
    reasons = {touch_id: item.why.reason.code for touch_id, item in touches.items()}
    taken = hand_over.suppress(creditor_id=creditor_id, reasons=reasons, now=now)
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind="outreach.touch.suppressed",
                actor="rule",
                customer_id=item.customer_id,
                subject_kind="touch",
                subject_id=touch_id,
                payload={
                    "reason": item.why.reason.code,
                    "rules": [hit.rule for hit in item.why.verdict.hits] if item.why.verdict else [],
                },
            )
            for touch_id, item in touches.items()
            if touch_id in taken
        ],
    )
    return taken
