# SPDX-License-Identifier: Apache-2.0
"""Giving up a part of an invoice: a person's decision, with its reason."""

from __future__ import annotations

from datetime import datetime

from conserje.data.receivables.models import WriteOff
from conserje.domain.kit.money import Money
from conserje.domain.receivables.posting import Account, Kind, Posting, Rows, Subject, move
from conserje.services.journal import entry
from conserje.services.receivables import allocation, ledger, locked
from conserje.services.receivables.contention import retried
from conserje.services.receivables.refusals import AmountRefused
from conserje.services.tenancy.act import act


@retried
@act
def make(
    *, creditor_id: int, invoice_id: int, amount: Money, reason: str, written_by: str, now: datetime
) -> int:
    """Write `amount` of an invoice off; returns the write-off's id. `written_by` is the journal's actor.

    Raises `AmountRefused` when it is more than is open or of another currency, and `UnknownRow`.
    """
    invoice = locked.invoices(creditor_id=creditor_id, ids=[invoice_id])[invoice_id]
    if amount.currency != invoice.currency or not 0 < amount.minor <= invoice.open_minor:
        raise AmountRefused(
            f"Invoice {invoice_id} has {invoice.open_minor} minor units of {invoice.currency} open. "
            "Write off that or less."
        )
    made = WriteOff.objects.create(
        creditor_id=creditor_id,
        invoice_id=invoice_id,
        amount_minor=amount.minor,
        reason=reason,
        written_by=written_by,
        written_at=now,
    )
    rows = Rows(invoice.customer_id, invoice_id=invoice_id)
    entries = move(debit=Account.WRITTEN_OFF, credit=Account.RECEIVABLE, rows=rows, amount=amount)
    on = max(now.date(), locked.counts_from(invoice=invoice))
    posting = Posting(Kind.WRITTEN_OFF, on, Subject.WRITE_OFF, made.id, entries)
    ledger.post(creditor_id=creditor_id, postings=[posting], now=now)
    new = entry.NewEntry(
        at=now,
        kind="receivables.write_off.made",
        actor=written_by,
        customer_id=invoice.customer_id,
        subject_kind="invoice",
        subject_id=invoice_id,
        payload={"write_off": made.id, "currency": amount.currency, "minor": amount.minor},
    )
    entry.write(creditor_id=creditor_id, entries=[new])
    closed = allocation.closed(creditor_id=creditor_id, ids=[invoice_id])
    allocation.tell(creditor_id=creditor_id, customer_id=invoice.customer_id, closed_ids=closed, now=now)
    return made.id
