# SPDX-License-Identifier: Apache-2.0
"""The glossary is the code's: its names exist, and the words it refuses are nobody's identifier."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from tests.tidy import tables
from tests.tidy.source import FUNCTIONS, ROOT, Source, house

GLOSSARY = ROOT / "docs/glossary.md"
ROWS = list(tables.rows(GLOSSARY))
TERMS = [row for row in ROWS if "In code" in row]
NEVER = sorted({word for row in TERMS for word in tables.ticked(row["Never"])})
ELSEWHERE: dict[str, list[str]] = defaultdict(list)
for _row in ROWS:
    if "Only" in _row:
        ELSEWHERE[_row["Word"]] += [place.strip() for place in _row["Only"].split(",")]


_REFUSED = re.compile(rf"_({'|'.join(map(re.escape, NEVER))})s?(?=_)")


def spoken(sources: Iterable[Source]) -> set[str]:
    """Every name the glossary may give: modules, classes, and what stands inside either."""
    found: set[str] = set()
    for source in sources:
        stem = source.path.rsplit("/", 1)[-1].removesuffix(".py")
        found.add(stem)
        found |= {f"{stem}.{name}" for name in _names(source.tree.body)}
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef):
                found.add(node.name)
                found |= {f"{node.name}.{name}" for name in _names(node.body)}
    return found


def _names(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def identifiers(source: Source) -> Iterator[tuple[str, str]]:
    """Names this module gives, with their places; names that others gave are not its fault."""
    yield source.path, source.path.rsplit("/", 1)[-1].removesuffix(".py")
    for node in source.nodes():
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield source.at(node), node.name
        elif isinstance(node, ast.arg):
            yield source.at(node), node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield source.at(node), node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield source.at(node), node.attr


@cache
def words(identifier: str) -> str:
    """The words of an identifier, between underscores: "debtorType" gives "_debtor_type_"."""
    return "_" + "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", identifier)).lower() + "_"


def refused(source: Source) -> Iterator[str]:
    """Identifiers with a word, or its plural, that the glossary refuses there."""
    for place, identifier in identifiers(source):
        for word in _REFUSED.findall(words(identifier)):
            elsewhere = ELSEWHERE.get(word, [])
            allowed = source.below(*elsewhere) or f"`{identifier}`" in elsewhere
            if not allowed:
                yield f"{place}: {identifier}. The glossary has another word for '{word}'"


def test_the_glossary_is_read() -> None:
    assert len(TERMS) > 40
    assert {"client", "account", "campaign", "provider", "transport", "bill"} <= set(NEVER)
    assert set(ELSEWHERE) <= set(NEVER)


def test_every_term_has_both_languages_and_a_meaning() -> None:
    assert [row for row in TERMS if not (row["English"] and row["Español"] and row["Meaning"])] == []
    english = [row["English"] for row in TERMS]
    assert len(english) == len(set(english))


def test_every_name_in_the_glossary_exists() -> None:
    names = {name for row in TERMS for name in tables.ticked(row["In code"])}
    assert [row["English"] for row in TERMS if not tables.ticked(row["In code"])] == []
    assert sorted(names - spoken(house())) == []


def test_refused_words_are_nobodys_name() -> None:
    assert [fault for source in house() for fault in refused(source)] == []


def test_places_with_a_second_meaning_are_in_use() -> None:
    used: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for source in house():
        for _, name in identifiers(source):
            for word in _REFUSED.findall(words(name)):
                used[word].add((source.path, name))
    idle = [
        (word, place)
        for word, places in ELSEWHERE.items()
        for place in places
        if not any(Source(path, "").below(place) or f"`{name}`" == place for path, name in used[word])
    ]
    assert idle == [], "take these places out of the glossary"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/a.py", "def client_of(*, a): ..."),
        ("data/a.py", "class MerchantRow: ..."),
        ("domain/a.py", "accounts = 1"),
        ("services/receivables/a.py", "def f(*, debtor): ..."),
        ("services/receivables/a.py", "debtor_type_of = 1"),
        ("domain/outreach/campaign.py", ""),
        ("domain/a.py", "self.businessHours = 1"),
    ],
)
def test_a_planted_word_is_found(path: str, text: str) -> None:
    assert list(refused(Source(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("domain/rules/a.py", "debtor_type = 1"),
        ("services/a.py", "from x import client\nbilled = accountable = client.account"),
    ],
)
def test_other_words_are_spared(path: str, text: str) -> None:
    assert list(refused(Source(path, text))) == []


def test_a_name_that_is_gone_is_missed() -> None:
    assert "Customer" not in spoken([Source("data/a.py", "class Client: ...")])
    assert "TouchState.PLANNED" in spoken([Source("d/touch.py", "class TouchState:\n    PLANNED = 1")])
    assert "payment.record" in spoken([Source("services/payment.py", "def record(): ...")])
