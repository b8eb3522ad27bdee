# SPDX-License-Identifier: Apache-2.0
"""Few requests are worked on at once, however many threads wait for what others send.

Python works on one at a time anyway: with many in turn each takes as long as all of them together, and the last to
come waits no less. Who waits for a gateway's answer or for the rest of an upload steps aside: slow ones stop nobody.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

AT_ONCE: Final = 2


class _Turns:
    """So many at once, in the order in which they came: a lock of the standard library lets who is quick go first."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting: deque[threading.Lock] = deque()
        self._guard = threading.Lock()

    def acquire(self) -> None:
        with self._guard:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


_TURNS: Final = _Turns(AT_ONCE)
_MINE: Final = threading.local()


@contextmanager
def taken() -> Iterator[None]:
    """Wait for a turn and keep it through the block. Not to be nested."""
    _TURNS.acquire()
    _MINE.held = True
    try:
        yield
    finally:
        _MINE.held = False
        _TURNS.release()


@contextmanager
def aside() -> Iterator[None]:
    """Give the turn of this thread, if it has one, to others while the block waits for somebody outside."""
    if not getattr(_MINE, "held", False):
        yield
        return
    _TURNS.release()
    _MINE.held = False
    try:
        yield
    finally:
        _TURNS.acquire()
        _MINE.held = True


class Incoming:
    """The body of a request as WSGI hands it in; who reads it steps aside while it arrives."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, *size: int) -> bytes:
        """As of a file."""
        with aside():
            return bytes(self._body.read(*size))

    def readline(self, *size: int) -> bytes:
        """As of a file."""
        with aside():
            return bytes(self._body.readline(*size))

    def readlines(self, *size: int) -> list[bytes]:
        """As of a file."""
        with aside():
            return list(self._body.readlines(*size))

    def __iter__(self) -> Iterator[bytes]:
        """Line by line."""
        return iter(self.readline, b"")
