# SPDX-License-Identifier: Apache-2.0
"""What the outside saw, in the order in which it happened: the only thing the auditor is fed with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when by the machine's clock, what, to whom (a reference of ours, empty: everybody)."""

    at: datetime
    kind: str
    who: str
    facts: Mapping[str, Any]

    def line(self) -> str:
        """The event as one line of JSON, equal for equal worlds."""
        whole = {"at": self.at.isoformat(), "kind": self.kind, "who": self.who, **self.facts}
        return json.dumps(whole, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a history.")


@dataclass(slots=True)
class History:
    """Events as they come; `heard` is told each at once. `digest` is over all of them."""

    heard: Callable[[Event], None]
    keep: bool = False
    lines: list[str] = field(default_factory=list)
    count: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, at: datetime, kind: str, who: str = "", **facts: Any) -> None:
        """Something happened."""
        event = Event(at, kind, who, facts)
        line = event.line()
        self._hash.update(line.encode() + b"\n")
        self.count += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.keep:
            self.lines.append(line)
        self.heard(event)

    @property
    def digest(self) -> str:
        """SHA-256 over every line so far, in hexadecimal."""
        return str(self._hash.hexdigest())
