# SPDX-License-Identifier: Apache-2.0
"""What the page about paying automatically shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.domain.kit.money import Money
from conserje.portal.pages import Brand


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A mandate in force: "Visa 4242", until when the card is good, and what it allows in a sentence."""

    id: str
    shown: str
    allows: str
    since: date | None
    expires_on: date | None
    covers_invoices: bool


@dataclass(frozen=True, slots=True)
class AnnouncedCharge:
    """A charge that will be made, of at most `amount`, and its id for the button that stops it."""

    id: str
    number: str
    amount: Money
    on: date


@dataclass(frozen=True, slots=True)
class MandatePage:
    """`portal/mandate/show.html`, at `portal:mandate` and, to put another card in its place, at `portal:card`.

    `terms` are the very sentences agreed to. `can_give` is False when no gateway of the creditor keeps cards for
    `currency`, or one is kept already; `for_plan` proposes that only what is paid in parts be charged.
    """

    brand: Brand
    today: date
    held: tuple[HeldCard, ...]
    charges: tuple[AnnouncedCharge, ...]
    terms: tuple[str, ...]
    can_give: bool
    updating: bool
    attempt: str
    currency: str = ""
    for_plan: bool = False
    message: str = ""
    warning: str = ""
    theme: str = ""
