# SPDX-License-Identifier: Apache-2.0
"""The words of agreements, of every kind: one template of its own in each language, and the names of its amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conserje.wording import shelf
from conserje.wording.sandbox import Template, parse, render
from conserje.wording.view import cleaned


@dataclass(frozen=True, slots=True)
class Words:
    """What an agreement says: the paragraphs `before` and `after` its table of amounts, which stands under `head`."""

    title: str
    before: tuple[str, ...]
    head: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """One block of a template. `mark`: "#" begins the title, "|" is the table's head, "" a paragraph."""

    mark: str
    template: Template


def agreement(*, kind: str, locale: str, values: Mapping[str, Any]) -> Words:
    """The agreement of `kind` ("plan", "dispute", "settlement") in words.

    Empty lines part the blocks of its template; a block that comes out empty is not said. What a block is follows from
    the template alone, never from a name that stands in it. Raises `LetterError` when a value is missing.
    """
    title = ""
    head: tuple[str, ...] = ()
    parts: tuple[list[str], list[str]] = ([], [])
    for block in _blocks(kind, locale):
        text = cleaned(render(block.template, dict(values), where=f"agreement {kind!r} in {locale!r}"))
        if block.mark == "#":
            title = text
        elif block.mark == "|":
            head = tuple(cell.strip() for cell in text.strip("| ").split("|"))
        elif text:
            parts[bool(head)].append(text)
    return Words(title, tuple(parts[0]), head, tuple(parts[1]))


def label(*, locale: str, key: str, **values: str) -> str:
    """What stands before an amount in the table of an agreement."""
    return str(shelf.words(locale)["papers"]["agreement"]["labels"][key]).format_map(values)


@lru_cache(maxsize=64)
def _blocks(kind: str, locale: str) -> tuple[_Block, ...]:
    where = f"agreement {kind} ({locale})"
    found = []
    for source in shelf.source(locale, f"agreement/{kind}").split("\n\n"):
        mark = next((sign for sign in ("#", "|") if source.startswith(sign)), "")
        text = source.removeprefix("#").strip()
        found.append(_Block(mark, parse(text, locale=locale, html=False, where=where)))
    return tuple(found)
