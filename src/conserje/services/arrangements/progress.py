# SPDX-License-Identifier: Apache-2.0
"""Where each invoice stands in the customer's own house, in the customer's word; both sides see the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from conserje.data.arrangements.models import Progress
from conserje.data.arrangements.progress import STATES
from conserje.data.receivables.models import Invoice
from conserje.services.arrangements import enquiry, locked
from conserje.services.journal import entry as journal
from conserje.services.tenancy.act import act, step

_LATEST = """
SELECT DISTINCT ON (p.invoice_id) p.invoice_id, i.number, p.state, p.words, p.said_at
  FROM receivables_invoice i
  JOIN arrangements_progress p ON p.creditor_id = i.creditor_id AND p.invoice_id = i.id
 WHERE i.creditor_id = %s AND i.customer_id = %s AND i.open_minor > 0
 ORDER BY p.invoice_id, p.said_at DESC, p.id DESC"""


class Refused(ValueError):
    """The statement does not fit: an unknown invoice or state, or nothing said of what is missing."""


@dataclass(frozen=True, slots=True)
class Stands:
    """Where an invoice stands: `state` is received, accepted or missing; `words` say what is missing."""

    invoice_id: int
    number: str
    state: str
    words: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it of which invoice; `contact_id` None when the link belongs to nobody."""

    customer_id: int
    contact_id: int | None
    invoice_id: int
    state: str
    words: str = ""


@act
def say(*, creditor_id: int, said: Said, now: datetime) -> None:
    """Write it down. What is missing is also a message that somebody answers: until then nothing is chased.

    The same statement again changes nothing. Raises `Refused`.
    """
    locked.customer(creditor_id=creditor_id, customer_id=said.customer_id)
    rows = Invoice.objects.filter(
        creditor_id=creditor_id, customer_id=said.customer_id, id=said.invoice_id, open_minor__gt=0
    )
    number = rows.values_list("number", flat=True).first()
    words = said.words.strip()[:500]
    if number is None or said.state not in STATES or (said.state == "missing" and not words):
        raise Refused("progress_does_not_fit")
    last = Progress.objects.filter(creditor_id=creditor_id, invoice_id=said.invoice_id).order_by(
        "-said_at", "-id"
    )
    known = last.values_list("state", "words").first()
    if known == (said.state, words):
        return
    row = Progress.objects.create(
        creditor_id=creditor_id, invoice_id=said.invoice_id, state=said.state, words=words, said_at=now
    )
    entry = journal.NewEntry(
        at=now,
        kind="arrangements.progress.said",
        actor="customer",
        customer_id=said.customer_id,
        subject_kind="progress",
        subject_id=row.id,
        payload={"invoice_id": said.invoice_id, "state": said.state},
    )
    journal.write(creditor_id=creditor_id, entries=[entry])
    if said.state == "missing":
        written = enquiry.Written(said.customer_id, said.contact_id, "message", f"{number}: {words}")
        enquiry.put(creditor_id=creditor_id, written=written, now=now)


@step
def latest(*, creditor_id: int, customer_id: int) -> dict[int, Stands]:
    """Where each open invoice of a customer stands, by invoice; those of which nothing was said are not in it."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [creditor_id, customer_id])
        return {row[0]: Stands(*row) for row in cursor.fetchall()}
