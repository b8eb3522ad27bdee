# SPDX-License-Identifier: Apache-2.0
"""A carrier in this process that keeps the port's word, and whose faults are drawn: busy, refusing, silent, killed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

from conserje.domain.ports.channel import Accepted, Channel, Outcome, Parcel, Refused, Unsure
from conserje.domain.ports.http import Http
from conserje.testing.simulation.draw import stream
from conserje.testing.simulation.faults import USUAL, Dial
from conserje.testing.simulation.history import History

NAME = "simulated_mail"
_LINK = re.compile(r"https?://[^\s>)]+")
# What becomes of a hand-over, and how many of a thousand times.
FATES = {
    "accepted": 896,
    "busy": 30,
    "sent_back": 8,
    "answer_lost": 20,
    "line_lost": 10,
    "killed_before": 8,
    "killed_marked": 10,
    "killed_delivered": 10,
    "recipient_full": 8,
}


@dataclass(slots=True)
class Line:
    """One world's line to its carrier: the history it writes to, its clock, who is dead, what may come between."""

    seed: int
    history: History
    clock: Callable[[], datetime]
    kill: Callable[[], None]
    between: Callable[[str, int], None]
    dead: set[str] = field(default_factory=set)
    calm: bool = False
    dial: Dial = USUAL
    deaths: tuple[type[BaseException], ...] = ()
    _tries: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, int] = field(default_factory=dict)

    def attempt(self, address: str) -> int:
        """How often something was handed over to `address`, this time included."""
        self._tries[address] = self._tries.get(address, 0) + 1
        return self._tries[address]

    def key(self, key: str) -> int:
        """Our number for a message's key: keys are drawn anew in each run."""
        return self._keys.setdefault(key, len(self._keys) + 1)

    def number_of(self, key: str) -> int | None:
        """Our number for a message's key, None when it was never handed to us."""
        return self._keys.get(key)


@dataclass(frozen=True, slots=True)
class NoSettings:
    """The line is in this process: there is nothing to set up."""


@dataclass(slots=True)
class SimulatedMail:
    """The adapter. `line` is the world that it serves at the moment."""

    name: str = NAME
    channel: Channel = Channel.EMAIL
    settings_type: type = NoSettings
    line: Line | None = None

    def open(self, settings: Any, http: Http) -> SimulatedSession:
        """A session on the line of the world that is running."""
        if self.line is None:
            raise RuntimeError("No world is running: the simulated carrier has no line.")
        return SimulatedSession(self.line)

    def check(self, settings: Any, http: Http) -> tuple[str, ...]:
        """Always ready."""
        return ()


ADAPTER = SimulatedMail()


@dataclass(slots=True)
class SimulatedSession:
    """One open line."""

    line: Line

    def send(self, parcel: Parcel, *, mark: Callable[[], None]) -> Outcome:
        """Hand one message over. What is in the history as `handed` may have been read by its customer."""
        line, address = self.line, parcel.recipient
        attempt = line.attempt(address)
        chance = stream(line.seed, "carrier", address, attempt)
        weights = [many if fate == "accepted" else many * line.dial.carrier for fate, many in FATES.items()]
        fate = "accepted" if line.calm else chance.choices(list(FATES), weights)[0]
        who: dict[str, Any] = {"address": address, "message": line.key(parcel.key)}
        if address in line.dead:
            line.history.add(line.clock(), "bounced", **who)
            return Refused("address_unknown", permanent=True)
        if fate == "busy":
            line.history.add(line.clock(), "busy", **who)
            return Refused("server_busy", permanent=False)
        if fate == "killed_before":
            line.kill()
        if not line.calm:
            line.between(address, attempt)
        try:
            mark()
        except line.deaths:
            # Perhaps the mark was committed before its worker died: nobody outside can tell.
            line.history.add(line.clock(), "perhaps_marked", **who)
            raise
        return self._beyond(parcel, fate, who)

    def _beyond(self, parcel: Parcel, fate: str, who: dict[str, Any]) -> Outcome:
        """After the point of no return."""
        line = self.line
        at = line.clock()
        if fate == "sent_back":
            line.history.add(at, "sent_back", **who)
            return Refused("rejected_policy", permanent=False)
        if fate == "recipient_full":
            line.history.add(at, "sent_back", **who)
            return Refused("mailbox_full", permanent=False)
        if fate == "killed_marked":
            line.history.add(at, "lost_on_the_way", **who)
            line.kill()
        if fate == "line_lost":
            line.history.add(at, "lost_on_the_way", **who)
            return Unsure("timed_out")
        line.history.add(at, "handed", **who, copies=list(parcel.copies), **read_mail(parcel.content))
        if fate == "killed_delivered":
            line.kill()
        return Unsure("timed_out") if fate == "answer_lost" else Accepted("250 taken")

    def close(self) -> None:
        """Nothing is held open."""


def read_mail(content: bytes) -> dict[str, Any]:
    """Subject, plain text and whether it offers to unsubscribe, of a finished message."""
    # The older parser leaves headers alone until they are asked for: a tenth of the time, for the same words.
    message = message_from_bytes(content)
    plain = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    body = plain.get_payload(decode=True) if plain is not None else b""
    assert isinstance(body, bytes)
    # Links are drawn anew in every run.
    text = _LINK.sub("[link]", body.decode("utf-8"))
    return {
        "subject": str(make_header(decode_header(message["Subject"]))),
        "text": text,
        "stops": message["List-Unsubscribe"] is not None,
    }
