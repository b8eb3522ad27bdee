# SPDX-License-Identifier: Apache-2.0
"""Requests and answers as values, the page frame, and small pieces that pages share."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """One request: header names in lower case, `path` without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; raises `ValueError`."""
        return json.loads(self.body or b"{}")

    def form(self) -> dict[str, str]:
        """The body as a form, first value of each name."""
        return first_values(self.body.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `lost`: seconds to wait before closing the connection without it."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: float | None = None


def first_values(query: str) -> dict[str, str]:
    """`a=1&a=2&b=` as {"a": "1", "b": ""}."""
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def as_json(value: Any, status: int = 200) -> Reply:
    """`value` as a JSON answer."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")


def see_other(url: str) -> Reply:
    """A redirect after a form."""
    return Reply(303, headers={"location": url})


def text(value: object) -> str:
    """`value` safe between tags and in quoted attributes."""
    return html.escape(str(value), quote=True)


def page(title: str, body: str, *, status: int = 200) -> Reply:
    """A whole page in Spanish with the world's look."""
    whole = (
        '<!doctype html><html lang="es"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{_look()}</style></head><body>{body}</body></html>"
    )
    return Reply(status, whole.encode())


def amount_text(minor: int, places: int, currency: str) -> str:
    """Minor units as people write them in Colombia: 3.808.000 COP, cents only when there are some."""
    whole, cents = divmod(minor, 10**places)
    grouped = f"{whole:,}".replace(",", ".")
    return f"$ {grouped},{str(cents).rjust(places, '0')} {currency}" if cents else f"$ {grouped} {currency}"


@cache
def _look() -> str:
    return resources.files(__package__).joinpath("look.css").read_text(encoding="utf-8")
