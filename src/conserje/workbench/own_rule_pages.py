# SPDX-License-Identifier: Apache-2.0
"""What the screen of a creditor's own rules shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One rule of the creditor's own: `says` what, `by` who answers for it, `until` None while nothing ends it.

    `holds` today; `coming`: its first day is still ahead. `end_url` takes POST `reason`, empty for those who may not.
    """

    name: str
    says: str
    relaxes: bool
    since: date
    until: date | None
    reason: str
    by: str
    holds: bool
    coming: bool = False
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class OwnRulesPage:
    """`workbench/law/own.html`, at `workbench:own_rules`. `url` takes the POST of either form; empty for others.

    To tighten: `kind`, `channels`, `days`, `number`, `per`; to relax: `relaxes`, one of `policies`; both `since`,
    `until` and `reason`. `typed` is what was posted, `relaxing` by which form; `warning` says why it was not taken.
    """

    frame: Frame
    law_url: str
    rows: tuple[OwnRow, ...]
    url: str
    kinds: tuple[Option, ...]
    channels: tuple[Option, ...]
    days: tuple[Option, ...]
    policies: tuple[Option, ...]
    today: date
    typed: Mapping[str, str]
    relaxing: bool = False
    warning: str = ""
