# SPDX-License-Identifier: Apache-2.0
"""What the page about the reader's data and rights shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conserje.portal.pages import Brand


@dataclass(frozen=True, slots=True)
class Right:
    """One wish that can be made. `asked`: it was made and is not answered yet."""

    value: str
    label: str
    hint: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the reader's; `answered_on` None while it is open."""

    what: str
    asked_on: date
    answer_by: date
    authority: str
    extended: bool
    extension_reason: str
    answered_on: date | None
    outcome: str
    answer: str


@dataclass(frozen=True, slots=True)
class DataPage:
    """`portal/data/show.html`, at `portal:data`; POST fields `right` and `words`."""

    brand: Brand
    today: date
    rights: tuple[Right, ...]
    requests: tuple[Request, ...]
    message: str = ""
    error: str = ""
    words: str = ""
    chosen: str = ""
    theme: str = ""

    @property
    def any_left(self) -> bool:
        """Whether something can still be asked."""
        return any(not right.asked for right in self.rights)
