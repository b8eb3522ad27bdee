# SPDX-License-Identifier: Apache-2.0
"""When somebody may be written to, written down by hand from the laws: the auditor's own list, by country."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conserje.testing.simulation.auditor.laws import LAWS

YEARS = (2026, 2027)

_CO = """
2026-01-01 2026-01-12 2026-03-23 2026-04-02 2026-04-03 2026-05-01 2026-05-18 2026-06-08 2026-06-15 2026-06-29
2026-07-13 2026-07-20 2026-08-07 2026-08-17 2026-10-12 2026-11-02 2026-11-16 2026-12-08 2026-12-25
2027-01-01 2027-01-11 2027-03-22 2027-03-25 2027-03-26 2027-05-01 2027-05-10 2027-05-31 2027-06-07 2027-07-05
2027-07-12 2027-07-20 2027-08-07 2027-08-16 2027-10-18 2027-11-01 2027-11-15 2027-12-08 2027-12-25
"""
_XX = "2026-01-01 2026-03-20 2026-11-18 2027-01-01 2027-03-20"
HOLIDAYS = {
    "CO": frozenset(date.fromisoformat(day) for day in _CO.split()),
    "XX": frozenset(date.fromisoformat(day) for day in _XX.split()),
    **{country: law.holidays for country, law in LAWS.items()},
}
_SHORTER_FROM = date(2026, 7, 1)
# Who has not read a law again by then does not know it any more: nobody is written to under it.
READ_UNTIL = {"CO": date(2027, 4, 30), "XX": date(2028, 1, 30)}
READ_UNTIL |= {country: law.known_until for country, law in LAWS.items()}
_NEED_LEAVE = {"CO", "XX", *(country for country, law in LAWS.items() if law.leave)}


def local(at: datetime, zone: str) -> datetime:
    """The wall clock at the instant `at` in `zone`."""
    return at.astimezone(ZoneInfo(zone))


def why_not(at: datetime, *, country: str, zone: str, company: bool = False) -> str:
    """Why nobody may be asked for money at `at` by e-mail, empty when they may."""
    here = local(at, zone)
    day, hour = here.date(), here.time()
    if day.year not in YEARS:
        return f"the auditor knows no holidays of {day.year}"
    if not is_known(day, country):
        return f"nobody has read the law of {country} again"
    if country == "CO":
        return _colombia(day, hour)
    if country == "XX":
        return _invented(day, hour)
    if country in LAWS:
        return LAWS[country].why_not(day, hour, company=company)
    return f"nobody knows a law of {country}"


def needs_leave(country: str) -> bool:
    """Whether nobody there is written to by e-mail without permission on record."""
    return country in _NEED_LEAVE


def week_most(country: str) -> tuple[int, int]:
    """How many letters in any seven days, and how many whole days between two; for Colombia one channel a week."""
    if country == "XX":
        return 2, 2
    return (LAWS[country].week_most, LAWS[country].gap_days) if country in LAWS else (7, 0)


def once_a_day(country: str) -> bool:
    """Whether the law itself lets nobody be written to twice in a day, whoever asked for it."""
    return country not in LAWS or LAWS[country].once_a_day


def is_known(day: date, country: str) -> bool:
    """Whether the law of `country` was read lately enough for letters on `day`."""
    return country in READ_UNTIL and day <= READ_UNTIL[country]


def _colombia(day: date, hour: time) -> str:
    """Ley 2300 of 2023: Monday to Friday 7 to 19, Saturday 8 to 15, never on Sundays and holidays."""
    if day in HOLIDAYS["CO"]:
        return "a holiday"
    if day.weekday() == 6:
        return "a Sunday"
    opens, closes = (time(8), time(15)) if day.weekday() == 5 else (time(7), time(19))
    return "" if opens <= hour < closes else "outside the hours"


def _invented(day: date, hour: time) -> str:
    if day.weekday() == 6:
        return "a Sunday"
    if day in HOLIDAYS["XX"]:
        return "" if time(10) <= hour < time(12) else "a holiday outside its hours"
    if day.weekday() == 5:
        return "a Saturday"
    if day.weekday() == 4:
        return "" if time(8) <= hour < time(12) else "outside the hours"
    opens, closes = (time(9, 30), time(17, 30)) if day >= _SHORTER_FROM else (time(8), time(18))
    inside = opens <= hour < closes or time(20) <= hour < time(21)
    return "" if inside else "outside the hours"


def is_working_day(day: date, country: str) -> bool:
    """Monday to Friday, no holiday."""
    return day.weekday() < 5 and day not in HOLIDAYS.get(country, frozenset())


def weekdays_between(first: date, last: date) -> int:
    """Mondays to Fridays after `first` up to `last`."""
    return sum((first + timedelta(days=ahead)).weekday() < 5 for ahead in range(1, (last - first).days + 1))


def noon(day: date) -> datetime:
    """An instant in the middle of `day`."""
    return datetime.combine(day, time(17), UTC)
