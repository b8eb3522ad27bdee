# SPDX-License-Identifier: Apache-2.0
"""What the screens of requests about data show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request. `left` tells the days in words, `tone` is late, rest or empty; `why_not` are sentences."""

    what: str
    customer: str
    customer_url: str
    url: str
    asked_at: datetime
    door: str
    words: str
    answer_by: date
    latest_by: date
    left: str
    tone: str
    rule: str
    authority: str
    extended: bool
    extension_reason: str
    answered_at: datetime | None
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """`workbench/data/list.html`, at `workbench:data_requests`."""

    frame: Frame
    rows: tuple[RequestRow, ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """`workbench/data/show.html`. `why_not` says why a person may not be erased now; the urls take POST.

    `answer_url` takes `outcome` and `reason`, `extend_url` takes `reason`; both are empty where nothing is left to do.
    """

    frame: Frame
    row: RequestRow
    outcomes: tuple[Option, ...]
    why_not: tuple[str, ...] = ()
    kept_until: date | None = None
    kept_by: str = ""
    erases: bool = False
    file_url: str = ""
    answer_url: str = ""
    extend_url: str = ""


@dataclass(frozen=True, slots=True)
class CustomerDataPage:
    """`workbench/data/customer.html`: what one customer asked, and a form for what they ask by other ways.

    POST `right` and `words` to `ask_url`, empty for those who may not. The files are the whole record.
    """

    frame: Frame
    customer: str
    customer_url: str
    rows: tuple[RequestRow, ...]
    rights: tuple[Option, ...]
    html_url: str
    json_url: str
    ask_url: str = ""
