# SPDX-License-Identifier: Apache-2.0
"""Stand-ins of the other side, with a memory: what was sent, what was made, and answers that get lost afterwards."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conserje.domain.ports.http import Answer, NoAnswer


@dataclass(frozen=True)
class Sent:
    """One request as it arrived there."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    told: Any

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"


Side = Callable[[Sent], tuple[int, Any]]


@dataclass
class Remembering:
    """An `http` to `side`. The answers whose places stand in `lost` are given and never arrive."""

    side: Side
    lost: frozenset[int] = frozenset()
    sent: list[Sent] = field(default_factory=list)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
    ) -> Answer:
        parts = urlsplit(url)
        told = json
        if body is not None:
            form = (headers or {}).get("content-type") == "application/x-www-form-urlencoded"
            told = dict(parse_qsl(body.decode())) if form else jsonlib.loads(body)
        one = Sent(method, parts.path, dict(parse_qsl(parts.query)), dict(headers or {}), told)
        self.sent.append(one)
        status, answer = self.side(one)
        if len(self.sent) - 1 in self.lost:
            raise NoAnswer("timed_out", reached=True)
        return Answer(status, {}, jsonlib.dumps(answer).encode())

    def count(self, what: str) -> int:
        """How often "POST /orders" was sent."""
        return sum(one.what == what for one in self.sent)
