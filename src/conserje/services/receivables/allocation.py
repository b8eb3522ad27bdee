# SPDX-License-Identifier: Apache-2.0
"""Applying money and credit to invoices, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction

from conserje.data.receivables.models import Allocation, CreditNote, Invoice, Payment
from conserje.domain.kit.money import Money
from conserje.domain.receivables import posting
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.posting import Rows
from conserje.services.journal import entry
from conserje.services.receivables import ledger, locked
from conserje.services.receivables.refusals import (
    AlreadySettled,
    AmountRefused,
    PaymentConflict,
    UnknownRow,
)
from conserje.services.recovery import money
from conserje.services.tenancy.act import act, keyed, step


@keyed
@act
def allocate(
    *, creditor_id: int, source: Rows, shares: Sequence[Share], key: str, actor: str, now: datetime
) -> tuple[int, ...]:
    """Apply `shares` of the payment or credit note that `source` names; returns the ids of the allocations.

    `key` names this act, like the id of the form that was pressed: told again, it is the same allocations. Raises
    `AmountRefused` when a share or their sum is more than is there, `PaymentConflict` when `key` applied something
    else, and `UnknownRow`.
    """
    held = locked.source(creditor_id=creditor_id, rows=source)
    if known := _made_by(creditor_id, held, shares, key):
        return known
    invoices = locked.invoices(creditor_id=creditor_id, ids=[share.invoice_id for share in shares])
    _check(held, invoices, shares)
    rows = replace(source, customer_id=held.customer_id)
    made = _apply(creditor_id, rows, invoices, shares, on=_dated(held), now=now, key=key)
    ids = tuple(allocation.id for allocation in made)
    payload = {
        "allocations": list(ids),
        "currency": held.currency,
        "minor": sum(s.amount.minor for s in shares),
    }
    _journal(creditor_id, "receivables.allocation.made", actor, held.customer_id, payload, now)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=[held.customer_id],
        closed_invoice_ids=closed(creditor_id=creditor_id, ids=invoices),
        payment_id=source.payment_id,
        now=now,
    )
    return ids


@act
def reverse(*, creditor_id: int, allocation_id: int, actor: str, now: datetime) -> int:
    """Take back one allocation whole: its invoice is open again, its money waits. Returns the opposite row's
    id.

    Raises `AlreadySettled` when it was taken back before or is itself a taking back, and `UnknownRow`.
    """
    found = Allocation.objects.filter(creditor_id=creditor_id, id=allocation_id).first()
    if found is None:
        raise UnknownRow(f"There is no allocation {allocation_id} in this creditor's books.")
    if found.reverses_id is not None:
        raise AlreadySettled(f"Allocation {allocation_id} is itself a taking back; allocate again instead.")
    held = locked.source(creditor_id=creditor_id, rows=_source_of(found, 0))
    invoices = locked.invoices(creditor_id=creditor_id, ids=[found.invoice_id])
    (made,) = undo(
        creditor_id=creditor_id, held=held, allocations=[found], invoices=invoices, on=now.date(), now=now
    )
    payload = {"allocation": allocation_id, "currency": held.currency, "minor": found.amount_minor}
    _journal(creditor_id, "receivables.allocation.reversed", actor, held.customer_id, payload, now)
    tell(creditor_id=creditor_id, customer_id=held.customer_id, closed_ids=(), now=now)
    return made.id


@step
def apply(
    *,
    creditor_id: int,
    source: Rows,
    invoices: Mapping[int, Invoice],
    shares: Sequence[Share],
    on: date,
    now: datetime,
) -> list[Allocation]:
    """Write `shares` of `source`, whose row and `invoices` are locked. Raises `IntegrityError` on too much."""
    return _apply(creditor_id, source, invoices, shares, on=on, now=now, key="")


def _apply(
    creditor_id: int,
    source: Rows,
    invoices: Mapping[int, Invoice],
    shares: Sequence[Share],
    *,
    on: date,
    now: datetime,
    key: str,
) -> list[Allocation]:
    made = Allocation.objects.bulk_create(
        [
            Allocation(
                creditor_id=creditor_id,
                payment_id=source.payment_id,
                credit_note_id=source.credit_note_id,
                invoice_id=share.invoice_id,
                amount_minor=share.amount.minor,
                made_at=now,
                key=key,
            )
            for share in shares
        ]
    )
    postings = [
        posting.allocated(
            allocation_id=allocation.id,
            on=max(on, locked.counts_from(invoice=invoices[share.invoice_id])),
            rows=replace(source, invoice_id=share.invoice_id),
            amount=share.amount,
        )
        for allocation, share in zip(made, shares, strict=True)
    ]
    ledger.post(creditor_id=creditor_id, postings=postings, now=now)
    return made


@step
def undo(
    *,
    creditor_id: int,
    held: Payment | CreditNote,
    allocations: Sequence[Allocation],
    invoices: Mapping[int, Invoice],
    on: date,
    now: datetime,
) -> list[Allocation]:
    """Take back `allocations` of `held` whole; rows are locked. Raises `AlreadySettled`."""
    back = [
        Allocation(
            creditor_id=creditor_id,
            payment_id=old.payment_id,
            credit_note_id=old.credit_note_id,
            invoice_id=old.invoice_id,
            amount_minor=-old.amount_minor,
            reverses_id=old.id,
            made_at=now,
        )
        for old in allocations
    ]
    try:
        with transaction.atomic():
            made = Allocation.objects.bulk_create(back)
    except IntegrityError as error:
        raise AlreadySettled("An allocation was taken back before. Look at the customer again.") from error
    postings = [
        posting.deallocated(
            allocation_id=new.id,
            undone_id=old.id,
            on=max(on, _dated(held), locked.counts_from(invoice=invoices[old.invoice_id])),
            rows=_source_of(old, held.customer_id),
            amount=Money(held.currency, old.amount_minor),
        )
        for new, old in zip(made, allocations, strict=True)
    ]
    ledger.post(creditor_id=creditor_id, postings=postings, now=now)
    return made


@step
def standing_of(*, creditor_id: int, rows: Rows) -> list[Allocation]:
    """The allocations of a payment or credit note that have not been taken back, newest first."""
    mine = Allocation.objects.filter(creditor_id=creditor_id)
    if rows.payment_id is not None:
        mine = mine.filter(payment_id=rows.payment_id)
    else:
        mine = mine.filter(credit_note_id=rows.credit_note_id or 0)
    undone = mine.filter(reverses__isnull=False).values("reverses_id")
    return list(mine.filter(reverses=None).exclude(id__in=undone).order_by("-id"))


@step
def closed(*, creditor_id: int, ids: Mapping[int, object] | Sequence[int]) -> tuple[int, ...]:
    """Those of the invoices `ids` that have nothing open now."""
    found = Invoice.objects.filter(creditor_id=creditor_id, id__in=list(ids), open_minor=0)
    return tuple(found.order_by("id").values_list("id", flat=True))


@step
def tell(*, creditor_id: int, customer_id: int, closed_ids: Sequence[int], now: datetime) -> None:
    """Tell outreach that open amounts of a customer changed other than by a payment just received."""
    money.moved(
        creditor_id=creditor_id,
        customer_ids=[customer_id],
        closed_invoice_ids=closed_ids,
        payment_id=None,
        now=now,
    )


def _made_by(
    creditor_id: int, held: Payment | CreditNote, shares: Sequence[Share], key: str
) -> tuple[int, ...]:
    """The allocations that the act `key` made before; none when it is news."""
    if not key:
        raise ValueError("An allocation by hand has a key: what makes it once when it is told twice.")
    known = list(Allocation.objects.filter(creditor_id=creditor_id, key=key).order_by("id"))
    source = (held.id, None) if isinstance(held, Payment) else (None, held.id)
    told = [(*source, share.invoice_id, share.amount.minor) for share in shares]
    made = [(row.payment_id, row.credit_note_id, row.invoice_id, row.amount_minor) for row in known]
    if made and made != told:
        raise PaymentConflict("This was applied before in another way. Look at the customer again.")
    return tuple(row.id for row in known)


def _check(held: Payment | CreditNote, invoices: Mapping[int, Invoice], shares: Sequence[Share]) -> None:
    left = held.unallocated_minor if isinstance(held, Payment) else held.unapplied_minor
    if not shares or sum(share.amount.minor for share in shares) > left:
        raise AmountRefused(
            f"Only {left} minor units of {held.currency} are left to apply. Lower the amounts."
        )
    if len(invoices) != len(shares):
        raise AmountRefused("An invoice was named twice. Name each once, with its whole amount.")
    for share in shares:
        invoice = invoices[share.invoice_id]
        if invoice.customer_id != held.customer_id:
            raise AmountRefused(f"Invoice {invoice.id} is another customer's. Choose one of the payer's.")
        if invoice.currency != held.currency or share.amount.currency != held.currency:
            raise AmountRefused(
                f"Invoice {invoice.id} is in {invoice.currency}, the money in {held.currency}."
            )
        if not 0 < share.amount.minor <= invoice.open_minor:
            raise AmountRefused(f"Invoice {invoice.id} has {invoice.open_minor} open. Lower its amount.")


def _dated(held: Payment | CreditNote) -> date:
    return held.value_on if isinstance(held, Payment) else held.issued_on


def _source_of(allocation: Allocation, customer_id: int) -> Rows:
    return Rows(customer_id, allocation.invoice_id, allocation.payment_id, allocation.credit_note_id)


def _journal(
    creditor_id: int, kind: str, actor: str, customer_id: int, payload: dict[str, object], now: datetime
) -> None:
    new = entry.NewEntry(at=now, kind=kind, actor=actor, customer_id=customer_id, payload=payload)
    entry.write(creditor_id=creditor_id, entries=[new])
