# SPDX-License-Identifier: Apache-2.0
"""Account numbers with check digits: a digit copied wrongly sends a customer's money to a stranger."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import cycle
from types import MappingProxyType
from typing import Final

from stdnum import iban
from stdnum.ar import cbu

_BETWEEN: Final = re.compile(r"[\s.-]+")
_CLABE_WEIGHTS: Final = (3, 7, 1)
_ALIAS: Final = re.compile(r"[A-Za-z0-9.-]{6,20}")
_CCI_LENGTH: Final = 20
_CLABE_LENGTH: Final = 18
_CBU_LENGTH: Final = 22


def compact(number: str) -> str:
    """`number` without spaces, dots and hyphens."""
    return _BETWEEN.sub("", number)


def clabe_check_digit(digits: str) -> str:
    """The eighteenth digit of a CLABE of which `digits` are the first seventeen (Banco de México, CLABE).

    Each digit times 3, 7, 1 in turn, the last digit of each product, their sum to the next ten.
    """
    weighed = (int(digit) * weight % 10 for digit, weight in zip(digits, cycle(_CLABE_WEIGHTS), strict=False))
    return str(-sum(weighed) % 10)


def is_clabe(number: str) -> bool:
    """Whether `number` is a CLABE of eighteen digits whose last one checks."""
    return _digits(number, _CLABE_LENGTH) and clabe_check_digit(number[:-1]) == number[-1]


def is_cbu(number: str) -> bool:
    """Whether `number` is a CBU, or a CVU, which is built alike: both of its check digits hold."""
    return _digits(number, _CBU_LENGTH) and bool(cbu.is_valid(number))


def is_cci(number: str) -> bool:
    """Whether `number` has the twenty digits of a CCI. Its check digits are published nowhere we could read."""
    return _digits(number, _CCI_LENGTH)


def is_iban(number: str) -> bool:
    """Whether `number` is an IBAN (ISO 13616) of its country's length whose check digits hold."""
    return number.isascii() and bool(iban.is_valid(number))


def is_alias(number: str) -> bool:
    """Whether `number` may be an alias of a CBU: 6 to 20 letters, digits, dots and hyphens."""
    return bool(_ALIAS.fullmatch(number))


def is_plain(number: str) -> bool:
    """Whether `number` is an account number that has no check digit we know: 4 to 24 letters and digits."""
    return number.isascii() and number.isalnum() and 4 <= len(number) <= 24 and any(map(str.isdigit, number))


# The kinds whose number can be told from a wrong one.
CHECKS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {"clabe": is_clabe, "cbu": is_cbu, "cvu": is_cbu, "cci": is_cci, "iban": is_iban, "alias": is_alias}
)


def is_right(kind: str, number: str) -> bool:
    """Whether `number`, compact unless an alias, may be one of that `kind`."""
    return CHECKS.get(kind, is_plain)(number)


def folded(word: str) -> str:
    """`word` in lower case, without accents or spaces around."""
    apart = unicodedata.normalize("NFD", word.strip().lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _digits(number: str, length: int) -> bool:
    return len(number) == length and number.isascii() and number.isdigit()
