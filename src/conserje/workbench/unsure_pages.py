# SPDX-License-Identifier: Apache-2.0
"""What the screens show of which something is not known: arrivals, failures to write, payments, the day's book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from conserje.domain.kit.money import Money
from conserje.ui.listing import Pager
from conserje.workbench.pages import Frame

DOUBTED_FIELDS: Final = ("number", "amount", "on")


@dataclass(frozen=True, slots=True)
class UnsureRow:
    """One message of which nobody knows whether it arrived. `happened` says why, `sought` what was looked for.

    `looked_at` is None before the first look, `next_look_at` None after the last.
    """

    id: int
    customer: str
    customer_url: str
    what: str
    subject: str
    to: str
    channel: str
    at: datetime
    happened: str
    sought: str
    looked_at: datetime | None
    next_look_at: datetime | None
    message_url: str = ""


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """One message that was given up: `why` it could not be sent, and what is `to_do`."""

    id: int
    customer: str
    customer_url: str
    what: str
    at: datetime
    why: str
    to_do: str


@dataclass(frozen=True, slots=True)
class UnsurePage:
    """`workbench/unsure/list.html`, at `workbench:unsure`.

    `resolve_url` takes POST `touch` (ids) and `as` ("sent" or "again"), `retry_url` POST `touch` (ids of `parked`);
    both are empty for those who only look.
    """

    frame: Frame
    rows: tuple[UnsureRow, ...]
    parked: tuple[ParkedRow, ...] = ()
    pager: Pager | None = None
    resolve_url: str = ""
    retry_url: str = ""


@dataclass(frozen=True, slots=True)
class InDoubtRow:
    """One payment that waits: `invoices` are numbers, `source` the gateway or file, `why`, and what is `to_do`.

    `decide_url` is where a contested one is decided, `open_url` the page on which a doubted one is; empty for others.
    """

    customer: str
    customer_url: str
    amount: Money
    invoices: str
    source: str
    at: datetime
    why: str
    to_do: str
    decide_url: str = ""
    open_url: str = ""


@dataclass(frozen=True, slots=True)
class DoubtedPage:
    """`workbench/in_doubt/one.html`, at `workbench:doubted`: POST `as` ("came" or "nothing").

    "nothing" takes `refused` as well where the charge was `by_card`. "came" takes `DOUBTED_FIELDS`, and is not offered
    when the money is in the books already. `typed` is what was written in each, `wrong` what does not fit, empty where
    all is well.
    """

    frame: Frame
    customer: str
    customer_url: str
    why: str
    amount: Money
    invoices: str
    source: str
    reference: str
    at: datetime
    recordable: bool
    latest: date
    may_decide: bool = True
    by_card: bool = False
    typed: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(DOUBTED_FIELDS, ""))
    wrong: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(DOUBTED_FIELDS, ""))


@dataclass(frozen=True, slots=True)
class InDoubtPage:
    """`workbench/in_doubt/list.html`, at `workbench:in_doubt`."""

    frame: Frame
    rows: tuple[InDoubtRow, ...]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One thing that is wrong: `count` of what `text` says, since when, what was done; `names` are (customer, url)."""

    count: int
    text: str
    since: datetime
    done: str = ""
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BookPage:
    """`workbench/contact_book/show.html`, at `workbench:contact_book`: where the contacts of a day stand.

    `ends` and `waits` are (word, count); `missing` what is in neither.
    """

    frame: Frame
    on: date
    due: int
    ends: tuple[tuple[str, int], ...]
    waits: tuple[tuple[str, int], ...]
    missing: int
    alerts: tuple[AlertRow, ...] = ()
    previous_url: str = ""
    next_url: str = ""
