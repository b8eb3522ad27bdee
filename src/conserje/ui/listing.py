# SPDX-License-Identifier: Apache-2.0
"""Plain values every long list shares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list stands. `first` and `last` count from 1; an address is empty at the end it would pass."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, or one filter drawn as a link. `count` is shown when it is known."""

    value: str
    label: str
    url: str = ""
    chosen: bool = False
    count: int | None = None
