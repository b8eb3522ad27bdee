# SPDX-License-Identifier: Apache-2.0
"""Credit notes: issued once, applied to the invoices they are for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from conserje.data.receivables.models import CreditNote
from conserje.domain.receivables.adjustment import NewCreditNote
from conserje.domain.receivables.allocation import Share, share
from conserje.domain.receivables.keys import match_key
from conserje.domain.receivables.posting import Account, Kind, Posting, Rows, Subject, move
from conserje.services.journal import entry
from conserje.services.receivables import allocation, ledger, locked
from conserje.services.receivables.refusals import PaymentConflict
from conserje.services.tenancy.act import act, keyed, step

_INSERT = """
INSERT INTO receivables_creditnote (creditor_id, customer_id, number, number_key, issued_on, currency, amount_minor,
       unapplied_minor, created_at, kind)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s)
ON CONFLICT (creditor_id, customer_id, number_key) DO NOTHING RETURNING id
"""


@keyed
@act
def issue(*, creditor_id: int, note: NewCreditNote, actor: str, now: datetime) -> int:
    """Write a credit note and apply it to the invoices it names; returns its id. The same note again changes
    nothing.

    Raises `PaymentConflict` when the customer has a note of that number with another amount.
    """
    (note_id,) = issue_many(creditor_id=creditor_id, notes=[note], actor=actor, now=now)
    return note_id


@step
def issue_many(
    *, creditor_id: int, notes: Sequence[NewCreditNote], actor: str, now: datetime
) -> tuple[int, ...]:
    """`issue` for some notes, inside an act; their ids in the order given."""
    return tuple(_issue(creditor_id, note, actor, now) for note in notes)


def _issue(creditor_id: int, note: NewCreditNote, actor: str, now: datetime) -> int:
    key = match_key(text=note.number)
    money = (note.amount.currency, note.amount.minor)
    with connection.cursor() as cursor:
        values: list[Any] = [
            creditor_id,
            note.customer_id,
            note.number,
            key,
            note.issued_on,
            *money,
            now,
            note.kind,
        ]
        cursor.execute(_INSERT, values)
        made = cursor.fetchone()
    if made is None:
        known = CreditNote.objects.get(creditor_id=creditor_id, customer_id=note.customer_id, number_key=key)
        if (known.currency, known.amount_minor) != money:
            raise PaymentConflict(
                f"Credit note {known.id} has that number and another amount. Correct the number or the amount."
            )
        return known.id
    note_id = int(made[0])
    rows = Rows(note.customer_id, credit_note_id=note_id)
    entries = move(debit=Account.CREDITS, credit=Account.CREDIT_UNAPPLIED, rows=rows, amount=note.amount)
    issued = Posting(Kind.CREDIT_ISSUED, note.issued_on, Subject.CREDIT_NOTE, note_id, entries)
    ledger.post(creditor_id=creditor_id, postings=[issued], now=now)
    shares = _apply(creditor_id, note, rows, now)
    _journal(creditor_id, note, note_id, shares, actor, now)
    closed = allocation.closed(creditor_id=creditor_id, ids=[part.invoice_id for part in shares])
    allocation.tell(creditor_id=creditor_id, customer_id=note.customer_id, closed_ids=closed, now=now)
    return note_id


def _apply(creditor_id: int, note: NewCreditNote, rows: Rows, now: datetime) -> Sequence[Share]:
    """A credit is for what it names and for nothing else: it never flows on to other invoices by itself."""
    invoices = locked.invoices(creditor_id=creditor_id, ids=[name.invoice_id for name in note.named])
    mine = {key: invoice for key, invoice in invoices.items() if invoice.customer_id == note.customer_id}
    candidates = [locked.as_open(invoice=invoice) for invoice in mine.values()]
    shares = share(amount=note.amount, invoices=candidates, named=note.named, only_named=True)
    allocation.apply(
        creditor_id=creditor_id, source=rows, invoices=mine, shares=shares, on=note.issued_on, now=now
    )
    return shares


def _journal(
    creditor_id: int, note: NewCreditNote, note_id: int, shares: Sequence[Share], actor: str, now: datetime
) -> None:
    payload = {
        "currency": note.amount.currency,
        "minor": note.amount.minor,
        "applied": [{"invoice": part.invoice_id, "minor": part.amount.minor} for part in shares],
    }
    new = entry.NewEntry(
        at=now,
        kind="receivables.credit_note.issued",
        actor=actor,
        customer_id=note.customer_id,
        subject_kind="credit_note",
        subject_id=note_id,
        payload=payload,
    )
    entry.write(creditor_id=creditor_id, entries=[new])
