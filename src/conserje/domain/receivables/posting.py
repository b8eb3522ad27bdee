# SPDX-License-Identifier: Apache-2.0
"""What each act of money writes into the Ledger. Debits are positive; a posting sums to zero in each
currency.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conserje.domain.kit.money import Money


class Account(StrEnum):
    """The accounts. Only `RECEIVABLE` is chased; `WITHHELD` waits for a certificate and is aged apart."""

    RECEIVABLE = "receivable"
    WITHHELD = "withheld"
    CASH = "cash"
    UNALLOCATED = "unallocated"
    CREDIT_UNAPPLIED = "credit_unapplied"
    SALES = "sales"
    CREDITS = "credits"
    WRITTEN_OFF = "written_off"


class Subject(StrEnum):
    """The kind of row that causes a transaction."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    ALLOCATION = "allocation"
    REVERSAL = "reversal"
    WITHHOLDING = "withholding"
    WRITE_OFF = "write_off"


class Kind(StrEnum):
    """The acts of money. (kind, subject) happens once."""

    INVOICE_OPENED = "invoice_opened"
    CREDIT_ISSUED = "credit_issued"
    PAYMENT_RECORDED = "payment_recorded"
    ALLOCATED = "allocated"
    DEALLOCATED = "deallocated"
    PAYMENT_REVERSED = "payment_reversed"
    WITHHELD = "withheld"
    WITHHOLDING_CERTIFIED = "withholding_certified"
    WITHHOLDING_REJECTED = "withholding_rejected"
    WRITTEN_OFF = "written_off"


class Unbalanced(ValueError):
    """A posting whose entries do not sum to zero in each currency: a programming error, never the user's."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows an entry is about; ids of this creditor's customer, invoice, payment and credit note."""

    customer_id: int
    invoice_id: int | None = None
    payment_id: int | None = None
    credit_note_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One side: positive `amount` is a debit."""

    account: Account
    rows: Rows
    amount: Money


@dataclass(frozen=True, slots=True)
class Posting:
    """One ledger transaction to be. `undoes` is (kind, subject id) of the transaction it takes back."""

    kind: Kind
    on: date
    subject: Subject
    subject_id: int
    entries: tuple[Entry, ...]
    undoes: tuple[Kind, int] | None = None

    def __post_init__(self) -> None:
        sums: Counter[str] = Counter()
        for entry in self.entries:
            sums[entry.amount.currency] += entry.amount.minor
        if not self.entries or any(sums.values()) or any(not entry.amount for entry in self.entries):
            raise Unbalanced(f"{self.kind} of {self.subject} {self.subject_id} sums to {dict(sums)}.")


def move(*, debit: Account, credit: Account, rows: Rows, amount: Money) -> tuple[Entry, Entry]:
    """The two sides of moving a positive `amount` to `debit` from `credit`."""
    if amount.minor <= 0:
        raise Unbalanced(f"Only a positive amount is moved, not {amount.minor} {amount.currency}.")
    return Entry(debit, rows, amount), Entry(credit, rows, -amount)


def source_account(rows: Rows) -> Account:
    """Where the money of an allocation waits: unallocated cash, or unapplied credit."""
    return Account.UNALLOCATED if rows.payment_id is not None else Account.CREDIT_UNAPPLIED


def allocated(*, allocation_id: int, on: date, rows: Rows, amount: Money) -> Posting:
    """Money or credit of `rows` applied to the invoice of `rows`."""
    entries = move(debit=source_account(rows), credit=Account.RECEIVABLE, rows=rows, amount=amount)
    return Posting(Kind.ALLOCATED, on, Subject.ALLOCATION, allocation_id, entries)


def deallocated(*, allocation_id: int, undone_id: int, on: date, rows: Rows, amount: Money) -> Posting:
    """Allocation `undone_id` of `amount` taken back whole, by the opposite allocation `allocation_id`."""
    entries = move(debit=Account.RECEIVABLE, credit=source_account(rows), rows=rows, amount=amount)
    undoes = (Kind.ALLOCATED, undone_id)
    return Posting(Kind.DEALLOCATED, on, Subject.ALLOCATION, allocation_id, entries, undoes)


def opened_on(*, issued_on: date | None, first_due_on: date, today: date) -> date:
    """The day from which an invoice counts: its date of issue; not known, the day it was due if that has
    passed.
    """
    return issued_on if issued_on is not None else min(first_due_on, today)
