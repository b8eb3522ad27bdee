# SPDX-License-Identifier: Apache-2.0
"""Amounts, days and lists as people write them in one place. The separators and names are babel's, read once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date

from conserje.domain.kit.money import Money, exponent
from conserje.domain.kit.text import fold
from conserje.wording.shelf import chain, words

_WHOLE: Final = frozenset({"COP", "CLP", "PYG", "CRC", "ARS"})
_VOWELS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {"y": ("e", ("i", "hi")), "o": ("u", ("o", "ho"))}
_DIPHTHONGS: Final = ("hie", "hia", "hio", "io", "ia", "ie")


def figure(amount: Money, locale: str) -> str:
    """The number alone: "3.808.000". Zero is "0"; zero cents are left out where people do not write them (COP)."""
    return _figure(amount.currency, amount.minor, locale)


def money(amount: Money, locale: str, space: str = " ") -> str:
    """The amount with its currency: "$ 3.808.000 COP" in es_CO, "COP 3,808,000" in en. `space` stands between."""
    return _money(amount.currency, amount.minor, locale, space)


# Kept by currency and number: a `Money` costs more to look up than to write.
@lru_cache(maxsize=16_384)
def _figure(currency: str, minor: int, locale: str) -> str:
    group, decimal = _separators(locale)
    places = exponent(currency)
    whole, cents = divmod(abs(minor), 10**places)
    text = f"{whole:,}".replace(",", group)
    if places and minor and (cents or currency not in _WHOLE):
        text += f"{decimal}{cents:0{places}d}"
    return f"-{text}" if minor < 0 else text


@lru_cache(maxsize=16_384)
def _money(currency: str, minor: int, locale: str, space: str) -> str:
    before, after = _around(currency, locale, space)
    return f"{before}{_figure(currency, minor, locale).replace(' ', space)}{after}"


@lru_cache(maxsize=256)
def _around(currency: str, locale: str, space: str) -> tuple[str, str]:
    """What people write before and after the figure of an amount in `currency`."""
    patterns = words(locale)["money"]
    pattern: str = patterns.get(currency, patterns["default"])
    before, _, after = pattern.partition("{figure}")
    first, last = (part.format(code=currency).replace(" ", space) for part in (before, after))
    return first, last


@lru_cache(maxsize=8192)
def day(on: date, style: str, locale: str) -> str:
    """`on` in one of the styles of the word table: day, day_plain, day_long, day_short, day_table."""
    return format_date(on, words(locale)["dates"][style], locale=chain(locale)[0]).replace(".", "")


def joined(items: Iterable[object], locale: str, link: str = "") -> str:
    """ "a, b y c"; with `link` "o", "a, b o c". Spanish "y" and "o" change before their own sound ("e Inés")."""
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    word = link or words(locale)["and"]
    if chain(locale)[-1] == "es" and word in _VOWELS:
        other, sounds = _VOWELS[word]
        last = _sound(texts[-1])
        if last.startswith(sounds) and not last.startswith(_DIPHTHONGS):
            word = other
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


@lru_cache(maxsize=4096)
def _sound(text: str) -> str:
    return fold(text)


def short(text: str, length: int) -> str:
    """`text` cut at a word to at most `length` characters, with an ellipsis when something was left out."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,.;:·-") + "…"


@lru_cache(maxsize=64)
def _separators(locale: str) -> tuple[str, str]:
    symbols = Locale.parse(chain(locale)[0]).number_symbols["latn"]
    return symbols["group"], symbols["decimal"]
