# SPDX-License-Identifier: Apache-2.0
"""The `http` handed to adapters: time limits, address guard, retries and logging live behind it, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (lower-case names) and raw body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """The other side gave no answer. `reached` tells whether the request may have been acted on."""

    def __init__(self, why: str, *, reached: bool) -> None:
        super().__init__(why)
        self.why = why
        self.reached = reached


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who we are to a side that asks for a certificate (mutual TLS): certificate and private key, both PEM."""

    certificate: str
    private_key: str


class Http(Protocol):
    """Sends one request; raises `NoAnswer` on a broken connection or a time-out."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        identity: Identity | None = None,
    ) -> Answer: ...


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request from outside as it arrived: the signature is over these bytes."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: str
    body: bytes
