# SPDX-License-Identifier: Apache-2.0
"""`{% load ui %}`: amounts, days, words for codes and icons. The language is the one that is active."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Final, Protocol

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from conserje.domain.kit.money import Money, exponent
from conserje.ui import figures, labels

register = template.Library()

_WORDS: Final = {
    "channel": labels.CHANNELS,
    "delivery": labels.DELIVERIES,
    "amount": labels.AMOUNTS,
    "ruling": labels.RULINGS,
    "consent": labels.CONSENTS,
    "method": labels.METHODS,
    "band": labels.BANDS,
    "kind": labels.KINDS,
    "basis": labels.BASES,
    "progress": labels.PROGRESS,
}
_TONES: Final = {
    "delivery": labels.DELIVERY_TONES,
    "ruling": labels.RULING_TONES,
    "consent": labels.CONSENT_TONES,
    "kind": labels.KIND_TONES,
}


class Line(Protocol):
    """One part of an amount: its kind (a code of `labels.AMOUNTS`), the word in its place if any, and how much."""

    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def amount(self) -> Money: ...


@register.filter
def money(amount: Money, language: str = "") -> str:
    """`{{ invoice.open|money }}`:

    sign, number and, where the sign is shared by several countries, the code.
    """
    return figures.show_money(amount, language=language or _language())


@register.filter
def unbroken(text: str) -> str:
    """`{{ brand.phone|unbroken }}`: a number with spaces that stays on one line."""
    return text.replace(" ", figures.NBSP)


@register.filter
def breakable(address: str) -> str:
    """`{{ shown|breakable }}`: an address that, where it does not fit on one line, breaks after its "@"."""
    return address.replace("@", "@\u200b")


@register.filter
def amount(value: Money, language: str = "") -> str:
    """Like `money`, without the code: for the parts of a sum whose total carries it."""
    return figures.show_money(value, language=language or _language(), coded=False)


@register.filter
def money_pattern(currency: str) -> str:
    """`$ {} COP`: the dress of an amount of `currency`, for scripts."""
    return figures.money_pattern(currency, language=_language())


@register.filter
def number(count: int) -> str:
    """`{{ row.count|number }}`: a number of things as the reader writes it."""
    return figures.show_count(count, language=_language())


@register.filter
def share(percent: int) -> str:
    """`{{ bucket.share|share }}`: a part of a hundred as the reader writes it."""
    return figures.show_share(percent, language=_language())


@register.filter
def places(currency: str) -> int:
    """Decimal places of `currency`."""
    return exponent(currency)


@register.filter
def shown_places(currency: str) -> int:
    """Decimal places shown for a round amount of `currency`."""
    return figures.digits_of(currency)


@register.filter
def day(on: date, shape: str = "medium") -> str:
    """`{{ invoice.due_on|day:"long" }}`; shapes are those of `figures.show_day`."""
    return figures.show_day(on, language=_language(), shape=shape)


@register.filter
def moment(at: datetime) -> str:
    """`{{ touch.at|moment }}`, in the zone the value carries."""
    return figures.show_moment(at, language=_language())


@register.filter
def hour(at: datetime) -> str:
    """`{{ step.at|hour }}`, in the zone the value carries."""
    return figures.show_hour(at)


@register.filter
def due(on: date, today: date) -> str:
    """`{{ invoice.due_on|due:page.today }}`: due in 3 days, due 12 days ago."""
    return figures.show_due(on, today=today)


@register.filter
def away(on: date, today: date) -> str:
    """`{{ step.on|away:page.today }}`: in 5 days, yesterday."""
    return figures.show_away(on, today=today)


@register.filter
def word(code: str, family: str) -> str:
    """The word for a domain `code` of a `family` (channel, delivery, amount, ruling, consent, method)."""
    return _words(family, _language()).get(code, code)


@register.filter
def tone(code: str, family: str) -> str:
    """The tone (`done`, `rest`, `late`, `stop`, or empty) a chip takes for `code`."""
    return _TONES[family].get(code, "")


@register.filter
def channel_icon(code: str) -> str:
    """The icon of a channel."""
    return labels.CHANNEL_ICONS.get(code, "info")


@register.simple_tag
def sums(lines: Iterable[Line]) -> SafeString:
    """`{% sums invoice.lines %}`: the parts of an amount, as rows of a list of `figures`. A page has many."""
    return mark_safe(sums_in(_language(), lines))  # noqa: S308 - every part of it is escaped


def sums_in(language: str, lines: Iterable[Line]) -> str:
    """The rows of `sums`, every part of them escaped."""
    words = _words("amount", language)
    return "".join(
        [
            f"<div><dt>{escape(line.label or words.get(line.kind, line.kind))}</dt>"
            f"<dd>{escape(figures.show_money(line.amount, language=language, coded=False))}</dd></div>"
            for line in lines
        ]
    )


@register.simple_tag
@lru_cache(maxsize=128)
def icon(name: str) -> SafeString:
    """`{% icon "email" %}`: decoration only; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name
    )


@lru_cache(maxsize=64)
def _words(family: str, language: str) -> dict[str, str]:
    """The words of a family in `language`: looked up once, not for every row."""
    with override(language):
        return {code: str(said) for code, said in _WORDS[family].items()}


def _language() -> str:
    return get_language() or "es"
