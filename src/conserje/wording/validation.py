# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a template somebody wrote, told before a customer reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, get_args, get_type_hints, is_typeddict

from conserje.domain.rules.content import check
from conserje.domain.rules.phrases import CATEGORIES, Place
from conserje.wording import alternatives, samples
from conserje.wording.render import PARTS, letter
from conserje.wording.sandbox import parse
from conserje.wording.shelf import LetterError, language
from conserje.wording.values import KINDS, LetterValues
from conserje.wording.view import derived

LONGEST: Final = 20_000
_BALANCE: Final = ("::: balance", "::: statement")
_FREE: Final = ("thank_you", "link_again", "code", "card_expiring", "subscription_cancelled", "answer")
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct. `error` findings stop the template from being used; `line` is 1-based, 0 for the whole."""

    line: int
    message: str
    error: bool = True


def validate(*, source: str, kind: str, locale: str, part: str = "body") -> tuple[Finding, ...]:
    """Findings for the `source` of one part ("subject", "preheader" or "body") of a letter; empty when it is good.

    The source is read, its names compared with `LetterValues`, its words with what no text may say, and it is
    filled with sample values. Raises `LetterError` for a kind or part that does not exist.
    """
    if kind not in KINDS or part not in PARTS:
        raise LetterError(
            f"There is no {part!r} of a letter {kind!r}: use {', '.join(PARTS)} of {', '.join(KINDS)}."
        )
    if len(source) > LONGEST:
        return (Finding(0, f"The text has {len(source)} characters; at most {LONGEST} are allowed."),)
    found = [
        *_words(source, locale, part),
        *(missing_blocks(source=source, kind=kind) if part == "body" else ()),
    ]
    try:
        found.extend(_unknown_names(source, locale))
        for values in samples.trials():
            letter(kind=kind, locale=locale, values=values, overrides={part: source})
    except LetterError as error:
        found.append(Finding(_line_of(error), str(error)))
    return tuple(dict.fromkeys(found))


def _words(source: str, locale: str, part: str) -> list[Finding]:
    """What may not be said, in the words that stand in the source itself; strictest, for any country may read it."""
    place = Place.BODY if part == "body" else Place.PREVIEW
    prose = _LIQUID.sub(lambda tag: re.sub(r"[^\n]", " ", tag.group()), source)
    found = []
    for item in check(text=prose, language=locale, pack_forbidden=CATEGORIES, place=place):
        instead = alternatives.sentence(item, locale=language(locale)) or "leave it out"
        line = source.count("\n", 0, item.start) + 1
        found.append(
            Finding(line, f"{item.matched!r} may not be said ({item.category}); instead: {instead}.")
        )
    return found


def missing_blocks(*, source: str, kind: str) -> list[Finding]:
    """What every letter of `kind` must have and this body has not."""
    found = []
    if kind not in _FREE and not any(block in source for block in _BALANCE):
        found.append(Finding(0, "The amount with its parts is missing: add ::: balance (or ::: statement)."))
    if kind not in _FREE and "::: pay" not in source and "]({{ links.portal" not in source:
        found.append(Finding(0, "The button to see and pay is missing: add ::: pay."))
    if kind != "thank_you" and "::: next" not in source and "next." not in source:
        found.append(Finding(0, "What comes next is missing: add ::: next."))
    if "::: signature" not in source:
        found.append(Finding(0, "Nobody signs: add ::: signature."))
    return found


def _unknown_names(source: str, locale: str) -> list[Finding]:
    read = parse(source, locale=locale, html=False, where="that was given").read
    analysis = read.analyze(include_partials=False)
    found = []
    for name, uses in analysis.globals.items():
        for use in uses:
            path = [str(segment) for segment in use.segments]
            if name not in names() or not _exists(path, names()):
                line = source.count("\n", 0, use.span.index) + 1
                found.append(
                    Finding(line, f"There is no value {'.'.join(path)!r}: wording/values.py lists them.")
                )
    return found


def _exists(path: list[str], tree: Any) -> bool:
    for step in path:
        if not isinstance(tree, dict) or step in ("size", "first", "last"):
            return True
        if step not in tree:
            return False
        tree = tree[step]
    return True


@lru_cache(maxsize=1)
def names() -> dict[str, Any]:
    """The names a template may use, as a tree: those of `LetterValues` and those derived from them."""
    tree: dict[str, Any] = _typed(LetterValues)
    for values in samples.trials():
        for name, value in derived(values, locale="en").items():
            tree[name] = {**(tree.get(name) or {}), **value} if isinstance(value, Mapping) else tree.get(name)
    return {**tree, "subject": None, "preheader": None}


def _typed(kind: Any) -> dict[str, Any]:
    return {name: _branch(hint) for name, hint in get_type_hints(kind).items()}


def _branch(hint: Any) -> dict[str, Any] | None:
    for option in (hint, *get_args(hint)):
        if is_typeddict(option):
            return (
                None if hint is not option and getattr(hint, "__origin__", None) is list else _typed(option)
            )
    return None


def _line_of(error: LetterError) -> int:
    token = getattr(error.__cause__, "token", None)
    return token.source.count("\n", 0, token.start_index) + 1 if token is not None else 0
