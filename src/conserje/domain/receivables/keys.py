# SPDX-License-Identifier: Apache-2.0
"""The folded forms by which numbers and references of invoices and customers are the same or not."""

from __future__ import annotations

from conserje.domain.kit.text import compact, fold

_LONGEST_KEY = 80


def match_key(*, text: str, longest: int = _LONGEST_KEY) -> str:
    """Equal for texts that people take for the same: "FE-1042", "fe 1042" and "FE1042" give "fe1042".

    Signs of other scripts are kept, so that two numbers that differ only in them stay two. Empty only when
    nothing but punctuation was given.
    """
    folded = text if text.isascii() else fold(text)
    if not folded.isascii() and any(sign.isalnum() and not sign.isascii() for sign in folded):
        return "".join(sign for sign in folded if sign.isalnum())[:longest]
    return compact(folded)[:longest]
