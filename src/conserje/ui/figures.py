# SPDX-License-Identifier: Apache-2.0
"""Amounts, days and spans as a reader of one place writes them. Pure: language and today are arguments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError, dates, numbers
from django.utils.translation import gettext, ngettext

from conserje.domain.kit.money import Money, exponent

_SIGNS: Final = {
    **dict.fromkeys(["ARS", "CLP", "COP", "DOP", "MXN", "UYU"], "$"),
    "BRL": "R$",
    "EUR": "€",
    "GBP": "£",
    "GTQ": "Q",
    "PEN": "S/",
    "PYG": "₲",
    "USD": "US$",
}
_SPACED: Final = frozenset({"es_CO", "es_AR", "pt_BR", "pt"})
_SIGN_LAST: Final = frozenset({"es", "es_ES"})
# In these the cents exist in the standard and on no invoice, so a round amount is written without them.
_CENTS_UNSAID: Final = frozenset({"COP"})
_PATTERNS: Final = {
    "es": {
        "short": "d MMM",
        "medium": "d MMM y",
        "long": "EEEE d 'de' MMMM",
        "full": "EEEE d 'de' MMMM 'de' y",
    },
    "pt": {
        "short": "d MMM",
        "medium": "d MMM y",
        "long": "EEEE, d 'de' MMMM",
        "full": "EEEE, d 'de' MMMM 'de' y",
    },
    "en": {"short": "d MMM", "medium": "d MMM y", "long": "EEEE d MMMM", "full": "EEEE d MMMM y"},
}
NBSP: Final = "\u00a0"


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The babel locale of a Django language code ("es-co"); its language alone, then Spanish, when unknown."""
    for code in (language, language.split("-")[0], "es"):
        try:
            return Locale.parse(code.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("babel always has Spanish")


def show_money(amount: Money, *, language: str, coded: bool = True) -> str:
    """`$ 3.808.000 COP`, `US$3,200.00`, `1.234,50 €`.

    `coded` adds the ISO code where the sign alone is ambiguous.

    The spaces inside never break a line.
    """
    before, after = _dress(amount.currency, language, coded)
    if amount.minor < 0:
        return f"\u2212{before}{_number(-amount.minor, amount.currency, language)}{after}"
    return f"{before}{_number(amount.minor, amount.currency, language)}{after}"


@lru_cache(maxsize=256)
def _dress(currency: str, language: str, coded: bool) -> tuple[str, str]:
    """What stands before and after the number of an amount."""
    locale = str(locale_of(language))
    sign = _SIGNS.get(currency, currency)
    if currency == "EUR" and locale in _SIGN_LAST:
        return "", f"{NBSP}{sign}"
    spaced = locale in _SPACED or sign == currency
    return f"{sign}{NBSP if spaced else ''}", f"{NBSP}{currency}" if coded and sign == "$" else ""


def money_pattern(currency: str, *, language: str) -> str:
    """`$ {} COP`: how `show_money` dresses a number, for a script that adds up what is ticked."""
    zero = _number(0, currency, language)
    return show_money(Money(currency, 0), language=language).replace(zero, "{}", 1)


def digits_of(currency: str) -> int:
    """Decimal places shown for a round amount of `currency`."""
    return 0 if currency in _CENTS_UNSAID else exponent(currency)


@lru_cache(maxsize=4096)
def show_count(count: int, *, language: str) -> str:
    """A number of things: 5231 stays whole in Spanish, 100000 gives "100.000"."""
    return str(numbers.format_decimal(count, locale=locale_of(language)))


def show_share(percent: int, *, language: str) -> str:
    """A part of a hundred: "61 %" in Spanish, wherever it is read, "61%" in English."""
    return str(numbers.format_percent(Decimal(percent).scaleb(-2), locale=locale_of(language.split("-")[0])))


@lru_cache(maxsize=4096)
def show_day(on: date, *, language: str, shape: str = "medium") -> str:
    """A date as `short` (12 nov), `medium` (12 nov 2026), `long` (jueves 12 de noviembre) or `full` (with the year)."""
    locale = locale_of(language)
    pattern = _PATTERNS.get(locale.language, _PATTERNS["en"])[shape]
    return dates.format_date(on, pattern, locale=locale).replace(".", "")


def show_moment(at: datetime, *, language: str) -> str:
    """An instant, as it stands in its own zone: `24 nov, 09:15`. Convert before; nothing is converted here."""
    return f"{show_day(at.date(), language=language, shape='short')}, {at:%H:%M}"


def show_hour(at: datetime) -> str:
    """The hour of an instant as it stands in its own zone: `09:15`."""
    return f"{at:%H:%M}"


def show_due(due_on: date, *, today: date) -> str:
    """How far a due date is: "due in 3 days", "due today", "due 12 days ago"."""
    days = (due_on - today).days
    if days == 0:
        return gettext("due today")
    if days == 1:
        return gettext("due tomorrow")
    if days > 0:
        return ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days}
    return ngettext("due %(days)s day ago", "due %(days)s days ago", -days) % {"days": -days}


def show_away(on: date, *, today: date) -> str:
    """How far a planned day is: "today", "tomorrow", "in 5 days", "5 days ago"."""
    days = (on - today).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days == -1:
        return gettext("yesterday")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def _number(minor: int, currency: str, language: str) -> str:
    """Digits in threes, as babel's pattern "#,##0.00" writes them, at a tenth of its cost: pages hold hundreds."""
    group, point, places, unit, unsaid = _writing(currency, language)
    whole, part = divmod(minor, unit)
    shown = f"{whole:,}".replace(",", group)
    return shown if not places or (unsaid and not part) else f"{shown}{point}{part:0{places}d}"


@lru_cache(maxsize=256)
def _writing(currency: str, language: str) -> tuple[str, str, int, int, bool]:
    """What stands between thousands and before decimals, how many these are, and whether they are left out when 0."""
    locale, places = locale_of(language), exponent(currency)
    symbols = numbers.get_group_symbol(locale), numbers.get_decimal_symbol(locale)
    return *symbols, places, 10**places, currency in _CENTS_UNSAID
