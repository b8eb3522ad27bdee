# SPDX-License-Identifier: Apache-2.0
"""Disputes: opened for a part or the whole of an invoice, talked over, closed with an outcome. Only that part stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from conserje.data.arrangements.models import Dispute, DisputeMessage, Proposal
from conserje.data.receivables.models import Invoice
from conserje.data.tenancy.models import Creditor
from conserje.domain.arrangements import dispute as clocks
from conserje.domain.arrangements.dispute import DisputeKind
from conserje.domain.kit.days import business_days_after, local_date
from conserje.services.arrangements import attachments
from conserje.services.arrangements.attachments import NewFile
from conserje.services.arrangements.speaker import CUSTOMER, Speaker
from conserje.services.journal import entry as journal
from conserje.services.outreach import answer, hold, page_words, review
from conserje.services.outreach.answer import Given, Matter
from conserje.services.tenancy.act import act, keyed, step

LONGEST_WORDS = 4000
RESTS = "just_answered"


class Refused(ValueError):
    """The dispute does not fit the invoice; its first argument is the code of the sentence to show."""


class UnknownDispute(LookupError):
    """There is no such dispute for whoever asks."""


@dataclass(frozen=True, slots=True)
class About:
    """What is disputed: an amount in minor units (None: the whole invoice), of which kind, in whose words."""

    amount_minor: int | None
    kind: str
    words: str = ""
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What one side writes. `key` names the press of the form: told again, it is said once.

    `stands`: the person lets words stand that only the house's own taste is against.
    """

    words: str
    key: str
    files: tuple[NewFile, ...] = ()
    stands: bool = False


@keyed
@act
def open_(*, creditor_id: int, invoice_id: int, about: About, by: str, now: datetime) -> int:
    """Leave the disputed amount of an invoice alone until the dispute is closed; returns the dispute's id.

    The same objection again, while it is open, is the same dispute. What the customer says starts the answer clock.
    Raises `Refused`, and `attachments.Refused` for a file that may not be kept.
    """
    amount_minor = about.amount_minor
    invoice = Invoice.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=invoice_id)
    if about.kind not in set(clocks.CHOOSABLE):
        raise Refused("dispute_is_paid" if about.kind == DisputeKind.ALREADY_PAID else "dispute_kind_unknown")
    if not invoice.open_minor or (amount_minor is not None and not 0 < amount_minor <= invoice.open_minor):
        raise Refused("dispute_over_open_amount")
    facts: dict[str, Any] = {
        "creditor_id": creditor_id,
        "invoice_id": invoice_id,
        "amount_minor": amount_minor,
        "kind": about.kind,
        "words": about.words[:LONGEST_WORDS],
        "opened_by": by,
    }
    known = Dispute.objects.filter(**facts, closed_at=None).first()
    if known is not None:
        return known.id
    today = _today(creditor_id, now)
    row = Dispute.objects.create(
        **facts,
        opened_at=now,
        answer_by=clocks.answer_by(on=today) if by == CUSTOMER else None,
        propose_by=clocks.propose_by(on=today),
    )
    attachments.keep(creditor_id=creditor_id, dispute_id=row.id, files=about.files, author=by, now=now)
    payload = {"amount_minor": amount_minor, "files": len(about.files)}
    tell(creditor_id=creditor_id, row=row, what="opened", by=by, now=now, payload=payload)
    return row.id


@keyed
@act
def write(*, creditor_id: int, dispute_id: int, said: Said, by: Speaker, now: datetime) -> int:
    """Add a message of one side to an open dispute; returns its id. What the customer writes starts the answer clock.

    Raises `UnknownDispute`, `Refused` for a message without words or files or a closed dispute, `attachments.Refused`.
    What the creditor writes passes the look of `page_words`, which raises `content.Unlawful`.
    """
    row = held(creditor_id=creditor_id, dispute_id=dispute_id, by=by)
    known = DisputeMessage.objects.filter(
        creditor_id=creditor_id, dispute_id=dispute_id, key=said.key
    ).first()
    if known is not None:
        return known.id
    if not said.words.strip() and not said.files:
        raise Refused("message_empty")
    looked: dict[str, list[str]] = {}
    if not by.is_customer:
        looked = page_words.let_stand(
            creditor_id=creditor_id,
            customer_id=row.invoice.customer_id,
            words=said.words,
            stands=said.stands,
            now=now,
        )
    made = DisputeMessage.objects.create(
        creditor_id=creditor_id,
        dispute_id=dispute_id,
        author=by.actor,
        words=said.words.strip()[:LONGEST_WORDS],
        written_at=now,
        key=said.key[:64],
    )
    attachments.keep(
        creditor_id=creditor_id, dispute_id=dispute_id, files=said.files, author=by.actor, now=now
    )
    heard(creditor_id=creditor_id, row=row, by=by, now=now)
    payload = {"message": made.id, "files": len(said.files), **looked}
    tell(creditor_id=creditor_id, row=row, what="written", by=by.actor, now=now, payload=payload)
    if not by.is_customer:
        answered(creditor_id=creditor_id, row=row, matter=Matter.MESSAGE, row_id=made.id, now=now)
    return made.id


