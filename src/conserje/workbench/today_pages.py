# SPDX-License-Identifier: Apache-2.0
"""What the page of the daily digest shows, signed in or by the link of the e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class TodayDraft:
    """One message that waits: `text` as it would be sent, `warnings` what would hold it back."""

    id: int
    customer: str
    channel: str
    amounts: tuple[Money, ...]
    subject: str
    text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TodayPage:
    """`workbench/today/show.html` (signed in, with `frame`) and `workbench/today/link.html` (by the link, without).

    `lines` say the day in few words. `approve_url` takes the POST of `draft` numbers; empty when nothing can be
    approved. `hours` and `wish_url` choose when the e-mail comes. `notice` answers the act just made.
    """

    creditor_name: str
    day: date
    lines: tuple[str, ...]
    drafts: tuple[TodayDraft, ...]
    more: int
    approve_url: str = ""
    frame: Frame | None = None
    hours: tuple[Option, ...] = ()
    stopped: bool = False
    wish_url: str = ""
    notice: str = ""
    sign_in_url: str = ""
