# SPDX-License-Identifier: Apache-2.0
"""Agreements and money: accepted with evidence, and carried out in the Ledger as soon as they are paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conserje.data.arrangements.models import Agreement, AgreementInvoice, Dispute
from conserje.data.tenancy.models import Creditor
from conserje.domain.kit.days import local_date
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import NewCreditNote, NewWriteOff
from conserje.domain.receivables.allocation import Named
from conserje.services.arrangements import agreed_words, agreement, dispute, proposal
from conserje.services.arrangements.agreement import New, Sums
from conserje.services.arrangements.proposal import Refused
from conserje.services.arrangements.speaker import Speaker
from conserje.services.outreach.answer import Matter
from conserje.services.receivables import credit_note, fiscal_task, write_off
from conserje.services.receivables import locked as money_locked
from conserje.services.receivables.fiscal_task import Cause
from conserje.services.tenancy.act import act, keyed, step

__all__ = ["Refused", "accept", "carry_out_due", "carry_out_paid"]


@keyed
@act
def accept(*, creditor_id: int, proposal_id: int, seen_hash: str, by: Speaker, now: datetime) -> int:
    """Accept the other side's open proposal, whose text has the hash `seen_hash`; returns the agreement's id.

    Pressed again it is the same agreement. What needs no payment is carried out at once. Raises `proposal.Refused` when
    the text is another one, the deadline has passed, the invoice has another amount open, or it is no longer open; and
    what `dispute.held` raises.
    """
    known = agreement.of_proposal(creditor_id=creditor_id, proposal_id=proposal_id)
    if known is not None and by.customer_id in (None, known.customer_id):
        return known.id
    row, found = proposal.held(creditor_id=creditor_id, proposal_id=proposal_id, by=by)
    code = proposal.acceptable(creditor_id=creditor_id, row=row, found=found, by=by, now=now)
    if code:
        raise Refused(code)
    terms = proposal.terms_of(found)
    text = agreed_words.of_dispute(
        creditor_id=creditor_id,
        invoice=row.invoice,
        terms=terms,
        question_minor=found.question_minor,
        locale=found.locale,
    )
    if not text.hash == found.text_hash == seen_hash:
        raise Refused("proposal_text_changed")
    proposal.accepted(creditor_id=creditor_id, row=row, found=found, by=by, now=now)
    if not by.is_customer:
        dispute.answered(creditor_id=creditor_id, row=row, matter=Matter.AGREED, row_id=found.id, now=now)
    new = New(
        customer_id=row.invoice.customer_id,
        currency=row.invoice.currency,
        sums=Sums(terms.pay_minor, terms.credit_minor, terms.discount_minor),
        opens={row.invoice_id: found.question_minor},
        pay_by=terms.pay_by,
        text=text,
        proposal_id=found.id,
    )
    made = agreement.conclude(creditor_id=creditor_id, new=new, by=by, now=now)
    carry_out_paid(creditor_id=creditor_id, customer_ids=[new.customer_id], now=now)
    return made


@act
def carry_out_due(*, creditor_id: int, now: datetime) -> int:
    """Carry out whatever was paid by a road that did not do it at once; answers how many."""
    rows = Agreement.objects.filter(creditor_id=creditor_id, state="accepted")
    customers = sorted(set(rows.values_list("customer_id", flat=True)))
    return sum(carry_out_paid(creditor_id=creditor_id, customer_ids=[key], now=now) for key in customers)


@step
def carry_out_paid(*, creditor_id: int, customer_ids: Sequence[int], now: datetime) -> int:
    """After money moved: carry out the agreements of these customers of which all was paid; answers how many.

    What was paid is by how much their invoices are lower than when it was agreed, withholdings included.
    """
    standing = Agreement.objects.filter(
        creditor_id=creditor_id, customer_id__in=customer_ids, state="accepted"
    )
    done = 0
    for agreement_id in standing.order_by("id").values_list("id", flat=True):
        done += _carry_out(creditor_id, agreement_id, now)
    return done


def _carry_out(creditor_id: int, agreement_id: int, now: datetime) -> bool:
    ids = AgreementInvoice.objects.filter(creditor_id=creditor_id, agreement_id=agreement_id)
    invoice_ids = list(ids.order_by("invoice_id").values_list("invoice_id", flat=True))
    money_locked.invoices(creditor_id=creditor_id, ids=invoice_ids)
    rows = Agreement.objects.select_for_update(no_key=True)
    row = rows.filter(creditor_id=creditor_id, id=agreement_id, state="accepted").first()
    if row is None:
        return False
    if agreement.paid_of(creditor_id=creditor_id, ids=[row.id])[row.id] < row.pay_minor:
        return False
    agreement.ended(creditor_id=creditor_id, row=row, state="carried_out", now=now)
    if row.kind == "settlement":
        _write_off(creditor_id, row, invoice_ids, now)
    else:
        _credit(creditor_id, row, invoice_ids[0], now)
        _end_dispute(creditor_id, row, now)
    return True


def _credit(creditor_id: int, row: Agreement, invoice_id: int, now: datetime) -> None:
    """One credit note, as one fiscal paper: it closes the invoice, and the credit for future work stays of it."""
    minor = row.credit_minor + row.discount_minor + row.credit_minor
    if not minor:
        return
    zone = Creditor.objects.values_list("time_zone", flat=True).get(id=creditor_id)
    note = NewCreditNote(
        customer_id=row.customer_id,
        number=f"AC-{row.id}",
        issued_on=local_date(now, zone),
        amount=Money(row.currency, minor),
        named=(Named(invoice_id),),
        kind="agreement",
    )
    (note_id,) = credit_note.issue_many(creditor_id=creditor_id, notes=[note], actor="rule", now=now)
    cause = Cause(credit_note_id=note_id)
    fiscal_task.open_(
        creditor_id=creditor_id, invoice_id=invoice_id, cause=cause, amount_minor=minor, now=now
    )


def _write_off(creditor_id: int, row: Agreement, invoice_ids: Sequence[int], now: datetime) -> None:
    """What is open of the settled invoices, and never more than was agreed."""
    left = row.discount_minor
    for invoice_id, invoice in money_locked.invoices(creditor_id=creditor_id, ids=invoice_ids).items():
        minor = min(left, invoice.open_minor)
        if minor <= 0:
            continue
        left -= minor
        new = NewWriteOff(
            invoice_id, Money(row.currency, minor), "settlement", f"settlement-{row.id}-{invoice_id}"
        )
        made = write_off.give_up(creditor_id=creditor_id, new=new, written_by="rule", now=now)
        cause = Cause(write_off_id=made)
        fiscal_task.open_(
            creditor_id=creditor_id, invoice_id=invoice_id, cause=cause, amount_minor=minor, now=now
        )


def _end_dispute(creditor_id: int, row: Agreement, now: datetime) -> None:
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("invoice")
    found = rows.filter(creditor_id=creditor_id, closed_at=None, proposals__id=row.proposal_id or 0).first()
    if found is not None:
        dispute.end(creditor_id=creditor_id, row=found, outcome="agreed", by="rule", now=now)
