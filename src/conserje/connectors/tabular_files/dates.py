# SPDX-License-Identifier: Apache-2.0
"""The grammar of dates: 25/01/2026, 5-1-26, 2026-01-25, 20260125, 25 ene 2026, 25 de enero de 2026, serials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from conserje.connectors.tabular_files.reasons import Reason
from conserje.connectors.tabular_files.vocabulary import vocabulary
from conserje.domain.kit.text import fold

_LONGEST: Final = 60
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
SERIAL_EPOCH: Final = date(1899, 12, 30)
FIRST_SERIAL: Final = (date(2000, 1, 1) - SERIAL_EPOCH).days
LAST_SERIAL: Final = (date(2060, 12, 31) - SERIAL_EPOCH).days
_CLOCK: Final = re.compile(
    r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\s*(?:[ap]\.?\s?m\.?)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/. ])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_COMPACT: Final = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:\.0)?")
_SERIAL: Final = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_WORDS_DAY: Final = re.compile(
    r"(?:[a-z]+\.?,? )?([0-9]{1,2})(?:st|nd|rd|th|o)?[-/. ]+(?:de )?"
    r"([a-z]{3,10})\.?,?[-/. ]+(?:de |del )?([0-9]{4}|[0-9]{2})"
)
_WORDS_MONTH: Final = re.compile(
    r"(?:[a-z]+\.?,? )?([a-z]{3,10})\.?[-/. ]+([0-9]{1,2})(?:st|nd|rd|th)?,?[-/. ]+([0-9]{4})"
)


@dataclass(slots=True)
class Orders:
    """What the values of one column prove about the order of day and month."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0
    year_first: int = 0
    serials: int = 0
    typed: int = 0
    typed_high_day: int = 0
    others: int = 0
    sample_day: str = ""
    sample_month: str = ""
    sample_either: str = ""
    sample_serial: str = ""

    def add(self, text: str) -> None:
        """Count the evidence of one text value."""
        kind = evidence(text)
        if kind == "dmy":
            self.day_first += 1
            self.sample_day = self.sample_day or text
        elif kind == "mdy":
            self.month_first += 1
            self.sample_month = self.sample_month or text
        elif kind == "either":
            self.either += 1
            self.sample_either = self.sample_either or text
        elif kind == "ymd":
            self.year_first += 1
        elif kind == "serial":
            self.serials += 1
            self.sample_serial = self.sample_serial or text
        else:
            self.others += 1

    def add_typed(self, day: date) -> None:
        """Count one real date cell of a workbook."""
        self.typed += 1
        self.typed_high_day += day.day > 12

    def proven(self) -> str:
        """The order these values prove: "dmy", "mdy", "ymd" when the year always leads, "" when undecided."""
        if self.day_first != self.month_first:
            return "dmy" if self.day_first > self.month_first else "mdy"
        if self.year_first and not self.either and not self.day_first:
            return "ymd"
        return ""

    def plainly_serials(self) -> bool:
        """Whether the column holds day counts and nothing else that could be a date."""
        texts = self.day_first + self.month_first + self.either + self.year_first + self.others
        return self.serials > 0 and texts * 20 <= self.serials

    def maybe_swapped(self) -> bool:
        """Real dates that never pass the 12th beside text dates that always do: a spreadsheet read them month first."""
        return self.typed > 0 and self.typed_high_day == 0 and self.day_first > 0 and self.either == 0


@lru_cache(maxsize=65_536)
def evidence(text: str) -> str:
    """What one value is: "dmy", "mdy", "either", "ymd", "words", "serial", or "" for no date."""
    if len(text) > _LONGEST:
        return ""
    bare = _CLOCK.sub("", text.strip())
    match = _YEAR_LAST.fullmatch(bare)
    if match:
        first, second = int(match[1]), int(match[3])
        if (first > 12 and second > 12) or not first or not second:
            return ""
        return "dmy" if first > 12 else "mdy" if second > 12 else "either" if first != second else "words"
    if _YEAR_FIRST.fullmatch(bare):
        return "ymd"
    match = _COMPACT.fullmatch(bare)
    if match:
        return "ymd" if isinstance(_day(int(match[1]), int(match[2]), int(match[3])), date) else ""
    if _SERIAL.fullmatch(bare):
        return "serial" if FIRST_SERIAL <= int(bare[:5]) <= LAST_SERIAL else ""
    return "words" if isinstance(_worded(bare), date) else ""


def parse(text: str, order: str, *, serials: bool = False) -> date | Reason:
    """`text` as a date whose day and month follow `order` ("dmy", "mdy" or "ymd"), or why it is none.

    A day count is read only when `serials` says that the column plainly holds them. A time of day is dropped.
    """
    if len(text) > _LONGEST:
        return Reason.DATE_UNREADABLE
    bare = _CLOCK.sub("", text.strip())
    if any(char.isdigit() and not char.isascii() for char in bare):
        return Reason.DATE_UNREADABLE
    match = _YEAR_FIRST.fullmatch(bare)
    if match:
        return _day(int(match[1]), int(match[3]), int(match[4]))
    match = _YEAR_LAST.fullmatch(bare)
    if match:
        return _numeric(int(match[1]), int(match[3]), match[4], order)
    match = _COMPACT.fullmatch(bare)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if serials and _SERIAL.fullmatch(bare):
        return from_serial(int(bare[:5]))
    return _worded(bare)


def from_serial(count: int) -> date | Reason:
    """The date of a spreadsheet's day count (46338 is 2026-11-12)."""
    return (
        SERIAL_EPOCH + timedelta(days=count) if FIRST_SERIAL <= count <= LAST_SERIAL else Reason.DATE_UNLIKELY
    )


def checked(day: date) -> date | Reason:
    """A real date cell, refused when its year is no invoice's."""
    return day if FIRST_YEAR <= day.year < LAST_YEAR else Reason.DATE_UNLIKELY


def _numeric(first: int, second: int, year: str, order: str) -> date | Reason:
    if order == "ymd" and len(year) == 2:
        return _day(_century(f"{first:02d}"), second, int(year))
    day, month = (second, first) if order == "mdy" else (first, second)
    found = _day(_century(year), month, day)
    if found is Reason.DATE_UNREADABLE and isinstance(_day(_century(year), day, month), date):
        return Reason.DATE_OTHER_ORDER
    return found


def _century(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return 2000 + int(year) if int(year) < 80 else 1900 + int(year)


def _day(year: int, month: int, day: int) -> date | Reason:
    try:
        found = date(year, month, day)
    except ValueError:
        return Reason.DATE_UNREADABLE
    return checked(found)


def _worded(text: str) -> date | Reason:
    bare = fold(text)
    months = vocabulary().months
    match = _WORDS_DAY.fullmatch(bare)
    if match and match[2] in months:
        return _day(_century(match[3]), months[match[2]], int(match[1]))
    match = _WORDS_MONTH.fullmatch(bare)
    if match and match[1] in months:
        return _day(int(match[3]), months[match[1]], int(match[2]))
    return Reason.DATE_UNREADABLE
