# SPDX-License-Identifier: Apache-2.0
"""How to greet somebody whose name is written as people write names in a sheet. In doubt, no name at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from conserje.domain.kit.text import fold
from conserje.wording.shelf import words

_NOISE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[^\w\s.,'’´/|\-–—:;ªº]")
_PARTS = re.compile(r"\s+[-–—|]\s+|[|;:/]|\s{3,}|–|—")
_COMPANY = re.compile(r"\bs\.?\s*a\.?(\s*s\.?)?(\s*de\s*c\.?\s*v\.?)?$")
_AND = re.compile(r"\s+([ye])\s+", re.IGNORECASE)
_DAMAGED: Final = frozenset("\ufffdÃÂ?@&+{}<>=$%#_\\0123456789")
_PARTICLES: Final = frozenset(
    ("de", "del", "la", "las", "los", "da", "do", "dos", "y", "e", "van", "von", "di")
)
_SURNAMES_FIRST: Final = 2
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class _Tables:
    """What names.yaml holds, folded. `given` maps to the spelling with its accents; `either` may be a surname too."""

    given: Mapping[str, str]
    either: frozenset[str]
    surnames: frozenset[str]
    starters: frozenset[str]
    pairs: frozenset[str]
    not_people: frozenset[str]
    titles: Mapping[str, str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    raw = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))

    def folded(key: str) -> frozenset[str]:
        return frozenset(fold(word) for word in raw[key].split())

    return _Tables(
        given={fold(name): name for name in raw["given"].split()},
        either=folded("either"),
        surnames=folded("surnames"),
        starters=folded("starters"),
        pairs=frozenset(fold(pair) for pair in raw["pairs"]),
        not_people=folded("not_people"),
        titles={fold(title): word for title, word in raw["titles"].items()},
    )


def greeting(*, name: str, locale: str, hour: int) -> str:
    """The opening words for a local `hour` (0-23): "Buenos días, Laura"; without a name when none is certain."""
    table = words(locale)["greeting"]
    moment = "morning" if hour < 12 else "afternoon" if hour < table["evening_from"] else "evening"
    who = addressee(name=name, locale=locale)
    return f"{table[moment]}, {who}" if who else str(table[moment])


@lru_cache(maxsize=65_536)
def addressee(*, name: str, locale: str) -> str:
    """What to call the person: "Laura", in Colombia "doctora Laura"; "" for companies, offices and doubts."""
    if not name.strip() or len(name) > _LONGEST or not _DAMAGED.isdisjoint(name):
        return ""
    pieces = [piece.strip() for piece in _PARTS.split(_NOISE.sub(" ", name)) if piece.strip(" .,-'’´")]
    if not pieces or any(_given(piece) for piece in pieces[1:]):
        return ""
    title, bare = _without_title(pieces[0])
    if _COMPANY.search(fold(bare)) or not _tables().not_people.isdisjoint(_bare_words(bare)):
        return ""
    found = _both(bare) or _given(bare)
    shown = words(locale)["greeting"]["titles"].get(title, "")
    return f"{shown} {found}".strip() if found else ""


def _bare_words(text: str) -> list[str]:
    return [re.sub(r"[^a-z]", "", fold(word)) for word in re.split(r"[\s,]+", text)]


def _without_title(text: str) -> tuple[str, str]:
    """The first title that is spoken, and the text without any title: "Sr. Dr. Soto" gives doctor, "Soto"."""
    tokens = text.replace(".", ". ").split()
    title = ""
    while tokens and fold(tokens[0]).strip(".,") in _tables().titles:
        title = title or _tables().titles[fold(tokens.pop(0)).strip(".,")]
        if title:
            break
    while tokens and fold(tokens[0]).strip(".,") in _tables().titles:
        tokens.pop(0)
    return title, " ".join(tokens)


def _both(text: str) -> str:
    """ "Laura y Marcos": two given names and nothing else."""
    link = _AND.search(text)
    if link is None:
        return ""
    halves = (text[: link.start()], text[link.end() :])
    if any(fold(half) not in _tables().given for half in halves):
        return ""
    return f"{_written(halves[0])} {link.group(1).lower()} {_written(halves[1])}"


def _given(text: str) -> str:
    if "," in text:
        surname, _, rest = text.partition(",")
        return _given(rest.strip()) or _given(surname.strip())
    spelled = text.replace("Mª", "María ").replace("Ma.", "María ")
    tokens = [token for token in (part.strip(".'’´-") for part in spelled.split()) if len(token) > 1]
    start = _start(tokens) if tokens else None
    return "" if start is None else _called(tokens[start:])


def _is_given(key: str) -> bool:
    return all(part in _tables().given for part in key.split("-"))


def _start(tokens: list[str]) -> int | None:
    """Index of the first given name: at the front, or after the surnames when the sheet puts those first."""
    table = _tables()
    keys = [fold(token) for token in tokens]
    sure = [_is_given(key) and key not in table.either for key in keys]
    if keys[0] in ("san", "santa"):
        return None
    if sure[0]:
        return 0
    if keys[0] in table.given:
        if len(keys) > _SURNAMES_FIRST and _is_given(keys[-1]):
            return sure.index(True) if any(sure) else None
        return 0
    if any(sure):
        particles = sum(key in _PARTICLES for key in keys)
        return sure.index(True) if sure.index(True) <= _SURNAMES_FIRST + particles else None
    plain = keys[0] not in table.surnames and keys[0] not in _PARTICLES and tokens[0].isalpha()
    return 0 if plain and len(keys) > 1 and keys[-1] in table.surnames and len(keys[0]) > 2 else None


def _called(tokens: list[str]) -> str:
    """The first given name, with the second where people are called by both ("Juan Carlos", "María del Pilar")."""
    table = _tables()
    first, rest = _written(tokens[0]), tokens[1:]
    key = fold(tokens[0])
    if not rest:
        return first
    if key in table.starters and fold(rest[0]) in ("de", "del"):
        end = next((i for i, token in enumerate(rest[:3]) if fold(token) not in _PARTICLES), 0)
        if end and fold(rest[end]) in table.given:
            return " ".join([first, *(_written(token) for token in rest[: end + 1])])
        return first
    second = fold(rest[0])
    paired = key in table.starters and second in table.given and second not in table.surnames
    return f"{first} {_written(rest[0])}" if paired or f"{key} {second}" in table.pairs else first


def _written(token: str) -> str:
    """The name as its owner writes it; all capitals or small letters are mended, with the accents they lose."""
    if not (token.isupper() or token.islower()):
        return token
    return "-".join(_mended(part) for part in token.split("-"))


def _mended(part: str) -> str:
    key = fold(part)
    if key in _PARTICLES:
        return key
    known = _tables().given.get(key, "")
    return known if known and key == part.casefold() else part.capitalize()
