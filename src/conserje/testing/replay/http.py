# SPDX-License-Identifier: Apache-2.0
"""Recorded HTTP exchanges: a file says what an adapter is asked, what it must send, what comes back, and what it
must conclude.

A recording is JSON: `call` (a method of the adapter), `given` (its arguments), `exchanges` (each `request` with
`method`, `url`, `headers` that must be among those sent, and `json`, `form` (an object of fields) or `body` (text);
and either `answer` with `status`, `headers`, `json` or `body`, or `silence` with `why` and `reached`), and `concludes`
(type name and fields).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from conserje.domain.ports.http import Answer, NoAnswer


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded call of an adapter."""

    name: str
    call: str
    given: Mapping[str, Any]
    exchanges: tuple[Mapping[str, Any], ...]
    concludes: Any


class RecordedHttp:
    """An `http` that gives the recorded answers in order and notes requests that differ in `departures`.

    `sent` keeps what left, each request as one text: method, address, headers and content.
    """

    def __init__(self, exchanges: tuple[Mapping[str, Any], ...]) -> None:
        self.departures: list[str] = []
        self.sent: list[str] = []
        self._left = list(exchanges)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
    ) -> Answer:
        """The next recorded answer; raises `NoAnswer` where silence was recorded."""
        self.sent.append(
            "\n".join((method, url, dumps(dict(headers or {})), dumps(json), (body or b"").decode()))
        )
        if not self._left:
            self.departures.append(f"{method} {url} was not recorded.")
            raise NoAnswer("not_recorded", reached=False)
        exchange = self._left.pop(0)
        wanted = exchange["request"]
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        content: dict[str, Any] = {"json": json, "body": None if body is None else body.decode()}
        if "form" in wanted:
            content = {"json": json, "form": dict(parse_qsl((body or b"").decode(), keep_blank_values=True))}
        for what, found in {"method": method, "url": url, **content}.items():
            if wanted.get(what) != found:
                self.departures.append(f"{what}: recorded {wanted.get(what)!r}, sent {found!r}.")
        for name, value in wanted.get("headers", {}).items():
            if sent.get(name) != value:
                self.departures.append(f"header {name}: recorded {value!r}, sent {sent.get(name)!r}.")
        if "silence" in exchange:
            raise NoAnswer(exchange["silence"]["why"], reached=exchange["silence"]["reached"])
        return _answer(exchange["answer"])

    def finished(self) -> bool:
        """Whether every recorded exchange happened."""
        return not self._left


def load_recording(path: Path) -> Recording:
    """The recording in the file at `path`; raises `KeyError` naming a missing part."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Recording(
        path.name,
        found["call"],
        found.get("given", {}),
        tuple(found.get("exchanges", ())),
        found["concludes"],
    )


def _answer(values: Mapping[str, Any]) -> Answer:
    body = values.get("body", "").encode() if "json" not in values else json.dumps(values["json"]).encode()
    return Answer(values["status"], values.get("headers", {}), body)
