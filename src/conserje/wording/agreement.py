# SPDX-License-Identifier: Apache-2.0
"""Agreements: a title, paragraphs and the heads of one table, from a template of its own in each language."""

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
    """What an agreement says. The table stands after the paragraph number `table_after` (from 0), under `heads`."""

    title: str
    paragraphs: tuple[str, ...]
    heads: tuple[str, ...]
    table_after: int
    language: str


def agreement(*, kind: str, locale: str, values: Mapping[str, Any]) -> Words:
    """The agreement of `kind` ("plan") in words: empty lines part its blocks, `# ` begins the title, `|` the heads.

    Raises `LetterError` when a value is missing.
    """
    written = render(_template(kind, locale), dict(values), where=f"agreement {kind!r} in {locale!r}")
    blocks = [cleaned(block) for block in written.split("\n\n")]
    title, after = "", 0
    heads: tuple[str, ...] = ()
    paragraphs: list[str] = []
    for block in filter(None, blocks):
        if block.startswith("# "):
            title = block[2:]
        elif block.startswith("|"):
            heads = tuple(cell.strip() for cell in block.strip("| ").split("|"))
            after = len(paragraphs) - 1
        else:
            paragraphs.append(block)
    return Words(title, tuple(paragraphs), heads, after, shelf.language(locale))


@lru_cache(maxsize=64)
def _template(kind: str, locale: str) -> Template:
    source = shelf.source(locale, f"agreement/{kind}")
    return parse(source, locale=locale, html=False, where=f"agreement {kind} ({locale})")
