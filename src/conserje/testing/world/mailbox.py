# SPDX-License-Identifier: Apache-2.0
"""The recorded mail: what the world took responsibility for, with instant and envelope: the oracle."""

from __future__ import annotations

import email
import email.policy
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from conserje.testing.world.store import Rows

_HEAD = BytesHeaderParser(policy=email.policy.default)


@dataclass(frozen=True, slots=True)
class Received:
    """One accepted message: number, instant `at` (ISO 8601, UTC), envelope, whether TLS was on.

    `dated` is its own Date header in ISO 8601, "" when it has none that can be read.
    """

    number: int
    at: str
    dated: str
    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    signed_in_as: str
    subject: str
    sender_shown: str
    message_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a message before it is read."""

    number: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    signed_in_as: str


class Mailbox:
    """Every message ever accepted, in order; in memory and, with a folder, as mail.jsonl and .eml files."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "mail" if folder else None
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._rows = Rows(folder, "mail")
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._unread: list[tuple[Arrival, bytes]] = []
        self._raw: dict[int, bytes] = {}
        self._last = 0
        for row in self._rows.all():
            received = Received(**{**row, "recipients": tuple(row["recipients"])})
            self._received.append(received)
            self._last = max(self._last, received.number)

    def record(
        self, *, sender: str, recipients: tuple[str, ...], raw: bytes, encrypted: bool, signed_in_as: str
    ) -> int:
        """Take responsibility for `raw`, in a folder on the disk when this returns; answers its number."""
        with self._lock:
            self._last += 1
            arrival = Arrival(self._last, datetime.now(UTC), sender, recipients, encrypted, signed_in_as)
            if self._folder:
                (self._folder / f"{self._last:06d}.eml").write_bytes(raw)
                received = _read(arrival, raw)
                self._received.append(received)
                self._rows.add(asdict(received))
            else:
                # Read when somebody asks: reading would make the world slower than the senders it measures.
                self._raw[self._last] = raw
                self._unread.append((arrival, raw))
            return self._last

    def all(self, *, to: str = "") -> list[Received]:
        """Messages in the order of arrival, those of one recipient when `to` is given."""
        with self._lock:
            self._read_all()
            return [
                one
                for one in self._received
                if not to or to.lower() in (address.lower() for address in one.recipients)
            ]

    def get(self, number: int) -> Received | None:
        """The message `number`."""
        with self._lock:
            self._read_all()
            return next((one for one in self._received if one.number == number), None)

    def raw(self, number: int) -> bytes:
        """The bytes of message `number`; raises `KeyError`."""
        with self._lock:
            if number in self._raw:
                return self._raw[number]
        if self._folder is None or not (path := self._folder / f"{number:06d}.eml").exists():
            raise KeyError(number)
        return path.read_bytes()

    def clear(self) -> None:
        """Empty the mailbox; numbers are not used again in this run."""
        with self._lock:
            self._received.clear()
            self._unread.clear()
            self._raw.clear()
            self._rows.clear()
            for path in self._folder.glob("*.eml") if self._folder else ():
                path.unlink()

    def _read_all(self) -> None:
        self._received.extend(_read(arrival, raw) for arrival, raw in self._unread)
        self._unread.clear()


def _read(arrival: Arrival, raw: bytes) -> Received:
    message = _HEAD.parsebytes(raw)
    return Received(
        number=arrival.number,
        at=arrival.at.isoformat(timespec="milliseconds"),
        dated=_dated(str(message.get("Date", ""))),
        sender=arrival.sender,
        recipients=arrival.recipients,
        encrypted=arrival.encrypted,
        signed_in_as=arrival.signed_in_as,
        subject=str(message.get("Subject", "")),
        sender_shown=str(message.get("From", arrival.sender)),
        message_id=str(message.get("Message-ID", "")),
        size=len(raw),
    )


def parsed(raw: bytes) -> EmailMessage:
    """`raw` as a message object."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("The mail policy in use makes EmailMessage objects.")
    return message


def _dated(header: str) -> str:
    try:
        return parsedate_to_datetime(header).isoformat()
    except ValueError:
        return ""


def as_json(received: Received) -> dict[str, Any]:
    """`received` as plain JSON values."""
    return {**asdict(received), "recipients": list(received.recipients)}
