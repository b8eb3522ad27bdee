# SPDX-License-Identifier: Apache-2.0
"""What the page of things arranged shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.portal.pages import Brand


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that was arranged, said or charged, in a sentence."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """`portal/history/show.html`, at `portal:history`: newest first."""

    brand: Brand
    today: date
    things: tuple[Thing, ...]
    theme: str = ""
