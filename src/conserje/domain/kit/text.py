# SPDX-License-Identifier: Apache-2.0
"""Folding of names and numbers for search, matching and sorting."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: the form in which people search ("Pérez " -> "perez")."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SPACES.sub(" ", bare).strip()


def compact(text: str) -> str:
    """`fold` with everything but letters and digits removed: "FE-1042" -> "fe1042"."""
    if text.isascii():
        bare = text.lower()
        return bare if bare.isalnum() else _NOT_WORD.sub("", bare)
    return _NOT_WORD.sub("", fold(text))


def terms(text: str) -> tuple[str, ...]:
    """Folded words of `text`, in order, without repeats: what the search table stores."""
    return tuple(dict.fromkeys(word for word in _NOT_WORD.split(fold(text)) if word))
