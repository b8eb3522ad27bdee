# SPDX-License-Identifier: Apache-2.0
"""What the page shows that says how to pay where the gateway has no page, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.portal.pages import Brand
from conserje.ui.qr import Drawing


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know. `copyable` is what has to be typed or pasted elsewhere; `long` does not fit on a line."""

    label: str
    value: str
    copyable: bool = False
    long: bool = False


@dataclass(frozen=True, slots=True)
class InstructionsPage:
    """`portal/payment/instructions.html`, at `portal:instructions`.

    `reference` must be written in the transfer; empty where the payment carries it by itself. `ways` are where to pay,
    each with its lines: one of them is enough. `qr` is drawn for scanning, `until` the last day. `over` says that the
    day has passed or the payment was taken back: then nothing is shown that could still be paid.
    """

    brand: Brand
    today: date
    amount: Money
    ways: tuple[tuple[Line, ...], ...]
    reference: str = ""
    invoices: tuple[str, ...] = ()
    until: date | None = None
    qr: Drawing | None = None
    over: bool = False
    theme: str = ""
