# SPDX-License-Identifier: Apache-2.0
"""Frames on a pipe: one letter, four bytes of length, the payload."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from enum import Enum
from typing import Any, BinaryIO, Final

_HEAD: Final = struct.Struct(">cI")
MOST: Final = 256 * 1024 * 1024


class Letter(Enum):
    """What a frame carries."""

    PLAN = b"P"
    ROWS = b"R"
    DOCUMENT = b"D"
    CONTENT = b"C"
    STATEMENT = b"S"
    UNFIT = b"U"
    REFUSED = b"X"
    FAILED = b"F"
    END = b"E"


def write(stream: BinaryIO, letter: Letter, payload: bytes = b"") -> None:
    """Write one frame."""
    stream.write(_HEAD.pack(letter.value, len(payload)))
    stream.write(payload)


def write_json(stream: BinaryIO, letter: Letter, value: Any) -> None:
    """Write one frame holding `value` as JSON."""
    write(stream, letter, json.dumps(value, separators=(",", ":")).encode())


def read(stream: BinaryIO) -> Iterator[tuple[Letter, bytes]]:
    """The frames of a stream until its end. A frame that is cut short or too long ends it, as a death would."""
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        name, length = _HEAD.unpack(head)
        if length > MOST or name not in {letter.value for letter in Letter}:
            return
        payload = stream.read(length)
        if len(payload) < length:
            return
        yield Letter(name), payload
