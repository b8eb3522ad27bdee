# SPDX-License-Identifier: Apache-2.0
"""What the screens of the bank show: its lines by state, and one line with what it may be applied to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.ui.listing import Pager
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class BankTab:
    """Lines of one state: how many, and how much came in with them by currency."""

    label: str
    url: str
    count: int
    chosen: bool
    came_in: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class BankShare:
    """A part of a line for one invoice; `withheld` was kept back from it as `tax`. `url` leads to its customer."""

    number: str
    url: str
    paid: Money
    withheld: Money | None = None
    tax: str = ""


@dataclass(frozen=True, slots=True)
class BankPaid:
    """A payment in the books that a line confirms."""

    customer: str
    url: str
    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class BankRow:
    """One line of the bank. `what` says in a sentence what it was taken for; `left` is what no invoice takes.

    `confirm_url` takes POST `decision`; addresses of acts are empty where there is nothing to do or no leave to do it.
    """

    id: int
    state: str
    tone: str
    on: date
    amount: Money
    text: str
    payer: str
    what: str
    reasons: tuple[str, ...]
    customer: str = ""
    customer_url: str = ""
    shares: tuple[BankShare, ...] = ()
    payments: tuple[BankPaid, ...] = ()
    left: Money | None = None
    decision: int = 0
    decided: str = ""
    note: str = ""
    url: str = ""
    confirm_url: str = ""
    undo_url: str = ""


@dataclass(frozen=True, slots=True)
class BankPage:
    """`workbench/bank/list.html`, at `workbench:bank`: GET `state`; POST `file`, `bank_account` bring a file.

    `is_empty` while no line was ever brought in.
    """

    frame: Frame
    tabs: tuple[BankTab, ...]
    rows: tuple[BankRow, ...]
    may_act: bool
    pager: Pager | None = None
    fault: str = ""
    bank_account: str = ""
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class BankCustomer:
    """A customer found by a search."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class BankInvoice:
    """An open invoice that may be ticked."""

    id: int
    number: str
    open: Money
    due_on: date
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class BankLinePage:
    """`workbench/bank/line.html`, at `workbench:bank_line`: GET `q` searches, `customer` chooses.

    `apply_url` takes POST `customer` and `invoice` (ids, none for all on account); `omit_url` POST `note`.
    """

    frame: Frame
    row: BankRow
    bank_url: str
    query: str = ""
    found: tuple[BankCustomer, ...] = ()
    searched: bool = False
    chosen: str = ""
    chosen_id: int = 0
    invoices: tuple[BankInvoice, ...] = ()
    apply_url: str = ""
    omit_url: str = ""
