# SPDX-License-Identifier: Apache-2.0
"""Giving up a part of an invoice: a person's decision, with its reason."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import WriteOff
from conserje.domain.receivables.adjustment import NewWriteOff
from conserje.domain.receivables.posting import Account, Kind, Posting, Rows, Subject, move
from conserje.services.journal import entry
from conserje.services.receivables import allocation, ledger, locked
from conserje.services.receivables.refusals import AmountRefused, PaymentConflict
from conserje.services.tenancy.act import act, keyed, step


@keyed
@act
def make(*, creditor_id: int, new: NewWriteOff, written_by: str, now: datetime) -> int:
    """Write a part of an invoice off, once; returns the write-off's id. `written_by` is the journal's actor.

    Raises `AmountRefused` when it is more than is open or of another currency, `PaymentConflict` when its key wrote
    something else off, and `UnknownRow`.
    """
    return give_up(creditor_id=creditor_id, new=new, written_by=written_by, now=now)


@step
def give_up(*, creditor_id: int, new: NewWriteOff, written_by: str, now: datetime) -> int:
    """`make`, inside an act."""
    invoice_id, amount = new.invoice_id, new.amount
    invoice = locked.invoices(creditor_id=creditor_id, ids=[invoice_id])[invoice_id]
    if known := WriteOff.objects.filter(creditor_id=creditor_id, key=new.key).first():
        if (known.invoice_id, known.amount_minor) != (invoice_id, amount.minor):
            raise PaymentConflict(
                f"Write-off {known.id} was made by the same act. Look at the invoice again."
            )
        return known.id
    if amount.currency != invoice.currency or not 0 < amount.minor <= invoice.open_minor:
        raise AmountRefused(
            f"Invoice {invoice_id} has {invoice.open_minor} minor units of {invoice.currency} open. "
            "Write off that or less."
        )
    made = WriteOff.objects.create(
        creditor_id=creditor_id,
        invoice_id=invoice_id,
        amount_minor=amount.minor,
        reason=new.reason,
        key=new.key,
        written_by=written_by,
        written_at=now,
    )
    rows = Rows(invoice.customer_id, invoice_id=invoice_id)
    entries = move(debit=Account.WRITTEN_OFF, credit=Account.RECEIVABLE, rows=rows, amount=amount)
    on = max(now.date(), locked.counts_from(invoice=invoice))
    posting = Posting(Kind.WRITTEN_OFF, on, Subject.WRITE_OFF, made.id, entries)
    ledger.post(creditor_id=creditor_id, postings=[posting], now=now)
    told = entry.NewEntry(
        at=now,
        kind="receivables.write_off.made",
        actor=written_by,
        customer_id=invoice.customer_id,
        subject_kind="invoice",
        subject_id=invoice_id,
        payload={"write_off": made.id, "currency": amount.currency, "minor": amount.minor},
    )
    entry.write(creditor_id=creditor_id, entries=[told])
    closed = allocation.closed(creditor_id=creditor_id, ids=[invoice_id])
    allocation.tell(creditor_id=creditor_id, customer_id=invoice.customer_id, closed_ids=closed, now=now)
    return made.id
