# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses and telephone numbers as they stand in cells: several in one, with names, extensions and noise."""

from __future__ import annotations

import re
from typing import Final

from conserje.connectors.tabular_files.cells import Cell, identifier, plain_text

_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+&'-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24}")
_EMAIL_BREAK: Final = re.compile(r"[;,/|\s]+")
_NAMED: Final = re.compile(r'\s*"?([^"<>;,]+?)"?\s*<\s*([^<>\s]+)\s*>')
_PHONE_BREAK: Final = re.compile(r"\s*[;,/|]\s*|\s+(?:y|o|e|ou|or|and)\s+", re.IGNORECASE)
_PHONE: Final = re.compile(
    r"\+?[0-9(][0-9 ().\-\u00a0]{4,24}[0-9)](?:\s*(?:ext|extension|ext\.|x|int|interno|ramal)\.?\s*[0-9]{1,6})?",
    re.IGNORECASE,
)
_DIALLED: Final = re.compile(r"\+?(?:[0-9] ?){7,15}(?<! )")
_PHONE_WORDS: Final = re.compile(
    r"^(?:tel|tels|telefono|teléfono|cel|celular|movil|móvil|whatsapp|wa|fijo|fone|phone)\b[.:\s]*",
    re.IGNORECASE,
)


def emails(cell: Cell) -> tuple[tuple[str, ...], str]:
    """(addresses in order without repeats, in lower case; the first piece that is none, or "")."""
    text = plain_text(cell)
    if _EMAIL.fullmatch(text) and ".." not in text:
        return (text.lower(),), ""
    found: dict[str, None] = {}
    plain = _NAMED.sub(r" \2 ", text) if "<" in text else text
    for piece in _EMAIL_BREAK.split(plain):
        bare = piece.removeprefix("mailto:").strip("<>()[].:\"'")
        if not bare:
            continue
        if not _EMAIL.fullmatch(bare) or ".." in bare:
            return tuple(found), piece
        found[bare.lower()] = None
    return tuple(found), ""


def named(cell: Cell) -> str:
    """The person in "Laura Ejemplo <laura@ejemplo.co>", "" when the cell names none."""
    match = _NAMED.match(plain_text(cell))
    return match[1].strip() if match else ""


def phones(cell: Cell) -> tuple[tuple[str, ...], str]:
    """(numbers as written, with single spaces; the first piece that is none, or ""). A number has 7 to 15 digits."""
    text = identifier(cell)
    if _DIALLED.fullmatch(text):
        return (text,), ""
    found: dict[str, None] = {}
    for piece in _PHONE_BREAK.split(text):
        bare = _PHONE_WORDS.sub("", piece.strip()).strip(" .:-")
        if not bare:
            continue
        digits = sum(char.isdigit() for char in re.split(r"[a-z]", bare, maxsplit=1, flags=re.IGNORECASE)[0])
        if not _PHONE.fullmatch(bare) or not 7 <= digits <= 15:
            return tuple(found), piece.strip()
        found[bare] = None
    return tuple(found), ""
