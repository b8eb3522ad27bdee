# SPDX-License-Identifier: Apache-2.0
"""What the screens of failed payments show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conserje.domain.kit.money import Money
from conserje.ui.listing import Pager
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One failed payment in words. `next_try_at` is the next silent try; `why_not` says why there is none."""

    url: str
    customer: str
    what: str
    amount: Money
    failed_at: datetime
    state: str
    tone: str
    decline: str
    next_try_at: datetime | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Figure:
    """How many ended so, with their sum; `url` opens the rows behind it."""

    label: str
    count: int
    amount: Money
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One state that the list may be narrowed to, with how many there are."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FailedListPage:
    """`workbench/recovery/list.html`. `figures` are of all that failed in the last 90 days; `of` says how many those
    are, what is still in progress among them.
    """

    frame: Frame
    rows: tuple[FailedRow, ...]
    choices: tuple[Choice, ...]
    figures: tuple[Figure, ...] = ()
    recovered: int = 0
    of: int = 0
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class TryRow:
    """One try of the card."""

    at: datetime
    by: str
    end: str
    tone: str
    code: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """`workbench/recovery/show.html`. `act_url` takes POST `act` ("retry", "pause", "stop"), empty for those who only
    look and for what has ended.
    """

    frame: Frame
    row: FailedRow
    customer_url: str
    card: str
    reason: str
    tries: tuple[TryRow, ...]
    list_url: str
    act_url: str = ""
