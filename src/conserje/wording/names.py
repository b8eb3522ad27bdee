# SPDX-License-Identifier: Apache-2.0
"""How to greet somebody whose name is written as people write names in a sheet. In doubt, no name at all."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from conserje.domain.kit.text import fold
from conserje.wording.shelf import chain, words

_NOISE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[^\w\s.,'’´/&@|+\-–—:;ªº]")
_PARTS = re.compile(r"\s+[-–—|]\s+|[|;:/]|\s{3,}|–|—")
_DAMAGED = ("\ufffd", "Ã", "Â", "?", "@", "&", "+")
_PARTICLES: Final = frozenset("de del la las los da do dos y e san santa van von di".split())
_MINIMUM = 2


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    raw = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))
    given = {fold(name): name for name in raw["given"].split()}
    return {
        "given": given,
        "either": frozenset(fold(name) for name in raw["either"].split()),
        "surnames": frozenset(fold(name) for name in raw["surnames"].split()),
        "starters": frozenset(fold(name) for name in raw["starters"].split()),
        "pairs": frozenset(fold(pair) for pair in raw["pairs"]),
        "not_people": frozenset(fold(word) for word in raw["not_people"].split()),
        "titles": {fold(title): word for title, word in raw["titles"].items()},
    }


def greeting(*, name: str, locale: str, hour: int) -> str:
    """The opening words for a local `hour` (0-23): "Buenos días, Laura", or "Buenos días" when no name is certain."""
    table = words(locale)["greeting"]
    moment = "morning" if hour < 12 else "afternoon" if hour < table["evening_from"] else "evening"
    who = addressee(name=name, locale=locale)
    return f"{table[moment]}, {who}" if who else str(table[moment])


@lru_cache(maxsize=65_536)
def addressee(*, name: str, locale: str) -> str:
    """What to call the person ("Laura", in Colombia "doctora Laura"), or "" for companies, offices, addresses, doubts."""
    if (
        not name
        or len(name) > 120
        or any(sign in name for sign in _DAMAGED)
        or any(c.isdigit() for c in name)
    ):
        return ""
    pieces = [piece.strip() for piece in _PARTS.split(_NOISE.sub(" ", name)) if piece.strip(" .,-")]
    if not pieces or (len(pieces) > 1 and _is_second_person(pieces)):
        return ""
    title, bare = _without_title(pieces[0])
    if any(word in _tables()["not_people"] for word in _folded(bare)):
        return ""
    found = _both(bare) or _given(bare)
    shown = words(locale)["greeting"]["titles"].get(title, "") if title and chain(locale)[0] else ""
    return f"{shown} {found}".strip() if found else ""


def _is_second_person(pieces: list[str]) -> bool:
    """ "Laura / Marcos" is two people; "Laura Pérez / Tesorería" is one with her office."""
    return any(_given(piece) for piece in pieces[1:])


def _folded(text: str) -> list[str]:
    return [re.sub(r"[^a-z]", "", fold(word)) for word in re.split(r"[\s,]+", text)]


def _without_title(text: str) -> tuple[str, str]:
    tokens = text.replace(".", ". ").split()
    title = ""
    while tokens:
        key = fold(tokens[0]).strip(".,")
        if key not in _tables()["titles"]:
            break
        title = title or str(_tables()["titles"][key])
        tokens.pop(0)
    return title, " ".join(tokens)


def _both(text: str) -> str:
    """ "Laura y Marcos": two given names and nothing else."""
    halves = re.split(r"\s+[ye]\s+", text)
    if len(halves) != _MINIMUM or any(fold(half) not in _tables()["given"] for half in halves):
        return ""
    return f"{_written(halves[0])} {re.findall(r' ([ye]) ', text)[0]} {_written(halves[1])}"


def _given(text: str) -> str:
    if "," in text:
        surname, _, rest = text.partition(",")
        inside = _given(rest.strip()) if rest.strip() else ""
        return inside or _given(surname.strip())
    tokens = [token.strip(".'’´-") for token in text.replace("Mª", "María ").replace("Ma.", "María ").split()]
    tokens = [token for token in tokens if len(token) > 1]
    start = _start(tokens)
    if start is None:
        return ""
    return _compound(tokens, start)


def _start(tokens: list[str]) -> int | None:
    """Index of the first given name: at the front, or after the surnames when the sheet puts those first."""
    table = _tables()
    keys = [fold(token) for token in tokens]
    sure = [key in table["given"] and key not in table["either"] for key in keys]
    if not keys:
        return None
    if sure[0]:
        return 0
    if keys[0] in table["given"]:
        return next((i for i in range(1, len(keys)) if sure[i]), 0) if sure[-1] else 0
    if any(sure):
        return sure.index(True) if sure.index(True) <= _MINIMUM + _particles(keys) else None
    unknown_first = keys[0] not in table["surnames"] and keys[0] not in _PARTICLES and tokens[0].isalpha()
    if unknown_first and len(keys) > 1 and keys[-1] in table["surnames"] and len(keys[0]) > _MINIMUM:
        return 0
    return None


def _particles(keys: list[str]) -> int:
    return sum(key in _PARTICLES for key in keys)


def _compound(tokens: list[str], start: int) -> str:
    table = _tables()
    first = _written(tokens[start])
    rest = tokens[start + 1 :]
    if not rest:
        return first
    key = fold(tokens[start])
    if key in table["starters"] and fold(rest[0]) in ("de", "del"):
        named = [token for token in rest[1:3] if fold(token) not in _PARTICLES][:1]
        if named and fold(named[0]) in table["given"]:
            upto = rest.index(named[0]) + 1
            return " ".join([first, *(_written(token) for token in rest[:upto])])
    paired = fold(rest[0]) in table["given"] and fold(rest[0]) not in table["surnames"]
    if (key in table["starters"] and paired) or f"{key} {fold(rest[0])}" in table["pairs"]:
        return f"{first} {_written(rest[0])}"
    return first


def _written(token: str) -> str:
    """The name as its owner writes it; capitals and small letters are mended, with the accents capitals lose."""
    key = fold(token)
    if key in _PARTICLES:
        return key
    if token.isupper() or token.islower():
        known: str = _tables()["given"].get(key, "")
        same = fold(token) == token.casefold()
        return known if known and same else "-".join(part.capitalize() for part in token.split("-"))
    return token
