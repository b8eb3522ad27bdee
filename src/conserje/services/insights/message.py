# SPDX-License-Identifier: Apache-2.0
"""What was said, word for word, while it is kept. The links in it are placeholders: each attempt had its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.data.outreach.models import Message, Touch
from conserje.services.outreach.placeholders import LINK, STOP
from conserje.services.tenancy.act import step


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it was written."""

    subject: str
    text: str
    html: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Where:
    """Where a touch stands: its state, and the decision that made it."""

    state: str
    decision_id: int | None
    approved_by: str


@step
def said(*, creditor_id: int, touch_id: int) -> Said | None:
    """The message of a touch; None when none was written yet, or it was erased."""
    rows = Message.objects.filter(creditor_id=creditor_id, touch_id=touch_id, erased_at=None)
    row = rows.values_list("subject", "text", "html", "written_at").first()
    return None if row is None else Said(*row)


def without_links(text: str) -> str:
    """A kept letter as it may be shown again: the places of its links and of its code say nothing."""
    return text.replace(LINK, "").replace(STOP, "")


@step
def where(*, creditor_id: int, touch_id: int) -> Where | None:
    """Where a touch stands now; None when there is no such touch."""
    rows = Touch.objects.filter(creditor_id=creditor_id, id=touch_id)
    row = rows.values_list("state", "decision_id", "approved_by").first()
    return None if row is None else Where(*row)


@step
def waiting_beside(*, creditor_id: int, touch_id: int) -> tuple[int | None, int | None]:
    """The draft before and the draft after this one, in the order in which they are planned; None at an end."""
    rows = Touch.objects.filter(creditor_id=creditor_id, state="proposed").order_by("planned_at", "id")
    ids = list(rows.values_list("id", flat=True)[:1000])
    if touch_id not in ids:
        return None, None
    at = ids.index(touch_id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
