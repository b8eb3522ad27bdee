# SPDX-License-Identifier: Apache-2.0
"""The words of agreements: sentences by key, in the reader's language, filled with names, amounts and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from conserje.domain.kit.money import Money
from conserje.wording import formats
from conserje.wording.shelf import LetterError, chain

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Worded:
    """A title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


def worded(*, locale: str, kind: str, keys: Sequence[str], values: Mapping[str, Any]) -> Worded:
    """The paragraphs `keys` of an agreement of `kind` ("dispute", "settlement").

    `Money` and dates among `values` are written as people write them. Raises `LetterError` for a paragraph or a value
    that is not there.
    """
    table = _table(locale)[kind]
    ready = {name: _ready(value, locale) for name, value in values.items()}
    try:
        lines = [str(table[key]).format_map(ready) for key in ("title", *keys)]
    except KeyError as missing:
        raise LetterError(f"An agreement of kind {kind!r} has no {missing} in {locale!r}.") from missing
    return Worded(lines[0], tuple(lines[1:]))


def label(*, locale: str, key: str, **values: str) -> str:
    """What stands before an amount in the table of an agreement."""
    return str(_table(locale)["labels"][key]).format_map(values)


def head(*, locale: str) -> tuple[str, ...]:
    """What stands over the table of amounts: what, when, how much."""
    return tuple(_table(locale)["labels"]["head"])


def numbers(names: Sequence[str], *, locale: str) -> str:
    """Invoice numbers as a list: "FE-1, FE-2 y FE-3"."""
    return formats.joined(names, locale)


@lru_cache(maxsize=16)
def _table(locale: str) -> Mapping[str, Any]:
    for folder in chain(locale):
        file = _HERE / folder / "agreements.yaml"
        if file.is_file():
            found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
            return found
    raise LetterError(f"There are no words of agreements for {locale!r}.")


def _ready(value: Any, locale: str) -> str:
    if isinstance(value, Money):
        return formats.money(value, locale)
    if isinstance(value, date):
        return formats.day(value, "day_long", locale)
    return str(value)
