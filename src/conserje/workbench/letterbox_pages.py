# SPDX-License-Identifier: Apache-2.0
"""What the letterbox shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from conserje.domain.kit.money import Money
from conserje.workbench.pages import Frame


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """ "It is paid", with what the customer said and sent. `picture_url` is set for an image, `file_url` for any file.

    `found_url` takes POST `found` (yes, no); empty for those who may only look.
    """

    customer: str
    customer_url: str
    invoice: str
    open: Money | None
    paid_on: date | None
    how: str
    words: str
    made_at: datetime
    file_name: str
    file_url: str
    picture_url: str
    answer_url: str


@dataclass(frozen=True, slots=True)
class EnquiryRow:
    """What a customer wrote. `kind` is message, complaint or wrong_person; `answer_url` takes POST `words`.

    `lift_url` takes a POST that takes a wrong person back; it is empty for other kinds.
    """

    id: int
    customer: str
    customer_url: str
    contact: str
    kind: str
    label: str
    words: str
    asked_at: datetime
    answer_by: date
    left: str
    tone: str
    answer_url: str
    lift_url: str


@dataclass(frozen=True, slots=True)
class LetterboxPage:
    """`workbench/letterbox/show.html`, at `workbench:letterbox`."""

    frame: Frame
    enquiries: tuple[EnquiryRow, ...]
    claims: tuple[ClaimRow, ...]
