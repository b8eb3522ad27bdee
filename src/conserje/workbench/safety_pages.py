# SPDX-License-Identifier: Apache-2.0
"""What the screens of the weekly safety figures show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class SafetyFigure:
    """One figure; `url` opens its rows. `must_be_zero`: anything else is told as wrong."""

    label: str
    count: int
    url: str
    must_be_zero: bool = False


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many customers a rule held back; `says` the rule in words."""

    rule: str
    says: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class SafetyPage:
    """`workbench/law/safety.html`, at `workbench:safety`: the week from `first` through `last`."""

    frame: Frame
    first: date
    last: date
    safe: bool
    never: tuple[SafetyFigure, ...]
    figures: tuple[SafetyFigure, ...]
    stopped: tuple[RuleCount, ...]
    delayed: tuple[RuleCount, ...]
    previous_url: str
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class SafetyRow:
    """One customer, with the moment and the channel of a contact."""

    customer: str
    customer_url: str
    at: datetime
    channel: str = ""


@dataclass(frozen=True, slots=True)
class SafetyRowsPage:
    """`workbench/law/safety_rows.html`, at `workbench:safety_rows`: what one figure is made of, at most `limit`."""

    frame: Frame
    title: str
    first: date
    last: date
    rows: tuple[SafetyRow, ...]
    back_url: str
    limit: int
    says: str = ""
