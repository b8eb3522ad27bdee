# SPDX-License-Identifier: Apache-2.0
"""What left, kept beside the database: after a restore the books do not know what was handed over since the backup.

One line for each hand-over, written before the point of no return. It has no name and no address: the person is the
keyed hash of theirs. It is not forced to the disk: when the machine loses power the database still has the mark, and
when the disk is lost this file is lost with it. It is there for the case that only the database goes back in time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from conserje.data.outreach.letters import TouchFacts
from conserje.services.tenancy import creditor as creditors

_STEM = "handed-over-"
_ENCODER = json.JSONEncoder(separators=(",", ":"))


class NotNoted(Exception):
    """The line could not be written (the disk is full, the folder closed): so nothing may be handed over."""


@dataclass(frozen=True, slots=True)
class Line:
    """One hand-over. `creditor` is the public id, `person` the keyed hash of the address, `at` the book's moment."""

    at: datetime
    creditor: str
    customer: int
    person: str
    step: str
    stage: str
    letter: str
    purpose: str
    channel: str
    carrier: str
    key: str
    has_episode: bool


def note(*, creditor_id: int, touch: TouchFacts, now: datetime) -> None:
    """Write the line of a touch that is about to be handed over. Raises `NotNoted`."""
    at = now.astimezone(UTC)
    # Written out: this stands between the last fence and the carrier, for each message.
    line = {
        "at": at.isoformat(),
        "creditor": _public_id(connection.settings_dict["NAME"], creditor_id),
        "customer": touch.customer_id,
        "person": touch.address_hash,
        "step": touch.step,
        "stage": touch.stage,
        "letter": touch.letter,
        "purpose": touch.purpose,
        "channel": touch.channel,
        "carrier": touch.carrier,
        "key": touch.key,
        "has_episode": touch.episode_id is not None,
    }
    path = f"{settings.OUTSIDE_FOLDER}/{_STEM}{at.year:04}-{at.month:02}.log"
    try:
        # The line begins with its end: one that a full disk cut off does not spoil the next.
        _append(path, b"\n" + _ENCODER.encode(line).encode("ascii"))
    except OSError as error:
        raise NotNoted(f"{path} cannot be written: {error.strerror}.") from error


def folder() -> Path:
    """Where the files are."""
    return Path(settings.OUTSIDE_FOLDER)


def read(paths: Sequence[Path]) -> Iterator[Line]:
    """The whole lines of these files; what is not a line of ours is left out."""
    names = {item.name for item in fields(Line)}
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    found = json.loads(text)
                    if isinstance(found, dict) and names == set(found):
                        yield Line(**{**found, "at": datetime.fromisoformat(found["at"])})
                except (ValueError, TypeError):
                    continue


def files() -> list[Path]:
    """The record of this machine, the oldest month first."""
    return sorted(folder().glob(f"{_STEM}*.log")) if folder().exists() else []


def _append(path: str, content: bytes) -> None:
    # One write to a file opened for appending: lines of several workers do not mix.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, 0o600)
    except FileNotFoundError:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, flags, 0o600)
    try:
        if os.write(handle, content) != len(content):
            raise OSError(28, "No space left on device")
    finally:
        os.close(handle)


@lru_cache(maxsize=4096)
def _public_id(database: str, creditor_id: int) -> str:
    return creditors.by_id(creditor_id=creditor_id).public_id
