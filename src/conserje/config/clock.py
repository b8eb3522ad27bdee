# SPDX-License-Identifier: Apache-2.0
"""The one place that reads the machine's clock. Doors ask here and hand `now` down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

LARGEST_DRIFT = timedelta(minutes=5)


class HasClock(Protocol):
    """A creditor, as far as time is concerned."""

    @property
    def is_demo(self) -> bool:
        """Whether the book may live in another time."""

    @property
    def clock_at(self) -> datetime | None:
        """Its own moment, None for the present."""


class NotNow(ValueError):
    """A moment was given that is not this one, for a book that lives in the present."""


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def now_for(creditor: HasClock) -> datetime:
    """This moment in the creditor's book: a demo book may carry its own clock."""
    if creditor.is_demo and creditor.clock_at is not None:
        return creditor.clock_at.astimezone(UTC)
    return now()


def after(seconds: int) -> Callable[[], bool]:
    """A stopwatch: whether so many seconds have passed since this call, whatever the book's own clock says."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


@contextmanager
def no_sooner_than(seconds: float) -> Iterator[None]:
    """Take at least so long by the machine's clock, whatever is done inside: how long it took then tells nothing."""
    until = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))


def given_now(text: str, *, creditor: HasClock, simulating: bool = False) -> datetime:
    """The moment written in `text` (ISO 8601 with an offset), as of `--now`. Raises `NotNow`.

    Only a simulation or a demo book may be further than five minutes from the machine's clock.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotNow(f"'{text}' is not a moment. Write it like 2026-03-02T10:00-05:00.") from None
    if moment.tzinfo is None:
        raise NotNow(f"'{text}' has no offset from UTC. Write it like 2026-03-02T10:00-05:00.")
    if not simulating and not creditor.is_demo and abs(moment - now()) > LARGEST_DRIFT:
        raise NotNow(
            f"{text} is more than five minutes from this machine's clock. Only a simulation or a demo book may live in "
            "another time: add --mode simulate."
        )
    return moment.astimezone(UTC)
