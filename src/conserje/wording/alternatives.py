# SPDX-License-Identifier: Apache-2.0
"""What to write instead of words that may not leave: in the reader's language, and set into the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from conserje.domain.kit.text import fold
from conserje.domain.rules.content import Finding

_FILE: Final = Path(__file__).parent / "alternatives.yaml"
_BEGINS = re.compile(r"(?:[.!?;]+[\s\"'»”)]+|\n\s*\n|^)[ \t]*(?=\S)")
_ENDS = re.compile(r"[.!?;]+(?=[\s\"'»”)]|$)|(?=\n[ \t]*\n)|$")


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, Any]]:
    """Every alternative by its code."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


def sentence(finding: Finding, *, locale: str) -> str:
    """What to say instead in the language of `locale`; empty when the words are best left out.

    Raises `KeyError` for a finding whose code has no alternative.
    """
    entry = table()[finding.alternative]
    if finding.alternative == "lower_case":
        words = finding.matched.lower()
        return words[:1].upper() + words[1:]
    if "words" in entry:
        found = entry["words"].get(fold(finding.matched), "")
        return found[:1].upper() + found[1:] if finding.matched[:1].isupper() else str(found)
    return str(entry.get(_language(locale)) or "")


def put(text: str, *, finding: Finding, locale: str) -> str:
    """`text` with the alternative in the place of the words, or of their whole sentence."""
    instead = sentence(finding, locale=locale)
    start, end = span(text, finding=finding)
    if table()[finding.alternative].get("whole") and start > 0 and instead:
        instead = instead[:1].upper() + instead[1:]
    before, after = text[:start], text[end:]
    if not instead and (before[-1:].isspace() or not before):
        after = after.lstrip(" \t")
    return before + instead + after


def span(text: str, *, finding: Finding) -> tuple[int, int]:
    """From where to where the alternative is set: the words, or the sentence around them."""
    if not table()[finding.alternative].get("whole"):
        return finding.start, finding.end
    starts = [
        match.end() for match in _BEGINS.finditer(text, 0, finding.start + 1) if match.end() <= finding.start
    ]
    start = starts[-1] if starts else 0
    end = _ENDS.search(text, finding.end)
    line = max(text.rfind("\n- ", 0, finding.start) + 3, text.rfind("\n1. ", 0, finding.start) + 4)
    return max(start, line if line > 4 else 0), end.end() if end else len(text)


def _language(locale: str) -> str:
    own = locale.replace("-", "_").split("_")[0].lower()
    return own if own in ("es", "en", "pt") else "en"
