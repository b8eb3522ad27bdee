# SPDX-License-Identifier: Apache-2.0
"""What is next for one customer, and why. Stored whole; told to both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from conserje.domain.outreach.strategy import Mode, Stage
from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import Purpose
from conserje.domain.rules.verdict import Verdict


class Kind(StrEnum):
    """`CONTACT` leaves now or within its notice; `WAIT` is told for later; `PERSON` asks for one; `ENDED` used every
    step; `CLEAR` owes nothing that is due."""

    CONTACT = "contact"
    WAIT = "wait"
    PERSON = "person"
    ENDED = "ended"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the screen catalogue and the values its sentence needs."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The amount of one invoice that a contact would speak of."""

    invoice_id: int
    currency: str
    minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact: which step, through what, to whom, when, about which amounts."""

    step: str
    stage: Stage
    letter: str
    purpose: Purpose
    mode: Mode
    channel: Channel
    contact_id: int
    point_id: int
    copies: tuple[int, ...]
    at: datetime
    on: date
    asked: tuple[Asked, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """`contact` is set for CONTACT, and for WAIT and CLEAR when the next one can already be told.

    `alive` keeps an episode open. `review_at` is when the customer is looked at again without any event; None means
    that only an event brings them back.
    """

    kind: Kind
    contact: Planned | None
    reasons: tuple[Reason, ...]
    verdict: Verdict | None
    alive: bool
    review_at: datetime | None
    strategy: str
    packs: tuple[str, ...]
