# SPDX-License-Identifier: Apache-2.0
"""What the screens behind a figure show: payments of a month, contacts of a day, one message that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.domain.kit.money import Money
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`workbench/rows/message.html`: a message that was sent, in a frame without scripts."""

    frame: Frame
    subject: str
    written_at: datetime
    body_url: str
    text_body: str


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment, or one that went back (negative). `what` is the way it came, or why it went."""

    customer: str
    customer_url: str
    on: date
    amount: Money
    what: str = ""
    unallocated: Money | None = None
    refund_url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """`workbench/rows/payments.html`, at `workbench:payments`: what came in from `first` through `last`.

    `recorded` are sources with the day up to which they were recorded; `state_url` (POST field `through`) says a later
    one, and is empty where it may not be said.
    """

    frame: Frame
    first: date
    last: date
    rows: tuple[PaymentRow, ...]
    sums: tuple[Money, ...]
    recorded: tuple[tuple[str, date], ...] = ()
    previous_url: str = ""
    next_url: str = ""
    state_url: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact of any customer; `reason` says why it did not leave or arrive."""

    customer: str
    customer_url: str
    at: datetime
    what: str
    stage: str
    channel: str
    state: str
    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """`workbench/rows/contacts.html`, at `workbench:contacts`: those of the day, and those still `coming` in it."""

    frame: Frame
    book_url: str
    rows: tuple[ContactRow, ...]
    coming: tuple[ContactRow, ...] = ()
