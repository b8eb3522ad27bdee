# SPDX-License-Identifier: Apache-2.0
"""Letters that tell a customer that what they asked or said was answered. Once for each answer; nothing is asked for.

They leave by the one gate, as what was asked for: no limit of contacts counts them, no pause holds them and no strategy
chooses them. The hours of the law hold, for nobody waits before the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import connection

from conserje.data.outreach.letters import TouchFacts
from conserje.domain.rules.facts import Purpose
from conserje.services.journal import entry as journal
from conserje.services.outreach import service_letter
from conserje.services.outreach.placeholders import LINK
from conserje.services.outreach.service_letter import ServiceLetter
from conserje.services.tenancy.act import step
from conserje.services.tenancy.queue import enqueue

LETTER: Final = "answer"


class Matter(StrEnum):
    """What was answered, and how. Its rows: a message, a proposal, a dispute, a plan, an enquiry."""

    MESSAGE = "dispute_message"
    PROPOSAL = "dispute_proposal"
    AGREED = "dispute_agreed"
    CLOSED = "dispute_closed"
    PLAN_OFFERED = "plan_offered"
    PLAN_AGREED = "plan_agreed"
    PLAN_REFUSED = "plan_refused"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"


# Where the reader sees it, behind their link.
_PAGES: Final = {
    Matter.MESSAGE: "dispute",
    Matter.PROPOSAL: "dispute",
    Matter.AGREED: "dispute",
    Matter.CLOSED: "dispute",
    Matter.PLAN_OFFERED: "plan",
    Matter.PLAN_AGREED: "plan",
    Matter.PLAN_REFUSED: "plan",
    Matter.ENQUIRY: "talk",
    Matter.COMPLAINT: "complaint",
}

# An answer that stands no more (taken back, countered, accepted meanwhile) is not in it, and of several messages in a
# row only the last one is.
_STANDING: Final = """
WITH wanted AS (SELECT * FROM unnest(%(abouts)s::text[], %(ids)s::bigint[]) AS w(about, id))
SELECT w.about, w.id, i.number, NULL::date FROM wanted w
  JOIN arrangements_disputemessage m ON m.creditor_id = %(creditor)s AND m.id = w.id
  JOIN arrangements_dispute d ON d.creditor_id = m.creditor_id AND d.id = m.dispute_id
  JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE w.about = 'dispute_message'
   AND NOT EXISTS (SELECT 1 FROM arrangements_disputemessage n
                    WHERE n.creditor_id = m.creditor_id AND n.dispute_id = m.dispute_id AND n.author <> 'customer'
                      AND n.id > m.id)
   AND NOT EXISTS (SELECT 1 FROM arrangements_proposal p
                    WHERE p.creditor_id = m.creditor_id AND p.dispute_id = m.dispute_id AND p.made_by <> 'customer'
                      AND p.made_at >= m.written_at)
UNION ALL
SELECT w.about, w.id, i.number, p.pay_by FROM wanted w
  JOIN arrangements_proposal p ON p.creditor_id = %(creditor)s AND p.id = w.id
  JOIN arrangements_dispute d ON d.creditor_id = p.creditor_id AND d.id = p.dispute_id
  JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE (w.about, p.state) IN (('dispute_proposal', 'open'), ('dispute_agreed', 'accepted'))
UNION ALL
SELECT w.about, w.id, i.number, NULL FROM wanted w
  JOIN arrangements_dispute d ON d.creditor_id = %(creditor)s AND d.id = w.id AND d.closed_at IS NOT NULL
  JOIN receivables_invoice i ON i.creditor_id = d.creditor_id AND i.id = d.invoice_id
 WHERE w.about = 'dispute_closed'
UNION ALL
SELECT w.about, w.id, '', l.offered_until FROM wanted w
  JOIN arrangements_paymentplan l ON l.creditor_id = %(creditor)s AND l.id = w.id
 WHERE (w.about, l.state) IN (('plan_offered', 'offered'), ('plan_agreed', 'active'), ('plan_refused', 'refused'))
UNION ALL
SELECT w.about, w.id, '', NULL FROM wanted w
  JOIN arrangements_enquiry e ON e.creditor_id = %(creditor)s AND e.id = w.id AND e.answered_at IS NOT NULL
 WHERE w.about IN ('enquiry', 'complaint')"""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given: to which customer (or only this contact of theirs), about what, and its row."""

    customer_id: int
    matter: Matter
    row_id: int
    contact_id: int | None = None


@step
def tell(*, creditor_id: int, given: Given, now: datetime) -> bool:
    """Plan the letter that says so, once. False when it is planned already or nobody can be reached."""
    purpose = Purpose.COMPLAINT_REPLY if given.matter is Matter.COMPLAINT else Purpose.REQUESTED_INFO
    wanted = ServiceLetter(LETTER, f"{LETTER}:{given.matter}:{given.row_id}", purpose, given.contact_id)
    planned = service_letter.plan(
        creditor_id=creditor_id, customer_id=given.customer_id, wanted=wanted, now=now
    )
    if planned:
        facts = {"about": given.matter.value, "row": given.row_id}
        told = journal.NewEntry(
            at=now,
            kind="outreach.answer.planned",
            actor="rule",
            customer_id=given.customer_id,
            subject_kind="customer",
            subject_id=given.customer_id,
            payload=facts,
        )
        journal.write(creditor_id=creditor_id, entries=[told])
        enqueue(job="outreach.turn", once=f"turn:{creditor_id}", creditor_id=creditor_id)
    return planned


@step
def standing(*, creditor_id: int, touches: Sequence[TouchFacts]) -> dict[int, dict[str, Any]]:
    """What letters of this kind answer, as `AnswerValues` of the wording, by touch; one query.

    A touch is not in it when it is another letter, or when its answer stands no more.
    """
    about = {
        touch.id: (parts[1], int(parts[2]))
        for touch in touches
        if touch.letter == LETTER and len(parts := touch.step.split(":")) == 3
    }
    if not about:
        return {}
    asked: dict[str, Any] = {
        "creditor": creditor_id,
        "abouts": [what for what, _row in about.values()],
        "ids": [row for _what, row in about.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        found = {(what, row): (number, until) for what, row, number, until in cursor.fetchall()}
    return {
        touch_id: {
            "about": key[0],
            "number": found[key][0],
            "until": found[key][1],
            "link": f"{LINK}{_PAGES[Matter(key[0])]}/",
        }
        for touch_id, key in about.items()
        if key in found
    }
