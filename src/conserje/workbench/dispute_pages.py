# SPDX-License-Identifier: Apache-2.0
"""What the screens about disputes, settlements and fiscal papers show, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute. `part` None for the whole invoice; `owes` says what we owe by when, in `tone`."""

    url: str
    customer: str
    customer_url: str
    invoice: str
    about: str
    part: Money | None
    open: Money
    opened_at: datetime
    owes: str
    tone: str
    closed_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class DisputesPage:
    """`workbench/disputes/list.html`, at `workbench:disputes`; the one that owes first at the top."""

    frame: Frame
    rows: tuple[DisputeRow, ...]
    closed: tuple[DisputeRow, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A file or an agreement."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the thread."""

    who: str
    at: datetime
    words: str
    files: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountLine:
    """A line of an agreement's table; `on` is its day."""

    label: str
    amount: Money
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal with its exact text, ours or the customer's. `costs`: all that it gives up, the credit included.

    POST `proposal` and `hash` to `accept_url`, `proposal` to `withdraw_url`; empty where it may not be done.
    """

    id: int
    is_ours: bool
    title: str
    before: tuple[str, ...]
    head: tuple[str, ...]
    amounts: tuple[AmountLine, ...]
    after: tuple[str, ...]
    hash: str
    pay_by: date
    costs: Money
    accept_url: str = ""
    withdraw_url: str = ""


@dataclass(frozen=True, slots=True)
class ProposalForm:
    """POST `pay`, `credit`, `discount`, `pay_by` and `seen` to `url`; `sum` is what was typed, None when unreadable."""

    url: str
    question: Money
    earliest: date
    latest: date
    seen: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: _NONE)
    sum: Money | None = None


@dataclass(frozen=True, slots=True)
class DisputePage:
    """`workbench/disputes/show.html`, at `workbench:dispute`; urls take POST, and are empty where nothing may be done.

    `message_url` takes `words` and `key`, `close_url` `outcome`.
    """

    frame: Frame
    row: DisputeRow
    lines: tuple[Said, ...]
    past: tuple[str, ...]
    agreed: tuple[tuple[str, str], ...]
    proposal: ProposalShown | None = None
    form: ProposalForm | None = None
    message_url: str = ""
    key: str = ""
    close_url: str = ""
    outcomes: tuple[Option, ...] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True)
class SettlementPolicyPage:
    """`workbench/settlements/show.html`, at `workbench:settlements`. POST the fields, or `end` to offer nothing.

    `tiers` are (days past due, percent) as typed, with empty ones to fill; `example` is what it would give.
    """

    frame: Frame
    in_force: bool
    stages: tuple[Option, ...]
    tiers: tuple[tuple[str, str], ...]
    deadline_days: str
    instalments: str
    currency: str
    at_least: str
    may_change: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class FiscalRow:
    """One paper. `record_url` takes POST `number`, empty once it is recorded."""

    what: str
    customer: str
    customer_url: str
    invoice: str
    amount: Money
    opened_at: datetime
    number: str
    recorded_at: datetime | None
    record_url: str
    id: int


@dataclass(frozen=True, slots=True)
class FiscalPage:
    """`workbench/fiscal/list.html`, at `workbench:fiscal`: those to be made, then the latest recorded."""

    frame: Frame
    rows: tuple[FiscalRow, ...]
    done: tuple[FiscalRow, ...]
