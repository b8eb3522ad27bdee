# SPDX-License-Identifier: Apache-2.0
"""The hours of each country for letters by e-mail, written down by hand: the auditor's own table, which reads no pack.

Where no law speaks of messages the house's own hours stand. Holidays are those of the whole country, of the years of
the worlds; countries without a folder keep the hours of the strict stand-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Law:
    """Opening and closing on workdays and on Saturdays (None: shut); Sundays and holidays are shut unless `rests` not.

    `known_until`: the last day on which the law counts as read. `leave`: e-mail needs permission that is on record.
    `week_most`: letters in any seven days; `gap_days`: whole days between two. `trade_free`: hours bind no company.
    `once_a_day`: no second e-mail the same day, by the law or by our reading of it, whoever asked for it.
    """

    workdays: tuple[int, int]
    saturday: tuple[int, int] | None
    known_until: date
    week_most: int = 7
    gap_days: int = 0
    leave: bool = False
    rests: bool = True
    trade_free: bool = False
    once_a_day: bool = True
    holidays: frozenset[date] = frozenset()

    def why_not(self, day: date, hour: time, *, company: bool) -> str:
        """Why nobody is written to then, empty when they may be."""
        if self.trade_free and company:
            return ""
        if self.rests and day in self.holidays:
            return "a holiday"
        if self.rests and day.weekday() == 6:
            return "a Sunday"
        span = self.saturday if day.weekday() == 5 else self.workdays
        if span is None:
            return "a Saturday"
        return "" if time(span[0]) <= hour < time(span[1]) else "outside the hours"


def _days(text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in text.split())


_AR = """
2026-01-01 2026-02-16 2026-02-17 2026-03-24 2026-04-02 2026-04-03 2026-05-01 2026-05-25 2026-06-15 2026-06-20
2026-07-09 2026-08-17 2026-10-12 2026-11-23 2026-12-08 2026-12-25 2027-01-01 2027-02-08 2027-02-09 2027-03-24
2027-03-26 2027-04-02 2027-05-01"""
_BR = """
2026-01-01 2026-04-03 2026-04-21 2026-05-01 2026-09-07 2026-10-12 2026-11-02 2026-11-15 2026-11-20 2026-12-25
2027-01-01 2027-03-26 2027-04-21 2027-05-01"""
_CL = """
2026-01-01 2026-04-03 2026-04-04 2026-05-01 2026-05-21 2026-06-21 2026-06-29 2026-07-16 2026-08-15 2026-09-18
2026-09-19 2026-10-12 2026-10-31 2026-11-01 2026-12-08 2026-12-25 2027-01-01 2027-03-26 2027-03-27 2027-05-01"""
_CR = """
2026-01-01 2026-04-02 2026-04-03 2026-05-01 2026-07-25 2026-12-25 2027-01-01 2027-03-25 2027-03-26 2027-05-01"""
_EC = """
2026-01-01 2026-02-16 2026-02-17 2026-04-03 2026-05-01 2026-05-25 2026-11-02 2026-11-03 2026-12-25
2027-01-01 2027-02-08 2027-02-09 2027-03-26"""
_ES = "2026-01-01 2026-01-06 2026-04-03 2026-05-01 2026-10-12 2026-12-08 2026-12-25 2027-01-01 2027-01-06 2027-03-26"
_GT = """
2026-01-01 2026-04-02 2026-04-03 2026-04-04 2026-05-01 2026-06-29 2026-09-15 2026-10-20 2026-11-01 2026-12-25
2027-01-01 2027-03-25 2027-03-26 2027-03-27 2027-05-01"""
_MX = """
2026-01-01 2026-02-02 2026-03-16 2026-05-01 2026-09-16 2026-11-16 2026-12-25 2027-01-01 2027-02-01 2027-03-15
2027-05-01"""
_PA = """
2026-01-01 2026-01-09 2026-02-17 2026-04-03 2026-05-01 2026-11-03 2026-11-05 2026-11-10 2026-12-08 2026-12-25
2027-01-01 2027-02-09 2027-03-26 2027-05-01"""
_PE = """
2026-01-01 2026-04-02 2026-04-03 2026-05-01 2026-06-29 2026-07-28 2026-07-29 2026-08-06 2026-08-30 2026-10-08
2026-11-01 2026-12-08 2026-12-09 2026-12-25 2027-01-01 2027-03-25 2027-03-26 2027-05-01"""
_PY = """
2026-01-01 2026-03-01 2026-04-02 2026-04-03 2026-05-01 2026-05-14 2026-05-15 2026-08-15 2026-09-29 2026-12-08
2026-12-25 2027-01-01 2027-03-01 2027-03-25 2027-03-26 2027-05-01"""
_GB = "2026-01-01 2026-04-03 2026-05-04 2026-05-25 2026-12-25 2026-12-28 2027-01-01 2027-03-26 2027-05-03"
_UY = "2026-01-01 2026-05-01 2026-07-18 2026-08-25 2026-12-25 2027-01-01 2027-05-01"

_SUMMER_2027 = date(2027, 6, 30)


def _strict(days: str) -> Law:
    return Law((9, 18), None, _SUMMER_2027, 2, 2, leave=True, holidays=_days(days))


LAWS = {
    "AR": Law((8, 20), (8, 12), date(2027, 3, 30), holidays=_days(_AR)),
    "BR": Law((8, 20), (8, 14), _SUMMER_2027, holidays=_days(_BR)),
    "CL": Law((8, 20), (8, 20), date(2027, 3, 2), 2, 2, holidays=_days(_CL)),
    "CR": _strict(_CR),
    "EC": Law((7, 20), None, _SUMMER_2027, holidays=_days(_EC)),
    "ES": Law((9, 21), None, date(2027, 2, 14), 3, trade_free=True, once_a_day=False, holidays=_days(_ES)),
    "GT": Law((8, 18), None, _SUMMER_2027, holidays=_days(_GT)),
    "MX": Law((7, 22), None, date(2027, 4, 30), 3, holidays=_days(_MX)),
    "PA": _strict(_PA),
    "PE": Law((7, 20), None, _SUMMER_2027, 3, holidays=_days(_PE)),
    "PY": Law((8, 18), (8, 12), _SUMMER_2027, 3, once_a_day=False, holidays=_days(_PY)),
    "GB": Law((8, 20), (8, 20), date(2027, 2, 14), 3, once_a_day=False, holidays=_days(_GB)),
    "US": Law((8, 21), (8, 21), date(2027, 2, 14), 2, rests=False, once_a_day=False),
    "UY": _strict(_UY),
}
