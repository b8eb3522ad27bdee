# SPDX-License-Identifier: Apache-2.0
"""Proposals to end a dispute: made, countered, withdrawn, expired. Exactly one of a dispute is open at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from conserje.data.arrangements.models import Agreement, Dispute, Proposal
from conserje.domain.arrangements import proposal as judged
from conserje.domain.arrangements.proposal import Terms
from conserje.domain.kit.days import local_date
from conserje.services.arrangements import agreed_words, dispute
from conserje.services.arrangements.speaker import Speaker, other_side
from conserje.services.outreach import local_day
from conserje.services.outreach.answer import Matter
from conserje.services.tenancy.act import act, keyed, step


class Refused(ValueError):
    """The proposal cannot be made or answered as asked; its first argument is the code of the sentence to show."""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Terms as one side gives them. `seen_id` is the open proposal they saw, None when none was; it is countered.

    `locale` is the language of its text; empty, the customer's own.
    """

    terms: Terms
    seen_id: int | None
    locale: str


@keyed
@act
def make(*, creditor_id: int, dispute_id: int, new: NewProposal, by: Speaker, now: datetime) -> int:
    """Propose terms for all that is open of a disputed invoice; returns the proposal's id.

    The other side's open proposal is countered by it. The same terms again are the same proposal. Raises `Refused` when
    the sum is not exact, the deadline does not fit, one's own is open, something is agreed already, or another one was
    made meanwhile; and what `dispute.held` raises.
    """
    row = dispute.held(creditor_id=creditor_id, dispute_id=dispute_id, by=by)
    open_one = Proposal.objects.filter(creditor_id=creditor_id, dispute_id=dispute_id, state="open").first()
    if open_one is not None and not other_side(open_one.made_by, by=by):
        if terms_of(open_one) == new.terms:
            return open_one.id
        raise Refused("proposal_yours_open")
    if (open_one.id if open_one else None) != new.seen_id:
        raise Refused("proposal_changed")
    if _agreed(creditor_id, row.invoice_id):
        raise Refused("proposal_agreed")
    question_minor = row.invoice.open_minor
    code = judged.wrong(new.terms, question_minor=question_minor, today=_today(creditor_id, row, now))
    if code:
        raise Refused(code)
    locale = new.locale or agreed_words.locale_of(
        creditor_id=creditor_id, customer_id=row.invoice.customer_id
    )
    text = agreed_words.of_dispute(
        creditor_id=creditor_id,
        invoice=row.invoice,
        terms=new.terms,
        question_minor=question_minor,
        locale=locale,
    )
    if open_one is not None:
        _close(open_one, "countered", now)
    made = Proposal.objects.create(
        creditor_id=creditor_id,
        dispute_id=dispute_id,
        answers=open_one,
        question_minor=question_minor,
        pay_minor=new.terms.pay_minor,
        credit_minor=new.terms.credit_minor,
        discount_minor=new.terms.discount_minor,
        pay_by=new.terms.pay_by,
        made_by=by.actor,
        made_from=by.source,
        made_at=now,
        locale=locale,
        text_hash=text.hash,
    )
    if not by.is_customer:
        row.propose_by = None
        row.save(update_fields=["propose_by"])
    dispute.heard(creditor_id=creditor_id, row=row, by=by, now=now)
    _tell(creditor_id, row, made, "proposed", by.actor, now)
    if not by.is_customer:
        dispute.answered(creditor_id=creditor_id, row=row, matter=Matter.PROPOSAL, row_id=made.id, now=now)
    return made.id


@act
def withdraw(*, creditor_id: int, proposal_id: int, by: Speaker, now: datetime) -> None:
    """Take one's own open proposal back. Raises `Refused`, and what `dispute.held` raises."""
    row, found = held(creditor_id=creditor_id, proposal_id=proposal_id, by=by)
    if found.state != "open":
        raise Refused(f"proposal_{found.state}")
    if other_side(found.made_by, by=by):
        raise Refused("proposal_not_yours")
    _close(found, "withdrawn", now)
    _tell(creditor_id, row, found, "proposal_withdrawn", by.actor, now)


