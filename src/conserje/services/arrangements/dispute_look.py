# SPDX-License-Identifier: Apache-2.0
"""Disputes as both sides see them: what is disputed, who said what, what is proposed, and who owes an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.db.models.functions import Least

from conserje.data.arrangements.models import Dispute, DisputeFile, DisputeMessage, Proposal
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.kit.money import Money
from conserje.services.arrangements import agreed_words, agreement, proposal
from conserje.services.arrangements.agreed_text import AgreementText
from conserje.services.arrangements.attachments import FileContent
from conserje.services.tenancy.act import step

LISTED = 200


@dataclass(frozen=True, slots=True)
class Paper:
    """A file handed in."""

    id: int
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something one side said, and the files it came with. `author` is "customer" or "person:<id>"."""

    author: str
    words: str
    at: datetime
    files: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with its exact text; `text` is None once it is closed. `hash` is that of the text it was made with."""

    id: int
    made_by: str
    made_at: datetime
    terms: Terms
    question: Money
    state: str
    closed_at: datetime | None
    hash: str
    text: AgreementText | None

    def money(self, minor: int) -> Money:
        """An amount in its currency."""
        return Money(self.question.currency, minor)


@dataclass(frozen=True, slots=True)
class Standing:
    """One dispute. `part` is None when it is about the whole invoice. Days are the creditor's; None owes nothing."""

    id: int
    customer_id: int
    customer: str
    invoice_id: int
    invoice: str
    subject: str
    open: Money
    total: Money
    part: Money | None
    kind: str
    words: str
    opened_by: str
    opened_at: datetime
    answer_by: date | None
    propose_by: date | None
    closed_at: datetime | None
    outcome: str

    @property
    def due_on(self) -> date | None:
        """The first day by which the creditor owes something."""
        return min((day for day in (self.answer_by, self.propose_by) if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Whole:
    """A dispute with everything said, proposed and agreed; proposals in order, the open one last."""

    standing: Standing
    lines: tuple[Line, ...]
    proposals: tuple[Proposed, ...]
    agreements: tuple[agreement.Standing, ...]

    @property
    def open_proposal(self) -> Proposed | None:
        """The proposal that waits for an answer."""
        return next((item for item in self.proposals if item.state == "open"), None)


@step
def listed(*, creditor_id: int, closed: bool = False) -> tuple[Standing, ...]:
    """Open disputes, the one that owes first at the top; with `closed` those that ended, the latest first."""
    rows = Dispute.objects.filter(creditor_id=creditor_id, closed_at__isnull=not closed)
    rows = rows.select_related("invoice__customer")
    if closed:
        return tuple(map(_standing, rows.order_by("-closed_at", "-id")[:LISTED]))
    first = Least("answer_by", "propose_by")
    return tuple(map(_standing, rows.order_by(first.asc(nulls_last=True), "opened_at", "id")[:LISTED]))


@step
def of_customer(*, creditor_id: int, customer_id: int) -> tuple[Standing, ...]:
    """Every dispute of a customer, open ones first, then the latest."""
    rows = Dispute.objects.filter(creditor_id=creditor_id, invoice__customer_id=customer_id)
    found = rows.select_related("invoice__customer").order_by(F("closed_at").desc(nulls_first=True), "-id")
    return tuple(map(_standing, found[:LISTED]))


@step
def one(*, creditor_id: int, dispute_id: int, customer_id: int | None = None) -> Whole | None:
    """One dispute, with `customer_id` only of that customer; None when there is none."""
    rows = Dispute.objects.filter(creditor_id=creditor_id, id=dispute_id).select_related("invoice__customer")
    if customer_id is not None:
        rows = rows.filter(invoice__customer_id=customer_id)
    row = rows.first()
    if row is None:
        return None
    proposals = list(Proposal.objects.filter(creditor_id=creditor_id, dispute_id=row.id).order_by("id"))
    accepted = [item.id for item in proposals if item.state == "accepted"]
    agreed = (agreement.of_proposal(creditor_id=creditor_id, proposal_id=key) for key in accepted)
    return Whole(
        _standing(row),
        tuple(_lines(creditor_id, row)),
        tuple(_proposed(creditor_id, row, item) for item in proposals),
        tuple(item for item in agreed if item is not None),
    )


@step
def file(
    *, creditor_id: int, dispute_id: int, file_id: int, customer_id: int | None = None
) -> FileContent | None:
    """A file of a dispute, with `customer_id` only of that customer's; None for any other."""
    rows = DisputeFile.objects.filter(creditor_id=creditor_id, dispute_id=dispute_id, id=file_id)
    if customer_id is not None:
        rows = rows.filter(dispute__invoice__customer_id=customer_id)
    found = rows.values_list("file_name", "media_type", "content").first()
    return None if found is None else FileContent(found[0], found[1], bytes(found[2]))


def _standing(row: Dispute) -> Standing:
    invoice = row.invoice

    def money(minor: int) -> Money:
        return Money(invoice.currency, minor)

    return Standing(
        id=row.id,
        customer_id=invoice.customer_id,
        customer=invoice.customer.name,
        invoice_id=invoice.id,
        invoice=invoice.number,
        subject=invoice.subject,
        open=money(invoice.open_minor),
        total=money(invoice.total_minor),
        part=None if row.amount_minor is None else money(row.amount_minor),
        kind=row.kind,
        words=row.words,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        answer_by=row.answer_by,
        propose_by=row.propose_by,
        closed_at=row.closed_at,
        outcome=row.outcome,
    )


def _lines(creditor_id: int, row: Dispute) -> Iterable[Line]:
    """The opening and the messages in order; a file stands with what its author said at that moment."""
    said = [(row.opened_by, row.words, row.opened_at)]
    messages = DisputeMessage.objects.filter(creditor_id=creditor_id, dispute_id=row.id)
    said += list(messages.order_by("written_at", "id").values_list("author", "words", "written_at"))
    papers: dict[tuple[str, datetime], list[Paper]] = {}
    files = DisputeFile.objects.filter(creditor_id=creditor_id, dispute_id=row.id).order_by("id")
    for file in files.only("author", "added_at", "id", "file_name", "media_type", "size"):
        paper = Paper(file.id, file.file_name, file.media_type, file.size)
        papers.setdefault((file.author, file.added_at), []).append(paper)
    for author, words, at in said:
        yield Line(author, words, at, tuple(papers.pop((author, at), ())))


def _proposed(creditor_id: int, row: Dispute, item: Proposal) -> Proposed:
    terms = proposal.terms_of(item)
    text = None
    if item.state == "open":
        text = agreed_words.of_dispute(
            creditor_id=creditor_id,
            invoice=row.invoice,
            terms=terms,
            question_minor=item.question_minor,
            locale=item.locale,
        )
    return Proposed(
        id=item.id,
        made_by=item.made_by,
        made_at=item.made_at,
        terms=terms,
        question=Money(row.invoice.currency, item.question_minor),
        state=item.state,
        closed_at=item.closed_at,
        hash=item.text_hash,
        text=text,
    )
