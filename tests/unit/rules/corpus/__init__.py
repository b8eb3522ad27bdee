# SPDX-License-Identifier: Apache-2.0
"""Labelled sentences, one file a language: what is wrong with each, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LANGUAGES = {"es": "es_CO", "en": "en", "pt": "pt_BR"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence of `locale` at `place`, and the category that is wrong with it ("" when nothing is)."""

    locale: str
    place: str
    category: str
    text: str


def every() -> list[Labelled]:
    """All of them, in the order written."""
    return [item for language in LANGUAGES for item in of(language)]


def of(language: str) -> list[Labelled]:
    """Those of one language."""
    lines = (Path(__file__).parent / f"{language}.txt").read_text("utf-8").splitlines()
    return [_read(line, LANGUAGES[language]) for line in lines if line.strip() and not line.startswith("#")]


def _read(line: str, locale: str) -> Labelled:
    head, _, text = line.partition(": ")
    category, _, place = head.partition(" @")
    return Labelled(locale, place or "body", "" if category == "-" else category, text)
