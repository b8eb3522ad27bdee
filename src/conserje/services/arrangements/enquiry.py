# SPDX-License-Identifier: Apache-2.0
"""What customers write to the creditor, and the answer of a person. Until it comes, nothing is chased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from conserje.data.arrangements.models import Enquiry
from conserje.data.receivables.models import Customer
from conserje.data.tenancy.models import Creditor
from conserje.domain.rules.duties import days_after
from conserje.domain.rules.vocabulary import DayCount
from conserje.services.arrangements import locked
from conserje.services.journal import entry as journal
from conserje.services.outreach import answer as answers
from conserje.services.outreach import law, local_day, page_words, review
from conserje.services.outreach.answer import Given, Matter
from conserje.services.tenancy.act import act, keyed, step

LONGEST_WORDS: Final = 4000
# The answer clock, in business days where the customer is.
ANSWER_DAYS: Final = {"message": 1, "complaint": 5, "wrong_person": 1}


class Refused(ValueError):
    """What was written cannot be taken, or is answered already; its first argument is the code of the sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """Who writes what: `kind` is message, complaint or wrong_person."""

    customer_id: int
    contact_id: int | None
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One enquiry as it stands; `customer` is a name, `answered_at` None while it is open."""

    id: int
    customer_id: int
    customer: str
    contact: str
    kind: str
    words: str
    asked_at: datetime
    answer_by: date
    answered_at: datetime | None
    answer: str


@keyed
@act
def write(*, creditor_id: int, written: Written, now: datetime) -> int:
    """Take what a customer writes; returns its id. The same words again, while they are open, are the same enquiry."""
    if not written.words.strip():
        raise Refused("enquiry_without_words")
    return put(creditor_id=creditor_id, written=written, now=now)


@step
def put(*, creditor_id: int, written: Written, now: datetime) -> int:
    """The same as part of another act."""
    locked.customer(creditor_id=creditor_id, customer_id=written.customer_id)
    words = written.words.strip()[:LONGEST_WORDS]
    same = {
        "creditor_id": creditor_id,
        "customer_id": written.customer_id,
        "contact_id": written.contact_id,
        "kind": written.kind,
        "words": words,
    }
    known = Enquiry.objects.filter(**same, answered_at=None).first()
    if known is not None:
        return known.id
    due = answer_by(creditor_id=creditor_id, customer_id=written.customer_id, kind=written.kind, now=now)
    row = Enquiry.objects.create(**same, asked_at=now, answer_by=due)
    _tell(row, "made", "customer", now)
    return row.id


@step
def answer_by(*, creditor_id: int, customer_id: int, kind: str, now: datetime) -> date:
    """By when what is written at `now` is answered: business days where the customer is, its holidays left out."""
    rows = Customer.objects.filter(creditor_id=creditor_id, id=customer_id)
    country = rows.values_list("country", flat=True).first()
    if not country:
        country = Creditor.objects.values_list("country", flat=True).get(id=creditor_id)
    closed = {day for pack in law.stack_for(country=country).packs for day in pack.holidays.days}
    today = local_day.today(creditor_id=creditor_id, customer_id=customer_id, now=now)
    return days_after(today, days=ANSWER_DAYS[kind], count=DayCount.BUSINESS, closed=closed)


@act
def answer(
    *, creditor_id: int, enquiry_id: int, words: str, by: str, now: datetime, stands: bool = False
) -> None:
    """Answer for all to see, and let contacts go on as they are due. `by` is "person:<id>".

    Raises `Refused`, and `content.Unlawful` for words that the customer may not be told. `stands` as in
    `page_words`.
    """
    row = (
        Enquiry.objects.select_for_update(no_key=True).filter(creditor_id=creditor_id, id=enquiry_id).first()
    )
    if row is None or row.answered_at is not None:
        raise Refused("enquiry_answered_already")
    if row.kind != "wrong_person" and not words.strip():
        raise Refused("answer_without_words")
    said = page_words.let_stand(
        creditor_id=creditor_id, customer_id=row.customer_id, words=words, stands=stands, now=now
    )
    row.answered_at, row.answered_by, row.answer = now, by[:80], words.strip()[:LONGEST_WORDS]
    row.save(update_fields=["answered_at", "answered_by", "answer"])
    _tell(row, "answered", by, now, said)
    matter = {"message": Matter.ENQUIRY, "complaint": Matter.COMPLAINT}.get(row.kind)
    if matter is not None:
        given = Given(row.customer_id, matter, row.id, row.contact_id)
        answers.tell(creditor_id=creditor_id, given=given, now=now)


@step
def of_customer(*, creditor_id: int, customer_id: int) -> list[Standing]:
    """What a customer wrote, newest first, at most fifty."""
    rows = Enquiry.objects.filter(creditor_id=creditor_id, customer_id=customer_id).order_by(
        "-asked_at", "-id"
    )
    return [Standing(*row) for row in rows.values_list(*_COLUMNS)[:50]]


@step
def waiting(*, creditor_id: int) -> list[Standing]:
    """What waits for an answer, the most urgent first, at most two hundred."""
    rows = Enquiry.objects.filter(creditor_id=creditor_id, answered_at=None).order_by("answer_by", "id")
    return [Standing(*row) for row in rows.values_list(*_COLUMNS)[:200]]


_COLUMNS: Final = (
    "id",
    "customer_id",
    "customer__name",
    "contact__name",
    "kind",
    "words",
    "asked_at",
    "answer_by",
    "answered_at",
    "answer",
)


def _tell(
    row: Enquiry, what: str, actor: str, now: datetime, more: Mapping[str, list[str]] | None = None
) -> None:
    entry = journal.NewEntry(
        at=now,
        kind=f"arrangements.enquiry.{what}",
        actor=actor,
        customer_id=row.customer_id,
        subject_kind="enquiry",
        subject_id=row.id,
        payload={"kind": row.kind, "answer_by": row.answer_by.isoformat(), **(more or {})},
    )
    journal.write(creditor_id=row.creditor_id, entries=[entry])
    review.wake_many(
        creditor_id=row.creditor_id, customer_ids=[row.customer_id], now=now, reason=f"enquiry.{what}"
    )
