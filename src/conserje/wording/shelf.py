# SPDX-License-Identifier: Apache-2.0
"""Where the words are: templates and word tables by language, the country's own before the language's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_LAST = "en"


class LetterError(ValueError):
    """A letter cannot be written as asked: the message says what is wrong and what to do."""


@lru_cache(maxsize=64)
def chain(locale: str) -> tuple[str, ...]:
    """Folders to look in, the most particular first: "es_CO" gives ("es_CO", "es"); an unknown language English."""
    wanted = locale.replace("-", "_")
    found = tuple(name for name in dict.fromkeys((wanted, wanted.split("_")[0])) if _is_language(name))
    return found or (_LAST,)


def language(locale: str) -> str:
    """The BCP 47 tag of the words that `locale` gets: "es_CO" gives "es-CO", "fr" gives "en"."""
    return chain(locale)[0].replace("_", "-")


@lru_cache(maxsize=512)
def source(locale: str, path: str) -> str:
    """The template at `path` ("friendly/body", "blocks/next"); raises `LetterError` when no language has it."""
    for folder in chain(locale):
        file = _HERE / folder / f"{path}.liquid"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise LetterError(
        f"There is no template {path!r} for {locale!r}: add wording/{chain(locale)[-1]}/{path}.liquid."
    )


@lru_cache(maxsize=1)
def frame() -> str:
    """The MJML frame every letter is set in."""
    return (_HERE / "frame.mjml.liquid").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def words(locale: str) -> Mapping[str, Any]:
    """The word table of `locale`: the language's, with the country's entries laid over it."""
    table: dict[str, Any] = {}
    for folder in reversed(chain(locale)):
        file = _HERE / folder / "words.yaml"
        if file.is_file():
            table = _laid_over(table, yaml.safe_load(file.read_text(encoding="utf-8")))
    return table


def _is_language(name: str) -> bool:
    return name.replace("_", "").isalpha() and (_HERE / name / "words.yaml").is_file()


def _laid_over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in top.items():
        below = result.get(key)
        result[key] = (
            _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
        )
    return result
