# SPDX-License-Identifier: Apache-2.0
"""The text of something agreed: what both sides accepted, word for word, with what proves that it is this text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """Ready words of one locale. `rows` fit `head`, whose first column is a name or a date and the rest figures.

    Each signature is its lines: who, for whom, when. `sha256` is the hash that was accepted, in hexadecimal.
    """

    title: str
    paragraphs: tuple[str, ...]
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    signatures: tuple[tuple[str, ...], ...] = ()
    sha256: str = ""
