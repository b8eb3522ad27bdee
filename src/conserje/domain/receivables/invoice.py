# SPDX-License-Identifier: Apache-2.0
"""The state of an invoice. It is never stored: it follows from amounts and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conserje.domain.kit.money import Money


class InvoiceState(StrEnum):
    """Where an invoice stands on a day. The first three have something open; the others have nothing left to
    chase.
    """

    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    OVERDUE = "overdue"
    WITHHELD = "withheld"
    WRITTEN_OFF = "written_off"
    CREDITED = "credited"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Due:
    """A part of an invoice and the day on which it falls due."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """An invoice in figures, all of one currency and none negative.

    `total` = `open` + `paid` + `credited` + `withheld` (no certificate yet) + `certified` + `written_off`.
    """

    total: Money
    open: Money
    paid: Money
    credited: Money
    withheld: Money
    certified: Money
    written_off: Money

    def adds_up(self) -> bool:
        """Whether the parts add up to the total."""
        parts = (self.open, self.paid, self.credited, self.withheld, self.certified, self.written_off)
        return sum(part.minor for part in parts) == self.total.minor


def state(*, figures: Figures, dues: Sequence[Due], today: date) -> InvoiceState:
    """The state on `today`, the creditor's local date. `dues` are all due dates of the invoice.

    An invoice is not overdue on the due day itself, and overdue is stronger than partly paid. With nothing
    open, what closed it last to be explained is named: a missing certificate, then a write-off, then a credit
    for the whole amount, else it is paid.
    """
    if figures.open.minor > 0:
        left = open_dues(dues=dues, open_amount=figures.open)
        oldest = min((due.due_on for due in left), default=None)
        if oldest is not None and oldest < today:
            return InvoiceState.OVERDUE
        return InvoiceState.OPEN if figures.open == figures.total else InvoiceState.PARTLY_PAID
    if figures.withheld:
        return InvoiceState.WITHHELD
    if figures.written_off:
        return InvoiceState.WRITTEN_OFF
    return InvoiceState.CREDITED if figures.credited == figures.total else InvoiceState.PAID


def days_past_due(*, due_on: date, today: date) -> int:
    """Whole days since `due_on`: negative before it, 0 on the day itself."""
    return (today - due_on).days


def open_dues(*, dues: Sequence[Due], open_amount: Money) -> tuple[Due, ...]:
    """How `open_amount` spreads over `dues`: what was settled covers the oldest due first, so the newest stay
    open.

    Returns only dues with something open, oldest first; they add up to `open_amount`. Raises `ValueError`
    when `open_amount` is negative or more than the dues add up to.
    """
    ordered = sorted(dues, key=lambda due: due.due_on)
    settled = sum(due.amount.minor for due in ordered) - open_amount.minor
    if settled < 0 or open_amount.minor < 0:
        raise ValueError("The open amount of an invoice lies between zero and the sum of its due amounts.")
    left: list[Due] = []
    for due in ordered:
        covered = min(settled, due.amount.minor)
        settled -= covered
        if covered < due.amount.minor:
            left.append(Due(due.due_on, Money(due.amount.currency, due.amount.minor - covered)))
    return tuple(left)


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice to be opened. The due amounts are positive and add up to `total`; else `ValueError`.

    `kind` is "invoice", "subscription" or "order".
    """

    customer_id: int
    number: str
    total: Money
    dues: tuple[Due, ...]
    issued_on: date | None = None
    purchase_order: str = ""
    subject: str = ""
    net: Money | None = None
    tax: Money | None = None
    kind: str = "invoice"

    def __post_init__(self) -> None:
        amounts = (self.total, *(due.amount for due in self.dues))
        if any(amount.currency != self.total.currency or amount.minor <= 0 for amount in amounts):
            raise ValueError(
                f"Invoice {self.number}: total and due amounts are positive and of one currency."
            )
        if sum(due.amount.minor for due in self.dues) != self.total.minor:
            raise ValueError(f"Invoice {self.number}: its due amounts do not add up to its total.")


@dataclass(frozen=True, slots=True)
class OpenedMany:
    """What the books did with many invoices. `ids` has every given invoice by (customer id, number key).

    `differing` are keys that were known with another total, currency or due dates; they were left as they
    were.
    """

    ids: dict[tuple[int, str], int]
    opened_ids: tuple[int, ...]
    differing: tuple[tuple[int, str], ...]
