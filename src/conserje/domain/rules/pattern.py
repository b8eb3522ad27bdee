# SPDX-License-Identifier: Apache-2.0
"""The notation phrases are written in, over plain words (`folding`): lower case, no accents, one space between.

    word        that word                 word*      every word that begins so
    a|b*        either                    a_b        two words as one choice
    [a|b]       perhaps                   {name}     a list of words with a name
    ...         up to eight words         #          a number
    !a|b        and not followed by       <!a|b      and not preceded by (first)
    ?           (last) only in a question

So "por_que|porque ... no ... {pay} ?" is found in "¿Por qué razón no nos ha pagado?".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Beginnings of words that are in any text: poor cues.
_USUAL: Final = frozenset(
    """a al algo and ante are con cual de del do el en es esta este for fue ha han has have in is it la las le les lo
    los me more na nao no nos not o of on or os para pag pago pay por que se si sin sobr son su sua sus te that the this
    to tu un una us usted uste we will with ya you your 0 1 2 3 4 5 6 7 8 9""".split()  # noqa: SIM905
)
_GAP: Final = r"(?: [^ ]+){0,8}?"
_START: Final = r"(?<![^ ])"
_END: Final = r"(?![^ ])"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase made ready. `cues` are the beginnings (at most four letters) of the rarest word that it must have.

    `needs`: of each other word that it must have, the beginnings; a sentence without one of them is soon done with.
    `exact` finds it in a sentence, `loose` in letters of which nobody knows where words end. `asked`: only in a
    question.
    """

    exact: re.Pattern[str]
    loose: re.Pattern[str]
    cues: frozenset[str]
    needs: tuple[frozenset[str], ...]
    asked: bool
    not_after: frozenset[str]


@lru_cache(maxsize=2048)
def compiled(notation: str, *, names: tuple[tuple[str, str], ...] = ()) -> Pattern:
    """The pattern written as `notation`; `names` are its lists of words. Raises `ValueError` for a broken one."""
    parts = notation.split()
    asked = parts[-1] == "?"
    parts = parts[:-1] if asked else parts
    not_after: frozenset[str] = frozenset()
    if parts and parts[0].startswith("<!"):
        not_after = frozenset(parts[0][2:].split("|"))
        parts = parts[1:]
    if not parts or parts[0] in ("...", "!"):
        raise ValueError(f"The phrase {notation!r} must begin with a word.")
    known = dict(names)
    body, first = "", True
    for part in parts:
        body += _piece(part, known, first=first)
        first = first and part.startswith("[")
    loose = body.replace(_GAP, ".{0,24}?").replace(_END, "").replace(" ", "")
    cues, needs = _cues(parts, known)
    return Pattern(re.compile(_START + body), re.compile(loose), cues, needs, asked, not_after)


def _piece(part: str, names: Mapping[str, str], *, first: bool) -> str:
    if part == "...":
        return _GAP
    if part.startswith("!"):
        return f"(?! (?:{_choices(part[1:], names)}){_END})"
    space = "" if first else " "
    if part.startswith("[") and part.endswith("]"):
        choices = _choices(part[1:-1], names)
        return f"(?:(?:{choices}){_END} )?" if first else f"(?: (?:{choices}){_END})?"
    return f"{space}(?:{_choices(part, names)}){_END}"


def _choices(text: str, names: Mapping[str, str]) -> str:
    found = []
    for choice in _spread(text, names):
        escaped = re.escape(choice.rstrip("*")).replace("_", " ").replace(r"\#", "[0-9]+")
        found.append(escaped + ("[a-z0-9]*" if choice.endswith("*") else ""))
    return "|".join(found)


def _spread(text: str, names: Mapping[str, str]) -> list[str]:
    """The choices of a part, lists with a name spread out."""
    found = []
    for choice in text.split("|"):
        if choice.startswith("{"):
            found += _spread(names[choice[1:-1]], names)
        else:
            found.append(choice)
    return found


def _cues(parts: list[str], names: Mapping[str, str]) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    needs = [_beginnings(part, names) for part in parts if part != "..." and not part.startswith(("!", "["))]
    if not needs:
        raise ValueError(f"The phrase {' '.join(parts)!r} has no word that must be there.")
    rarest = min(needs, key=lambda found: (len(found & _USUAL), len(found)))
    return rarest, tuple(sorted((need for need in needs if need is not rarest), key=len))


def _beginnings(text: str, names: Mapping[str, str]) -> frozenset[str]:
    found: set[str] = set()
    for choice in _spread(text, names):
        first = choice.split("_")[0]
        found |= set("0123456789") if first == "#" else {first.rstrip("*")[:4]}
    return frozenset(found)