@act
def close(*, creditor_id: int, dispute_id: int, outcome: str, by: str, now: datetime) -> None:
    """End a dispute; what is still open of its amount may be asked for again, not before the next business day.

    An open proposal ends with it.
    """
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("invoice")
    row = rows.filter(creditor_id=creditor_id, id=dispute_id, closed_at=None).first()
    if row is None:
        raise UnknownDispute(f"There is no open dispute {dispute_id}.")
    end(creditor_id=creditor_id, row=row, outcome=outcome, by=by, now=now)
    if by.startswith("person:") and answered(
        creditor_id=creditor_id, row=row, matter=Matter.CLOSED, row_id=row.id, now=now
    ):
        _rest(creditor_id, row.invoice.customer_id, now)


@step
def end(*, creditor_id: int, row: Dispute, outcome: str, by: str, now: datetime) -> None:
    """`close`, inside an act that holds the row."""
    row.closed_at, row.outcome, row.answer_by, row.propose_by = now, outcome, None, None
    row.save(update_fields=["closed_at", "outcome", "answer_by", "propose_by"])
    Proposal.objects.filter(creditor_id=creditor_id, dispute_id=row.id, state="open").update(
        state="withdrawn", closed_at=now
    )
    tell(creditor_id=creditor_id, row=row, what="closed", by=by, now=now, payload={"outcome": outcome})


@step
def held(*, creditor_id: int, dispute_id: int, by: Speaker) -> Dispute:
    """An open dispute with its invoice, both locked. Raises `UnknownDispute`, and `Refused` when it is closed.

    A customer is told no more of another's dispute than of one that never was.
    """
    mine = Dispute.objects.filter(creditor_id=creditor_id, id=dispute_id)
    if by.customer_id is not None:
        mine = mine.filter(invoice__customer_id=by.customer_id)
    invoice_id = mine.values_list("invoice_id", flat=True).first()
    if invoice_id is None:
        raise UnknownDispute(f"There is no dispute {dispute_id}.")
    Invoice.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=invoice_id)
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("invoice")
    row = rows.get(creditor_id=creditor_id, id=dispute_id)
    if row.closed_at is not None:
        raise Refused("dispute_closed")
    return row


@step
def heard(*, creditor_id: int, row: Dispute, by: Speaker, now: datetime) -> None:
    """Move the answer clock: what the customer says starts it when it stands still; what the creditor says stops it."""
    if not by.is_customer:
        row.answer_by = None
    elif row.answer_by is None:
        row.answer_by = clocks.answer_by(on=_today(creditor_id, now))
    row.save(update_fields=["answer_by"])


@step
def answered(*, creditor_id: int, row: Dispute, matter: Matter, row_id: int, now: datetime) -> bool:
    """Have the customer told by letter that somebody here answered them: only about what they raised or took up.

    False when no letter leaves.
    """
    if row.kind == DisputeKind.IMPORT and not _took_up(creditor_id, row.id):
        return False
    given = Given(row.invoice.customer_id, matter, row_id)
    return answer.tell(creditor_id=creditor_id, given=given, now=now)


@step
def tell(
    *, creditor_id: int, row: Dispute, what: str, by: str, now: datetime, payload: Mapping[str, object]
) -> None:
    """Write what happened to a dispute into the journal, and have its customer looked at."""
    customer_id = row.invoice.customer_id
    journal.write(
        creditor_id=creditor_id,
        entries=[
            journal.NewEntry(
                at=now,
                kind=f"arrangements.dispute.{what}",
                actor=by if by.startswith("person:") or by == "rule" else "customer",
                customer_id=customer_id,
                subject_kind="dispute",
                subject_id=row.id,
                payload=payload,
            )
        ],
    )
    review.wake_many(creditor_id=creditor_id, customer_ids=[customer_id], now=now, reason=f"dispute.{what}")


def _rest(creditor_id: int, customer_id: int, now: datetime) -> None:
    """No reminder on the heels of an answer: the customer is left alone until the next business day."""
    until = business_days_after(_today(creditor_id, now), 1) - timedelta(days=1)
    pause = hold.Pause(None, RESTS, until)
    hold.put(creditor_id=creditor_id, customer_id=customer_id, pause=pause, by="rule", now=now)


def _took_up(creditor_id: int, dispute_id: int) -> bool:
    known = {"creditor_id": creditor_id, "dispute_id": dispute_id}
    said = DisputeMessage.objects.filter(**known, author=CUSTOMER)
    return said.exists() or Proposal.objects.filter(**known, made_by=CUSTOMER).exists()


def _today(creditor_id: int, now: datetime) -> date:
    """The creditor's day: its clocks count its own business days."""
    return local_date(now, Creditor.objects.values_list("time_zone", flat=True).get(id=creditor_id))
