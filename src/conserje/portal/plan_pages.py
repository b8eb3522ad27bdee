# SPDX-License-Identifier: Apache-2.0
"""What the pages of paying in parts show, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from conserje.domain.kit.money import Money
from conserje.portal.dispute_pages import TextShown
from conserje.portal.pages import Brand
from conserje.ui.listing import Option

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PlanChoosePage:
    """`portal/plan/choose.html`: how many parts, how far apart, from when; then every date and amount, and a name.

    `text` is None until something was chosen. `asks` tells that a person answers, `offer` that it was offered (its id)
    and until when. `values` are keyed by field; `name_wrong` says what is missing of the name.
    """

    brand: Brand
    today: date
    amount: Money | None
    currencies: tuple[Option, ...] = ()
    numbers: tuple[Option, ...] = ()
    spacings: tuple[Option, ...] = ()
    first_on: date | None = None
    latest: date | None = None
    text: TextShown | None = None
    asks: bool = False
    offer: str = ""
    offered_until: date | None = None
    values: Mapping[str, str] = field(default_factory=lambda: _NONE)
    name: str = ""
    name_wrong: str = ""
    warning: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One instalment. `state`: paid, part (some of it is), late, next, coming."""

    number: int
    position: int
    due_on: date
    amount: Money
    open: Money
    state: str
    moved_from_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`portal/plan/show.html`: the plan as it stands. `state`: active, proposed, kept.

    `next` is what the next instalment has open, `rest` what all of them have; `changes` how often a day may still move,
    `cards` by which the parts may be charged on their days, `signed` who agreed and when.
    """

    brand: Brand
    today: date
    state: str
    amount: Money
    open: Money
    invoices: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    next: PlanLine | None = None
    can_pay: bool = False
    attempt: str = ""
    changes: int = 0
    change_days: int = 0
    by_mandate: bool = False
    cards: tuple[Option, ...] = ()
    text: TextShown | None = None
    signed: tuple[str, ...] = ()
    message: str = ""
    warning: str = ""
    theme: str = ""
