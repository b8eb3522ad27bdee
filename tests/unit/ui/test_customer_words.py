# SPDX-License-Identifier: Apache-2.0
"""Every sentence of ours that a customer may read passes the check of texts, in each language: pages, papers, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.pofile import read_po

import conserje
from conserje.domain.rules.content import check
from conserje.domain.rules.phrases import CATEGORIES

HOUSE = Path(conserje.__file__).parent
WORDING = HOUSE / "wording"
LANGUAGES = {"es": "es_CO", "en": "en", "pt_BR": "pt_BR"}
# Words that mean something else where they stand: how much now, and a yes to being written to.
MEANT = {
    ("false_urgency", "pay now"),
    ("acknowledge_debt", "responda «Sí"),
    ("acknowledge_debt", "reply “Yes"),
}
_VALUE = re.compile(r"%\(\w+\)[a-z]|\{\{.*?\}\}|\{%.*?%\}|\{\w+\}", re.DOTALL)


def of_pages(language: str) -> Iterator[str]:
    """What the customer's pages say; English is the language of the source."""
    spoken = "es" if language == "en" else language
    with (HOUSE / "locale" / spoken / "LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file):
            if any(path.startswith("portal/") for path, _line in message.locations):
                text = message.id if language == "en" else message.string
                yield from (text,) if isinstance(text, str) else text


def of_papers(language: str) -> Iterator[str]:
    """What papers, agreements and the asking for a permission say."""
    own = language.partition("_")[0]
    for path in sorted((WORDING / own).rglob("*")):
        if path.suffix == ".yaml":
            table = yaml.safe_load(path.read_text(encoding="utf-8"))
            clearance = table.get("papers", {}).get("clearance", {})
            # What each country calls the paper that nothing is owed: its name there, asked for by that name.
            names = [clearance.pop(part, None) for part in ("titles", "said")]
            assert ("papers" in table) == any(names)
            yield from _texts(table)
        elif path.parent.name == "agreement":
            yield path.read_text(encoding="utf-8")
    yield from _texts(yaml.safe_load((WORDING / "asking.yaml").read_text(encoding="utf-8"))[own])


def _texts(table: Any) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict | list):
        for item in table.values() if isinstance(table, dict) else table:
            yield from _texts(item)


def against(texts: Iterator[str], language: str) -> list[tuple[str, str, str]]:
    """Sentences that may not be said, with the words and the category."""
    found = []
    for text in texts:
        said = _VALUE.sub("…", text)
        for item in check(text=said, language=LANGUAGES[language], pack_forbidden=CATEGORIES):
            if (item.category, item.matched) not in MEANT:
                found.append((item.category, item.matched, said))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_ours_says_what_no_letter_may(language: str) -> None:
    pages, papers = list(of_pages(language)), list(of_papers(language))
    assert (len(pages) > 300, len(papers) > 80) == (True, True), "the words are not where they were"
    assert against(iter([*pages, *papers]), language) == []


def test_a_planted_sentence_is_seen() -> None:
    assert against(iter(["Pague hoy o lo vamos a embargar."]), "es")
