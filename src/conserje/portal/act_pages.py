# SPDX-License-Identifier: Apache-2.0
"""What the pages of the customer's own acts show, as plain values; see `pages` for what holds of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from conserje.domain.kit.money import Money
from conserje.portal.pages import Brand
from conserje.ui.listing import Option

# Both fields of somebody's name and address, empty.
_NOBODY: Mapping[str, str] = MappingProxyType({"name": "", "email": ""})


@dataclass(frozen=True, slots=True)
class CodePage:
    """`portal/code/show.html`, at `portal:code` and wherever a code is asked for.

    `addresses` may get one; `sent_to` is the masked one that just did, with its id in `chosen`. `kept` is sealed:
    where to go on, and with `typed` what was typed there. POST fields: `act` (send, check), `address`, `code`, `kept`.
    """

    brand: Brand
    today: date
    addresses: tuple[Option, ...]
    sent_to: str = ""
    chosen: str = ""
    kept: str = ""
    typed: bool = False
    wrong: str = ""
    minutes: int = 10
    theme: str = ""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`portal/message/show.html`, at `portal:message`: one message word for word; it opens only with a code."""

    brand: Brand
    today: date
    on: datetime
    channel: str
    subject: str
    text: str
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the reader's with its answer; `answered_on` None while it is open."""

    kind: str
    words: str
    asked_on: date
    answer_by: date
    answered_on: date | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class TalkPage:
    """`portal/talk/show.html` and `portal/talk/complaint.html`: what was written and answered, and a form.

    POST field `words`. `answer_by` is the day by which one written today is answered.
    """

    brand: Brand
    today: date
    answer_by: date
    said: tuple[Said, ...] = ()
    words: str = ""
    message: str = ""
    error: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class WrongPersonPage:
    """`portal/wrong_person/show.html`: the address nobody writes to any more, and the right contact, if one is given.

    `shown` is the masked address, empty when the link belongs to none. POST fields `name`, `email`.
    """

    brand: Brand
    today: date
    shown: str
    done: bool = False
    theme: str = ""


@dataclass(frozen=True, slots=True)
class PassOnPage:
    """`portal/pass_on/show.html`: a colleague who gets a link of their own. POST fields `name`, `email`."""

    brand: Brand
    today: date
    sent_to: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    errors: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    theme: str = ""


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """`portal/progress/show.html`: where one invoice stands in the reader's house. POST fields `state`, `words`."""

    brand: Brand
    today: date
    invoice: str
    states: tuple[Option, ...]
    words: str = ""
    error: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """`portal/papers/refused.html`: a paper that cannot be given now, and why, kindly."""

    brand: Brand
    today: date
    open: tuple[str, ...] = ()
    theme: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One receipt that can be taken away."""

    url: str
    amount: Money
    on: date
    how: str


@dataclass(frozen=True, slots=True)
class PapersPage:
    """`portal/papers/show.html`, at `portal:papers`."""

    brand: Brand
    today: date
    receipts: tuple[PaperLine, ...] = ()
    theme: str = ""


@dataclass(frozen=True, slots=True)
class LinkPage:
    """`portal/link/problem.html`: nothing opens here, for whatever reason.

    `again`: the address is a link, so a new one may be asked for; `asked`: it was.
    """

    again: bool = False
    asked: bool = False
