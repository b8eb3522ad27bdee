# SPDX-License-Identifier: Apache-2.0
"""Their words -> ours: headers, statuses, roles, currencies, months, as listed in `synonyms.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from conserje.domain.kit.text import fold
from conserje.domain.ports.connector import Field

_LONGEST: Final = 120
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PANDAS_REPEAT = re.compile(r"\.[0-9]+$")


def words(header: str) -> str:
    """A header as folded words with single spaces: "Nº Factura" -> "no factura", "isOpen" -> "is open".

    Only its beginning counts: no word of ours is longer than `_LONGEST`.
    """
    return _words(header[:_LONGEST])


@lru_cache(maxsize=32_768)
def _words(header: str) -> str:
    if not header:
        return ""
    spaced = _CAMEL.sub(" ", _PANDAS_REPEAT.sub("", header.strip()))
    return _NOT_WORD.sub(" ", fold(spaced)).strip()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The word lists, folded and turned into look-ups."""

    strong: dict[str, tuple[Field, ...]]
    weak: dict[str, tuple[Field, ...]]
    ignored: frozenset[str]
    qualifiers: frozenset[str]
    stopwords: frozenset[str]
    statuses: dict[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    paid_headers: frozenset[str]
    open_headers: frozenset[str]
    void_headers: frozenset[str]
    credit_notes: frozenset[str]
    summaries: frozenset[str]
    balances: frozenset[str]
    pivots: frozenset[str]
    headings: frozenset[str]
    payment_sheets: frozenset[str]
    terms_at_once: frozenset[str]
    term_words: frozenset[str]
    term_core: frozenset[str]
    blanks: frozenset[str]
    currencies: dict[str, str]
    local_currency: frozenset[str]
    roles: dict[str, str]
    languages: dict[str, str]
    kinds: dict[str, str]
    months: dict[str, int]
    part_totals: frozenset[str]
    document_words: frozenset[str]


def _fields(table: dict[str, Any], level: str) -> dict[str, tuple[Field, ...]]:
    found: dict[str, tuple[Field, ...]] = {}
    for name, levels in table.items():
        for phrase in levels.get(level) or ():
            key = words(phrase)
            found[key] = (*found.get(key, ()), Field(name))
    return found


def _reverse(table: dict[str, list[str]]) -> dict[str, str]:
    return {words(phrase): name for name, phrases in table.items() for phrase in phrases}


def _set(phrases: list[str]) -> frozenset[str]:
    return frozenset(words(phrase) for phrase in phrases)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once. Raises `ValueError` when `synonyms.yaml` names a field that does not exist."""
    text = resources.files(__package__).joinpath("synonyms.yaml").read_text(encoding="utf-8")
    # BaseLoader keeps every scalar a string: "no", "si" and "1" must not become booleans and numbers.
    table: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    sets = (
        "qualifiers stopwords yes no paid_headers open_headers void_headers credit_notes summaries balances pivots "
        "headings payment_sheets part_totals term_core term_words terms_at_once document_words"
    )
    return Vocabulary(
        strong=_fields(table["fields"], "strong"),
        weak=_fields(table["fields"], "weak"),
        ignored=_set(table["ignore"]),
        statuses=_reverse(table["statuses"]),
        blanks=frozenset(fold(word) for word in table["blanks"]),
        currencies={fold(word): code for code, phrases in table["currencies"].items() for word in phrases},
        local_currency=frozenset(fold(word) for word in table["local_currency"]),
        roles=_reverse(table["roles"]),
        languages=_reverse(table["languages"]),
        kinds=_reverse(table["kinds"]),
        months={word: int(number) for number, phrases in table["months"].items() for word in phrases},
        **{name: _set(table[name]) for name in sets.split()},
    )


LOCAL: Final = ""


def currency_of(text: str) -> str | None:
    """ISO code of a currency word or symbol; `LOCAL` for a bare "$" or "pesos"; None when unknown."""
    key = fold(text)
    book = vocabulary()
    if key in book.local_currency:
        return LOCAL
    return book.currencies.get(key) or book.currencies.get(key.rstrip("."))


def role_of(text: str) -> str:
    """Our word for a contact's role: accounts_payable, treasury, owner, decision_maker or other ("" when blank)."""
    key = words(text)
    if not key:
        return ""
    roles = vocabulary().roles
    if key in roles:
        return roles[key]
    padded = f" {key} "
    inside = [phrase for phrase in roles if len(phrase) > 2 and f" {phrase} " in padded]
    first = min(inside, key=lambda phrase: (padded.index(f" {phrase} "), -len(phrase)), default="")
    return roles[first] if first else "other"
