# SPDX-License-Identifier: Apache-2.0
"""A letter opened for a person: its words as they read now, around the lines that are filled in when it leaves.

What the person gets is text in the markup of letters: `::: balance` stands for a part that is written at the last
moment, `[words](@)` is a link to the customer's page. What comes back becomes a source in which nothing but that is
markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conserje.wording import formats, shelf
from conserje.wording.sandbox import parse, render
from conserje.wording.shelf import LetterError
from conserje.wording.validation import LONGEST, missing_blocks
from conserje.wording.view import cleaned, view

PORTAL: Final = "@"
_PART = re.compile(r"^:::\s*([a-z_]+)\s*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\n]*)\)")
_GAPS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_SPACES = re.compile(r"[ \t]{2,}|[ \t]+$", re.MULTILINE)
_LIQUID: Final = ("{{", "}}", "{%", "%}")
_SUBJECT_MAX: Final = 150


@dataclass(frozen=True, slots=True)
class Opened:
    """The words of a letter for a person to change."""

    subject: str
    body: str


def opened(*, kind: str, locale: str, values: Mapping[str, Any]) -> Opened:
    """The letter of `kind` with `values`, opened. `links.portal` of the values is what `(@)` will stand for."""
    soft = _soft(dict(values))
    soft["links"] = dict.fromkeys(soft["links"], PORTAL)
    seen = view(soft, kind=kind, locale=locale)
    made = {}
    for part in ("subject", "body"):
        source = shelf.source(locale, f"{kind}/{part}")
        template = parse(source, locale=locale, html=False, where=f"{kind} ({locale}) {part}")
        made[part] = render(template, seen, where=f"{kind!r} in {locale!r}")
    subject = " ".join(made["subject"].split())
    return Opened(subject[:_SUBJECT_MAX], _GAPS.sub("\n\n", _SPACES.sub(_one, made["body"])).strip() + "\n")


def faults(*, kind: str, locale: str, body: str) -> tuple[str, ...]:
    """Why this body cannot stand for the letter of `kind`, as codes with what they are about; empty when it can.

    `too_long`, `braces`, `link:<address>`, `part:<name>` (unknown here), `missing:<name>` (every letter has that part).
    """
    found = []
    if len(body) > LONGEST:
        found.append("too_long")
    if any(mark in body for mark in _LIQUID):
        found.append("braces")
    found += [f"link:{address}" for address in _LINK.findall(body) if address != PORTAL]
    known = set(_PART.findall(shelf.source(locale, f"{kind}/body")))
    parts = _PART.findall(body)
    found += [f"part:{name}" for name in dict.fromkeys(parts) if name not in known]
    lost = missing_blocks(source=body.replace(f"]({PORTAL})", "]({{ links.portal }})"), kind=kind)
    found += [f"missing:{name}" for name in _NEEDED if lost and name in known - set(parts)]
    return tuple(found)


_NEEDED: Final = ("balance", "statement", "pay", "next", "signature")


def source(*, kind: str, locale: str, body: str) -> str:
    """The body as a source that `render.letter` takes. Raises `LetterError` when it cannot stand for that letter."""
    found = faults(kind=kind, locale=locale, body=body)
    if found:
        raise LetterError(f"The words a person gave the letter {kind!r} cannot be used: {', '.join(found)}.")
    return body.replace(f"]({PORTAL})", "]({{ links.portal }})")


def subject(text: str) -> str:
    """The subject as a source. Raises `LetterError` for one that is empty, too long or holds marks of Liquid."""
    line = " ".join(text.split())
    if not line or len(line) > _SUBJECT_MAX or any(mark in line for mark in _LIQUID):
        raise LetterError(f"A subject is one line of at most {_SUBJECT_MAX} characters, without {{{{ or {{%.")
    return line


def as_quoted(names: Iterable[str]) -> tuple[str, ...]:
    """Names from the books as an opened letter shows them, whole or cut short."""
    soft = [str(_soft(cleaned(name))) for name in names if name]
    cut = [formats.short(name, length).rstrip("…") for name in soft for length in _CUTS]
    return tuple(dict.fromkeys([*soft, *cut]))


# Where templates cut a title short.
_CUTS: Final = (48, 60)


def _one(found: re.Match[str]) -> str:
    return "" if found.end() == len(found.string) or found.string[found.end()] == "\n" else " "


def _soft(value: Any) -> Any:
    """Values whose texts hold nothing that would be read as markup or Liquid once they stand in the body."""
    if isinstance(value, str):
        soft = value.translate(_SOFT)
        return soft.lstrip("~#|-: ") if soft[:1] in "~#|-:" else soft
    if isinstance(value, Mapping):
        return {key: _soft(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_soft(item) for item in value]
    return value


_SOFT: Final = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "*": "", "\\": "", "\n": " "})
