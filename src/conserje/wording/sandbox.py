# SPDX-License-Identifier: Apache-2.0
"""Liquid with its limits on: few tags, few filters, no attribute, no file, and an error for every missing value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from liquid import BoundTemplate, Environment, Mode, StrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError

from conserje.domain.kit.money import Money
from conserje.wording import formats
from conserje.wording.program import program
from conserje.wording.program_parts import Program
from conserje.wording.shelf import LetterError, words
from conserje.wording.values import SHARED

_BLOCKS: Final = ("if", "unless", "case", "for", "break", "continue", "capture", "comment")
_WORDS: Final = ("#", "assign", "content", "echo", "illegal", "increment", "output")
TAGS: Final = frozenset((*_BLOCKS, *_WORDS))
_BUILT_IN: Final = frozenset(
    ["capitalize", "default", "downcase", "first", "last", "size", "strip", "upcase"]
)
_SCHEMES: Final = ("https://", "mailto:", "tel:", "http://localhost", "http://127.0.0.1")
_NBSP: Final = "\u00a0"


class _Sandbox(Environment):
    context_depth_limit = 20
    block_nesting_limit = 20
    loop_iteration_limit = 5_000
    local_namespace_limit = 64_000
    output_stream_limit = 256_000


@lru_cache(maxsize=64)
def environment(locale: str, *, html: bool) -> Environment:
    """The Liquid of one locale; with `html`, values are escaped and an amount does not break over two lines."""
    env = _Sandbox(tolerance=Mode.STRICT, undefined=StrictUndefined, strict_filters=True, autoescape=html)
    env.tags = {name: tag for name, tag in env.tags.items() if name in TAGS}
    env.filters = {name: call for name, call in env.filters.items() if name in _BUILT_IN}
    env.filters.update(_filters(locale, html=html))
    return env


@dataclass(frozen=True, slots=True)
class Template:
    """A template as python-liquid read it, and as the function made of it (None: it is too unusual for one)."""

    read: BoundTemplate
    fill: Program | None


def render(template: Template, values: Mapping[str, Any], *, where: str) -> str:
    """`template` filled with `values`. Raises `LetterError` naming what is missing and `where` (the letter)."""
    if template.fill is not None:
        # Whatever the function is not sure of, python-liquid does again, and finds the words for what is wrong.
        with suppress(Exception):
            return template.fill(values)
    try:
        return str(template.read.render(values))
    except UndefinedError as error:
        raise LetterError(
            f"The letter {where} has no value for {_cause(error).removesuffix(' is undefined')}: "
            "fill it in (wording/values.py lists the names) or take it out of the template."
        ) from error
    except ResourceLimitError as error:
        raise LetterError(
            f"The letter {where} is too large: {_cause(error)}. Make its loops shorter."
        ) from error
    except LiquidError as error:
        raise LetterError(
            f"The letter {where} cannot be filled: {_cause(error)}. Correct its template."
        ) from error


def parse(source: str, *, locale: str, html: bool, where: str) -> Template:
    """The template of a Liquid `source`; raises `LetterError` with the line that cannot be read."""
    try:
        read = environment(locale, html=html).from_string(source)
        return Template(read, program(read, lasting=SHARED))
    except LiquidError as error:
        raise LetterError(f"The template {where} cannot be read: {_cause(error)}. Correct it.") from error


def _cause(error: LiquidError) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


def _filters(locale: str, *, html: bool) -> dict[str, Callable[..., Any]]:
    table = words(locale)

    space = _NBSP if html else " "

    def amount(value: Money) -> str:
        known = value if type(value) is Money else _expect(value, Money, "an amount")
        return formats.money(known, locale, space)

    def figure(value: Money) -> str:
        known = value if type(value) is Money else _expect(value, Money, "an amount")
        return formats.figure(known, locale)

    def dated(style: str) -> Callable[[date], str]:
        return lambda value: formats.day(_expect(value, date, "a date"), style, locale)

    def joined(value: Iterable[object], link: str = "") -> str:
        return formats.joined(_expect(value, list | tuple, "a list"), locale, link)

    def method(value: Iterable[str]) -> list[str]:
        return [table["methods"].get(item, item) for item in _expect(value, list | tuple, "a list")]

    def paid_by(value: str) -> str:
        paid: Mapping[str, str] = table["paid_by"]
        return paid.get(value, paid["default"].format(method=value))

    def short(value: str, length: int = 60) -> str:
        return formats.short(_expect(value, str, "a text"), length)

    days = {style: dated(style) for style in table["dates"]}
    return {
        **days,
        "money": amount,
        "figure": figure,
        "list": joined,
        "method": method,
        "paid_by": paid_by,
        "short": short,
        "link": _link,
    }


def _link(value: object) -> str:
    text = _address(value) if isinstance(value, str) else None
    if text is None:
        raise LetterError(
            f"{value!r} is not an address a letter may point to: give an https, mailto or tel address."
        )
    return text


# By type too: what is markup already equals the same words that are not.
@lru_cache(maxsize=4096, typed=True)
def _address(value: str) -> str | None:
    text = value.strip()
    odd = not text.lower().startswith(_SCHEMES) or any(char in text for char in " <>\"'`\\")
    return None if odd else text


def _expect(value: Any, kind: Any, name: str) -> Any:
    if not isinstance(value, kind):
        raise LetterError(
            f"A filter was given {type(value).__name__} where it formats {name}: check the template."
        )
    return value
