# SPDX-License-Identifier: Apache-2.0
"""The grammar of amounts: strict, ASCII digits only, one decimal mark for a whole column, never a binary float.

Read: 1234  1.234,56  1,234.56  1 234,56  1'234.56  $ 3.808.000  COP 3.808.000  (1.200,00)  1.200,00-  1.200,00 CR  -
Refused: 1_000  １２３  NaN  1e3  '1.234  1.23.456  5 %
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.vocabulary import LOCAL, currency_of, vocabulary
from conserje.domain.kit.money import exponent, from_decimal

MOST_DIGITS: Final = 15
_LONGEST: Final = 80
_GROUPS: Final = " '’\u00a0\u202f"
_BODY: Final = re.compile(r"[0-9](?:[0-9.,'’\u00a0\u202f ]*[0-9])?")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
_QUICK: Final = {
    ",": re.compile(r"(-)?([0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})(?:,([0-9]{1,15}))?"),
    ".": re.compile(r"(-)?([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{1,15}))?"),
}
_ZERO_DASH: Final = re.compile(r"[-–—]")
_ACCENTS: Final = str.maketrans("áéíóúÁÉÍÓÚ", "aeiouAEIOU")


class Parsed(NamedTuple):
    """A readable amount: sign, digits before and after the mark, ISO code or `LOCAL` or None, grouped or not."""

    negative: bool
    whole: str
    fraction: str
    currency: str | None
    grouped: bool


@dataclass(slots=True)
class Marks:
    """What the values of one column prove about their decimal mark."""

    comma: int = 0
    point: int = 0
    maybe_comma: int = 0
    maybe_point: int = 0
    sample_comma: str = ""
    sample_point: str = ""
    sample_maybe: str = ""

    def add(self, text: str) -> None:
        """Count the evidence of one value."""
        proof = evidence(text)
        if proof == ",":
            self.comma += 1
            self.sample_comma = self.sample_comma or text
        elif proof == ".":
            self.point += 1
            self.sample_point = self.sample_point or text
        elif proof:
            self.sample_maybe = self.sample_maybe or text
            if proof == "?,":
                self.maybe_comma += 1
            else:
                self.maybe_point += 1

    def add_all(self, texts: Iterable[str]) -> None:
        """Count the evidence of many values."""
        for text in texts:
            self.add(text)

    def proven(self) -> str:
        """The decimal mark these values prove, "" when none does."""
        if self.comma == self.point:
            return ""
        return "," if self.comma > self.point else "."

    def assumed(self, *, places: int) -> str:
        """The mark to assume when nothing proves one and values such as 3.808 are there; "" when there are none.

        A currency of `places` 0 or 2 has no amount with three decimals, so the separator marks thousands.
        """
        if not (self.maybe_comma or self.maybe_point):
            return ""
        seen = "," if self.maybe_comma > self.maybe_point else "."
        other = "." if seen == "," else ","
        return seen if places == 3 else other

    def mixed(self) -> bool:
        """Whether values prove both marks."""
        return bool(self.comma and self.point)


def evidence(text: str) -> str:
    """What one value proves: "," or "." as decimal mark, "?," or "?." for a lone one before 3 digits, "" nothing."""
    match = _BODY.search(text) if len(text) <= _LONGEST else None
    if match is None:
        return ""
    body = match.group()
    commas, points = body.count(","), body.count(".")
    if not (commas or points):
        return ""
    if commas and points:
        last = "," if body.rfind(",") > body.rfind(".") else "."
        return last if (commas if last == "," else points) == 1 else ""
    mark, other = (",", ".") if commas else (".", ",")
    if commas + points > 1:
        return other if _GROUPED.fullmatch(body) else ""
    before, _, after = body.partition(mark)
    if (
        len(after) == 3
        and len(before) <= 3
        and before.strip("0")
        and not before.startswith("0")
        and before.isdigit()
    ):
        return "?" + mark
    return mark


@lru_cache(maxsize=1)
def _money_words() -> str:
    book = vocabulary()
    tokens = sorted({*book.currencies, *book.local_currency}, key=len, reverse=True)
    return "|".join(re.escape(token) for token in tokens)


@lru_cache(maxsize=2)
def _grammar(decimal: str) -> re.Pattern[str]:
    group = "." if decimal == "," else ","
    number = (
        rf"(?P<whole>[0-9]{{1,3}}(?:(?P<mark>[{group}{_GROUPS}])[0-9]{{3}})(?:(?P=mark)[0-9]{{3}})*|[0-9]+)"
        rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]+))?"
    )
    money = rf"(?:(?:{_money_words()})(?:\s*\$)?)"
    return re.compile(
        rf"(?P<open>\()?\s*(?P<sign1>[-+−])?\s*(?P<money1>{money})?\s*(?P<open2>\()?\s*(?P<sign2>[-+−])?\s*{number}"
        rf"\s*(?P<sign3>[-−])?\s*(?P<close2>\))?\s*(?P<money2>{money})?\s*(?P<credit>cr|db|dr)?\s*(?P<close>\))?",
        re.IGNORECASE,
    )


def parse(text: str, decimal: str) -> Parsed | Reason:
    """`text` as an amount whose decimal mark is `decimal` ("," or "."), or why it is none.

    A lone dash, with or without a currency sign, is how spreadsheets show zero.
    """
    quick = _QUICK[decimal].fullmatch(text)
    if quick:
        sign, whole, fraction = quick.groups("")
        digits = whole.replace("." if decimal == "," else ",", "")
        return Parsed(sign == "-", digits, fraction, None, len(digits) < len(whole))
    if len(text) > _LONGEST:
        return Reason.AMOUNT_UNREADABLE
    lowered = " ".join(text.split()).translate(_ACCENTS)
    match = _grammar(decimal).fullmatch(lowered)
    if match is None:
        return _dash(lowered) or _why_not(lowered, decimal)
    return _parsed(match)


def _parsed(match: re.Match[str]) -> Parsed | Reason:
    part = match.groupdict()
    brackets = bool(part["open"]) + bool(part["open2"])
    if brackets != bool(part["close"]) + bool(part["close2"]):
        return Reason.AMOUNT_UNREADABLE
    credit = (part["credit"] or "").lower()
    signs = [sign for sign in (part["sign1"], part["sign2"], part["sign3"]) if sign]
    minus = [sign for sign in signs if sign != "+"]
    if len(signs) + brackets + bool(credit) > 1:
        return Reason.AMOUNT_UNREADABLE
    found = {currency_of(_bare(word)) for word in (part["money1"], part["money2"]) if word}
    named = found - {LOCAL}
    if len(named) > 1:
        return Reason.CURRENCY_CONFLICT
    currency = named.pop() if named else (LOCAL if found else None)
    whole = re.sub(r"[^0-9]", "", part["whole"])
    if len(whole.lstrip("0")) > MOST_DIGITS:
        return Reason.AMOUNT_TOO_LARGE
    negative = bool(minus) or bool(brackets) or credit == "cr"
    return Parsed(negative, whole, part["fraction"] or "", currency, part["mark"] is not None)


def _bare(word: str) -> str:
    """A money word without the "$" that may follow an ISO code: "COP $" -> "COP"."""
    word = word.strip()
    if currency_of(word) is None and word.endswith("$"):
        return word[:-1].strip()
    return word


def _dash(text: str) -> Parsed | None:
    if not any(char.isalnum() for char in text) and _ZERO_DASH.search(text):
        left = _ZERO_DASH.sub("", text, count=1).strip()
        if not left or currency_of(left) is not None:
            return Parsed(False, "0", "", None, False)
    return None


def _why_not(text: str, decimal: str) -> Reason:
    other = "." if decimal == "," else ","
    match = _grammar(other).fullmatch(text)
    return Reason.AMOUNT_OTHER_CONVENTION if match is not None else Reason.AMOUNT_UNREADABLE


def minor_units(parsed: Parsed, currency: str) -> int | Reason:
    """The signed minor units of `currency`; finer amounts are rounded half-even.

    1.234 with a decimal point in a currency without three places is refused: it is a thousand in the other convention.
    """
    places = exponent(currency)
    whole, fraction = parsed.whole, parsed.fraction
    if len(fraction) <= places:
        minor = int(whole + fraction.ljust(places, "0"))
    elif len(fraction) == 3 and not parsed.grouped and len(whole) <= 3 and whole[0] != "0":
        return Reason.AMOUNT_AMBIGUOUS
    else:
        minor = from_decimal(Decimal(f"{whole}.{fraction}"), currency).minor
    return -minor if parsed.negative else minor


def typed_minor_units(number: int | float, currency: str) -> int | Reason:
    """A number cell of a workbook in minor units of `currency`, through its shortest decimal form."""
    if isinstance(number, bool) or number != number or abs(number) >= 10**MOST_DIGITS:
        return Reason.AMOUNT_UNREADABLE if isinstance(number, bool) else Reason.AMOUNT_TOO_LARGE
    return from_decimal(Decimal(repr(number)), currency).minor
