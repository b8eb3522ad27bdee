# SPDX-License-Identifier: Apache-2.0
"""What no text to a customer may say, in Spanish, English and Portuguese, whoever wrote it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from conserje.domain.rules.phrases import PHRASES
from conserje.domain.rules.questions import Phrase

_PLAIN = {"\u2019": "'", "\u2010": "-", "\u2011": "-"}
_LANGUAGES = frozenset({"es", "en", "pt"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that may not leave. `matched` is the text as written, from `start` (characters).

    `alternative` is a stable code of what to say instead; `by_law`: the country's pack forbids the category, so no
    override can allow it, otherwise it is the house's own courtesy.
    """

    category: str
    matched: str
    start: int
    alternative: str
    by_law: bool


def check(*, text: str, language: str, pack_forbidden: frozenset[str]) -> tuple[Finding, ...]:
    """Everything in `text` that may not be sent, in order of appearance; empty when it may.

    `language` is a locale such as "es_CO"; texts in a language without a list are checked against all of them, since
    customers and authors mix languages. `pack_forbidden` are the categories the customer's packs forbid: some gentler
    questions about the reason are refused only there.
    """
    folded, places = _folded(text)
    found = []
    for phrase, pattern in _compiled(language.split("_")[0].lower()):
        by_law = phrase.category in pack_forbidden
        if phrase.only_by_law and not by_law:
            continue
        for match in pattern.finditer(folded):
            start, end = places[match.start()], places[match.end() - 1] + 1
            found.append(Finding(phrase.category, text[start:end], start, phrase.alternative, by_law))
    return tuple(sorted(set(found), key=lambda finding: (finding.start, finding.category)))


@lru_cache(maxsize=16)
def _compiled(language: str) -> tuple[tuple[Phrase, re.Pattern[str]], ...]:
    chosen = [phrase for phrase in PHRASES if language not in _LANGUAGES or phrase.language in ("", language)]
    return tuple((phrase, re.compile(phrase.pattern)) for phrase in chosen)


def _folded(text: str) -> tuple[str, list[int]]:
    """Lower case without accents, invisible characters dropped, runs of space made one; and each character's place."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char).casefold():
            if unicodedata.combining(part) or unicodedata.category(part) == "Cf":
                continue
            plain = " " if part.isspace() else _PLAIN.get(part, part)
            if plain == " " and letters and letters[-1] == " ":
                continue
            letters.append(plain)
            places.append(place)
    return "".join(letters), places
