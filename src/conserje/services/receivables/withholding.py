# SPDX-License-Identifier: Apache-2.0
"""Tax kept back by the customer: recognised, then certified by its paper or rejected. Never chased in
between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from conserje.data.receivables.models import Invoice, Withholding
from conserje.domain.kit.money import Money
from conserje.domain.receivables.adjustment import Certificate, NewWithholding
from conserje.domain.receivables.posting import Account, Kind, Posting, Rows, Subject, move
from conserje.services.journal import entry
from conserje.services.receivables import allocation, ledger, locked
from conserje.services.receivables.refusals import AlreadySettled, AmountRefused
from conserje.services.recovery import money
from conserje.services.tenancy.act import act, keyed, step


@keyed
@act
def recognise(*, creditor_id: int, withheld: NewWithholding, actor: str, now: datetime) -> int:
    """Set a part of an invoice aside as withheld tax; returns the withholding's id.

    One of a kind for each invoice: told again with the same amount it is the same one. Raises `AmountRefused`
    when it is more than is open or differs from the known one, and `UnknownRow`.
    """
    (made,) = recognise_many(creditor_id=creditor_id, withheld=[withheld], actor=actor, now=now)
    return made


@step
def recognise_many(
    *, creditor_id: int, withheld: Sequence[NewWithholding], actor: str, now: datetime
) -> tuple[int, ...]:
    """`recognise` for many, inside an act and in a fixed number of statements; the ids in the order given."""
    invoices = locked.invoices(creditor_id=creditor_id, ids=[item.invoice_id for item in withheld])
    standing = Withholding.objects.filter(
        creditor_id=creditor_id, invoice_id__in=list(invoices), rejected_at=None
    )
    known = {(row.invoice_id, row.kind): row for row in standing}
    new: dict[tuple[int, str], NewWithholding] = {}
    left = {key: invoice.open_minor for key, invoice in invoices.items()}
    for item in withheld:
        key = (item.invoice_id, item.kind)
        before = known[key].amount_minor if key in known else new[key].amount.minor if key in new else None
        if before is None:
            left[item.invoice_id] -= item.amount.minor
            new[key] = item
        if before not in (None, item.amount.minor) or left[item.invoice_id] < 0 or item.amount.minor <= 0:
            raise AmountRefused(
                f"Invoice {item.invoice_id}: {item.amount.minor} minor units cannot be withheld as {item.kind}; "
                "it is more than is open, or known with another amount. Correct the amount or reject the known one."
            )
        if item.amount.currency != invoices[item.invoice_id].currency:
            raise AmountRefused(f"Invoice {item.invoice_id} is in {invoices[item.invoice_id].currency}.")
    made = _write(creditor_id, list(new.values()), invoices, now)
    _tell(creditor_id, made, invoices, "receivables.withholding.recognised", actor, now)
    ids = {(row.invoice_id, row.kind): row.id for row in [*known.values(), *made]}
    return tuple(ids[item.invoice_id, item.kind] for item in withheld)


@keyed
@act
def certify(
    *, creditor_id: int, withholding_id: int, certificate: Certificate, actor: str, now: datetime
) -> None:
    """The certificate came: what was withheld is settled; the same certificate again changes nothing.

    Raises `AlreadySettled` and `UnknownRow`.
    """
    row = locked.row(creditor_id=creditor_id, model=Withholding, row_id=withholding_id)
    if (row.certificate_number, row.certified_on) == (certificate.number, certificate.certified_on):
        return
    invoice = _invoice_of_unsettled(creditor_id, row)
    row.certificate_number, row.certified_on = certificate.number, certificate.certified_on
    row.save(update_fields=["certificate_number", "certified_on"])
    on = max(certificate.certified_on, row.recognised_at.date())
    posting = _posting(Kind.WITHHOLDING_CERTIFIED, row, invoice, on)
    ledger.post(creditor_id=creditor_id, postings=[posting], now=now)
    _tell(creditor_id, [row], {invoice.id: invoice}, "receivables.withholding.certified", actor, now)


@act
def reject(*, creditor_id: int, withholding_id: int, actor: str, now: datetime) -> None:
    """It was no withholding: the amount is open again. Raises `AlreadySettled` and `UnknownRow`."""
    take_back(creditor_id=creditor_id, withholding_id=withholding_id, actor=actor, now=now)


@step
def take_back(*, creditor_id: int, withholding_id: int, actor: str, now: datetime) -> None:
    """`reject`, inside an act."""
    row = locked.row(creditor_id=creditor_id, model=Withholding, row_id=withholding_id)
    invoice = _invoice_of_unsettled(creditor_id, row)
    row.rejected_at = now
    row.save(update_fields=["rejected_at"])
    posting = _posting(Kind.WITHHOLDING_REJECTED, row, invoice, now.date())
    ledger.post(creditor_id=creditor_id, postings=[posting], now=now)
    _tell(creditor_id, [row], {invoice.id: invoice}, "receivables.withholding.rejected", actor, now)


def _invoice_of_unsettled(creditor_id: int, row: Withholding) -> Invoice:
    if row.rejected_at is not None or row.certified_on is not None:
        raise AlreadySettled(f"Withholding {row.id} was certified or rejected before.")
    return locked.invoices(creditor_id=creditor_id, ids=[row.invoice_id])[row.invoice_id]


def _write(
    creditor_id: int, new: Sequence[NewWithholding], invoices: dict[int, Invoice], now: datetime
) -> list[Withholding]:
    made = Withholding.objects.bulk_create(
        Withholding(
            creditor_id=creditor_id,
            invoice_id=item.invoice_id,
            kind=item.kind,
            amount_minor=item.amount.minor,
            recognised_at=now,
        )
        for item in new
    )
    postings = [_posting(Kind.WITHHELD, row, invoices[row.invoice_id], now.date()) for row in made]
    ledger.post(creditor_id=creditor_id, postings=postings, now=now)
    return made


def _posting(kind: Kind, row: Withholding, invoice: Invoice, on: date) -> Posting:
    debit, credit = {
        Kind.WITHHELD: (Account.WITHHELD, Account.RECEIVABLE),
        Kind.WITHHOLDING_CERTIFIED: (Account.CREDITS, Account.WITHHELD),
        Kind.WITHHOLDING_REJECTED: (Account.RECEIVABLE, Account.WITHHELD),
    }[kind]
    rows = Rows(invoice.customer_id, invoice_id=invoice.id)
    entries = move(debit=debit, credit=credit, rows=rows, amount=Money(invoice.currency, row.amount_minor))
    on = max(on, locked.counts_from(invoice=invoice))
    undoes = (Kind.WITHHELD, row.id) if kind is Kind.WITHHOLDING_REJECTED else None
    return Posting(kind, on, Subject.WITHHOLDING, row.id, entries, undoes)


def _tell(
    creditor_id: int,
    rows: Sequence[Withholding],
    invoices: dict[int, Invoice],
    kind: str,
    actor: str,
    now: datetime,
) -> None:
    entries = [
        entry.NewEntry(
            at=now,
            kind=kind,
            actor=actor,
            customer_id=invoices[row.invoice_id].customer_id,
            subject_kind="withholding",
            subject_id=row.id,
            payload={
                "invoice": row.invoice_id,
                "currency": invoices[row.invoice_id].currency,
                "minor": row.amount_minor,
            },
        )
        for row in rows
    ]
    entry.write(creditor_id=creditor_id, entries=entries)
    money.moved(
        creditor_id=creditor_id,
        customer_ids=[invoices[row.invoice_id].customer_id for row in rows],
        closed_invoice_ids=allocation.closed(creditor_id=creditor_id, ids=[row.invoice_id for row in rows]),
        payment_id=None,
        now=now,
    )