@act
def judge_due(*, creditor_id: int, now: datetime) -> int:
    """Open proposals whose day has passed where the customer is, or whose invoice has another amount open, expire."""
    candidates = list(
        Proposal.objects.filter(creditor_id=creditor_id, state="open")
        .filter(pay_by__lt=local_date(now, "Pacific/Kiritimati"))
        .values_list("id", flat=True)
    )
    candidates += list(
        Proposal.objects.filter(creditor_id=creditor_id, state="open")
        .exclude(dispute__invoice__open_minor=F("question_minor"))
        .values_list("id", flat=True)
    )
    return sum(_expired(creditor_id, proposal_id, now) for proposal_id in sorted(set(candidates)))


@step
def held(*, creditor_id: int, proposal_id: int, by: Speaker) -> tuple[Dispute, Proposal]:
    """A proposal with its open dispute, locked. Raises `dispute.UnknownDispute` and `dispute.Refused`."""
    dispute_id = (
        Proposal.objects.filter(creditor_id=creditor_id, id=proposal_id)
        .values_list("dispute_id", flat=True)
        .first()
    )
    if dispute_id is None:
        raise dispute.UnknownDispute(f"There is no proposal {proposal_id}.")
    row = dispute.held(creditor_id=creditor_id, dispute_id=dispute_id, by=by)
    found = Proposal.objects.select_for_update(no_key=True).get(creditor_id=creditor_id, id=proposal_id)
    return row, found


@step
def acceptable(*, creditor_id: int, row: Dispute, found: Proposal, by: Speaker, now: datetime) -> str:
    """Why `by` may not accept a proposal at `now`, as a code; "" when they may."""
    if found.state != "open":
        return f"proposal_{found.state}"
    if not other_side(found.made_by, by=by):
        return "proposal_yours_open"
    if judged.is_expired(pay_by=found.pay_by, today=_today(creditor_id, row, now)):
        return "proposal_expired"
    return "" if found.question_minor == row.invoice.open_minor else "proposal_amount_changed"


def terms_of(found: Proposal) -> Terms:
    """The terms of a row."""
    return Terms(found.pay_minor, found.credit_minor, found.discount_minor, found.pay_by)


@step
def accepted(*, creditor_id: int, row: Dispute, found: Proposal, by: Speaker, now: datetime) -> None:
    """Close a proposal that was accepted; its dispute owes nothing while the agreement stands."""
    _close(found, "accepted", now)
    row.answer_by, row.propose_by = None, None
    row.save(update_fields=["answer_by", "propose_by"])
    _tell(creditor_id, row, found, "agreed", by.actor, now)


def _expired(creditor_id: int, proposal_id: int, now: datetime) -> bool:
    # Whoever answers it holds it; the next turn looks again.
    rows = Proposal.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = (
        rows.filter(creditor_id=creditor_id, id=proposal_id, state="open")
        .select_related("dispute__invoice")
        .first()
    )
    if found is None:
        return False
    row = found.dispute
    passed = judged.is_expired(pay_by=found.pay_by, today=_today(creditor_id, row, now))
    if not passed and found.question_minor == row.invoice.open_minor:
        return False
    _close(found, "expired", now)
    _tell(creditor_id, row, found, "proposal_expired", "rule", now)
    return True


def _agreed(creditor_id: int, invoice_id: int) -> bool:
    standing = Agreement.objects.filter(
        creditor_id=creditor_id, state="accepted", invoices__invoice_id=invoice_id
    )
    return standing.exists()


def _today(creditor_id: int, row: Dispute, now: datetime) -> date:
    return local_day.today(creditor_id=creditor_id, customer_id=row.invoice.customer_id, now=now)


def _close(found: Proposal, state: str, now: datetime) -> None:
    found.state, found.closed_at = state, now
    found.save(update_fields=["state", "closed_at"])


def _tell(creditor_id: int, row: Dispute, found: Proposal, what: str, by: str, now: datetime) -> None:
    payload = {
        "proposal": found.id,
        "pay": found.pay_minor,
        "credit": found.credit_minor,
        "discount": found.discount_minor,
        "pay_by": found.pay_by,
    }
    dispute.tell(creditor_id=creditor_id, row=row, what=what, by=by, now=now, payload=payload)
