# SPDX-License-Identifier: Apache-2.0
"""The short reference a payer types into a bank transfer: unambiguous to the eye and to the ear."""

from __future__ import annotations

import re

# Without 0 O 1 I L 5 S 2 Z 8 B: signs that are mistaken for one another when copied by hand.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
PREFIX = "CJ"
LENGTH = 8

_FOUND = re.compile(rf"(?=({PREFIX}[{ALPHABET}]{{{LENGTH}}}))")
_NOT_SIGN = re.compile(r"[^A-Z0-9]+")


def from_number(*, number: int) -> str:
    """The reference of a non-negative random `number`: "CJ" and eight signs (25**8 of them, some 1.5e11)."""
    signs = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return PREFIX + "".join(signs)


def found_in(*, text: str) -> tuple[str, ...]:
    """Every reference that may stand in a bank line's `text`, in any case, with any spaces or hyphens in
    between.
    """
    return tuple(dict.fromkeys(_FOUND.findall(_NOT_SIGN.sub("", text.upper()))))
