# SPDX-License-Identifier: Apache-2.0
"""What the page of cancelling shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.portal.pages import Brand


@dataclass(frozen=True, slots=True)
class CancelPage:
    """One question and one button; once pressed, what ended. `subscriptions` are their names, `open` whether there is
    one to cancel, `done` that it was cancelled, now or before.
    """

    brand: Brand
    today: date
    subscriptions: tuple[str, ...] = ()
    open: bool = False
    done: bool = False
    cancelled_on: date | None = None
    theme: str = ""
