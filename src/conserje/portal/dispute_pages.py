# SPDX-License-Identifier: Apache-2.0
"""What the pages about disputes, agreements and settlements show, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from conserje.domain.kit.money import Money
from conserje.portal.pages import Brand
from conserje.ui.listing import Option

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DisputeLink:
    """A dispute of the reader's. `part` None for the whole invoice; `state` in words, `tone` done, rest or empty."""

    url: str
    invoice: str
    about: str
    part: Money | None
    opened_on: date
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class NewDisputePage:
    """`portal/dispute/new.html`, at `portal:dispute`.

    POST `invoice`, `amount` (empty: all of it), `kind`, `words` and `file`s. `errors` by field name.
    """

    brand: Brand
    today: date
    invoices: tuple[Option, ...]
    kinds: tuple[Option, ...]
    known: tuple[DisputeLink, ...]
    answer_by: date
    words: str = ""
    amount: str = ""
    errors: Mapping[str, str] = field(default_factory=lambda: _NONE)
    theme: str = ""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that was handed in."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the thread. `mine`: the reader's side wrote it."""

    who: str
    mine: bool
    at: datetime
    words: str
    files: tuple[FileLink, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountLine:
    """A line of an agreement's table; `on` is its day."""

    label: str
    amount: Money
    on: date | None = None


@dataclass(frozen=True, slots=True)
class TextShown:
    """The exact text of an agreement, and its hash; `head` stands over `amounts`, between `before` and `after`."""

    title: str
    before: tuple[str, ...]
    head: tuple[str, ...]
    amounts: tuple[AmountLine, ...]
    after: tuple[str, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """The proposal that waits. `mine`: the other side answers it. `accept_url` and `withdraw_url` take POST, or empty.

    Accepting sends `proposal` and `hash`.
    """

    id: int
    mine: bool
    pay_by: date
    text: TextShown
    accept_url: str = ""
    withdraw_url: str = ""


@dataclass(frozen=True, slots=True)
class ProposalForm:
    """Terms to propose: POST `pay`, `credit`, `discount`, `pay_by`, `seen` (the proposal on the page) to `url`."""

    url: str
    question: Money
    earliest: date
    latest: date
    seen: str = ""
    pay: str = ""
    credit: str = ""
    discount: str = ""
    pay_by: str = ""
    error: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """`portal/dispute/thread.html`, at `portal:dispute_thread`; POST `words`, `key` and `file`s to `message_url`.

    `answer_by` and `propose_by` are the days by which the creditor answers; `agreed` are agreements made (label, url).
    """

    brand: Brand
    today: date
    invoice: str
    subject: str
    about: str
    part: Money | None
    open: Money
    lines: tuple[Said, ...]
    answer_by: date | None
    propose_by: date | None
    closed_on: date | None
    outcome: str
    proposal: ProposalShown | None
    past: tuple[str, ...]
    agreed: tuple[FileLink, ...]
    message_url: str = ""
    key: str = ""
    form: ProposalForm | None = None
    message: str = ""
    warning: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """`portal/agreement/show.html`, at `portal:agreement`. `state`: accepted, carried_out, lapsed.

    `left` is what is still to be paid. `signed` are lines: who agreed, when. `text` is None when it was erased.
    """

    brand: Brand
    today: date
    state: str
    text: TextShown | None
    signed: tuple[str, ...]
    left: Money
    pay_by: date
    hash: str
    credit: Money
    pdf_url: str = ""
    message: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class SettlementWay:
    """One way to settle: POST `parts` and `hash`."""

    parts: int
    pay: Money
    given: Money
    pay_by: date
    text: TextShown


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """`portal/settlement/show.html`, at `portal:settlement`; without ways it says that nothing is offered."""

    brand: Brand
    today: date
    ways: tuple[SettlementWay, ...]
    warning: str = ""
    agreement_url: str = ""
    theme: str = ""
