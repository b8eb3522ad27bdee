# SPDX-License-Identifier: Apache-2.0
"""What the screens of gateways and refunds show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from conserje.domain.kit.money import Money
from conserje.ui.listing import Option
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a gateway's form. A secret has no `value`; `is_kept` says that one is stored."""

    name: str
    label: str
    hint: str
    value: str
    required: bool
    secret: bool
    is_kept: bool


@dataclass(frozen=True, slots=True)
class WayRow:
    """One gateway: its form, its methods as ticks, and what it is doing now."""

    name: str
    title: str
    currencies: str
    fields: tuple[SettingField, ...]
    methods: tuple[Option, ...]
    is_set_up: bool
    is_offered: bool


@dataclass(frozen=True, slots=True)
class WaysPage:
    """`workbench/ways/show.html`, at `workbench:ways`. Only owners and managers get `act_url`."""

    frame: Frame
    rows: tuple[WayRow, ...]
    act_url: str


@dataclass(frozen=True, slots=True)
class RefundPage:
    """`workbench/ways/refund.html`, at `workbench:refund`: what of a payment may go back, and from where.

    `applied` are invoices (value: id, label: number and amount); `typed` is what was written and did not fit.
    """

    frame: Frame
    payment: int
    source: str
    unallocated: Money
    under_way: Money
    applied: tuple[Option, ...]
    key: str
    typed: str = ""
    wrong: str = ""
