# SPDX-License-Identifier: Apache-2.0
"""Channels (what the customer sees) and carriers (who moves it)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from conserje.domain.ports.http import Http


class Channel(StrEnum):
    """The closed list the law speaks of. A new channel is one word here, on purpose; a new carrier is none."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    CALL = "call"
    VOICEMAIL = "voicemail"
    PRERECORDED_CALL = "prerecorded_call"
    LETTER = "letter"
    REGISTERED_LETTER = "registered_letter"
    APP_PUSH = "app_push"
    VISIT_HOME = "visit_home"
    VISIT_WORK = "visit_work"
    SOCIAL_DM = "social_dm"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier moves. `key` is stable over all attempts of one touch; `content` is the finished bytes.

    `copies` read along: one that is refused does not stop the parcel.
    """

    key: str
    sender: str
    recipient: str
    content: bytes
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took responsibility. `reference` is its own id or answer line."""

    reference: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Proven not delivered: nothing reached the customer. `permanent`: this address will not work again."""

    reason: str
    permanent: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The parcel may or may not have been taken: never sent again without a person or a key the receiver enforces."""

    reason: str
    detail: str = ""


Outcome = Accepted | Refused | Unsure


class Session(Protocol):
    """An open line to a carrier: many parcels, one connection. `mark` is called just before the point of no return."""

    def send(self, parcel: Parcel, *, mark: Callable[[], None]) -> Outcome: ...
    def close(self) -> None: ...


class Carrier(Protocol):
    """One folder of `channels/`. `check` returns sentences about what is wrong, empty when ready."""

    name: str
    channel: Channel
    settings_type: type

    def open(self, settings: Any, http: Http) -> Session: ...
    def check(self, settings: Any, http: Http) -> tuple[str, ...]: ...


@runtime_checkable
class Traceable(Protocol):
    """A carrier that can be asked afterwards what became of a parcel; e-mail cannot.

    `look_up` answers `Accepted` when the parcel of that key was taken, `Refused` when it certainly reached nobody, and
    None or `Unsure` when the carrier does not know, does not know yet, or does not answer.
    """

    def look_up(self, key: str, settings: Any, http: Http) -> Outcome | None: ...
