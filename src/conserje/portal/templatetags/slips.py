# SPDX-License-Identifier: Apache-2.0
"""`{% load slips %}`: the invoices of an account. A page has up to twenty of them, of some sixty values each.

They are drawn here and not by a template, which would be half of what the whole page costs. Words of the catalogue go
in as they are; every value is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from typing import Final

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, override

from conserje.portal.pages import CurrencyGroup, Document, OpenInvoice, Pause
from conserje.ui import figures
from conserje.ui.templatetags.ui import sums_in, word

register = template.Library()

# So few invoices show how their amounts are made, and so few are told of in a fold of their own.
_UNFOLDED: Final = 2
_FOLDED: Final = 3


@dataclass(frozen=True, slots=True)
class _Words:
    """What every slip says, in one language."""

    stands: str
    made: str
    balance: str
    received: str
    accepted: str
    missing: str
    order: str
    later: str


@register.simple_tag
def slips(group: CurrencyGroup, today: date) -> SafeString:
    """`{% slips group page.today %}`: the invoices that the page of a group shows, as items of a list."""
    language = get_language() or "es"
    words = _words(language)
    pauses: dict[Pause, str] = {}
    drawn = []
    for invoice in group.invoices:
        if invoice.pause is not None and invoice.pause not in pauses:
            pauses[invoice.pause] = render_to_string("portal/account/pause.html", {"pause": invoice.pause})
        paused = pauses[invoice.pause] if invoice.pause is not None else ""
        body = _body(invoice, group, today, language, words, paused)
        drawn.append(f'<li class="slip">{_tick(invoice, group)}<div class="slip-body">{body}</div></li>\n')
    return mark_safe("".join(drawn))  # noqa: S308 - every part of it is escaped


@register.simple_tag
def documents(found: Sequence[Document], number: str) -> SafeString:
    """`{% documents invoice.documents invoice.number %}`: the files of an invoice, as items of a list."""
    if not found:
        return mark_safe("")
    unseen = f'<span class="unseen">{escape(number)}</span>'
    items = [
        f'<li><a href="{escape(one.url)}">{escape(one.label)}'
        f' <span class="soft">{escape(one.kind)}</span>{unseen}</a></li>'
        for one in found
    ]
    return mark_safe("".join(items))  # noqa: S308 - every part of it is escaped


def _tick(invoice: OpenInvoice, group: CurrencyGroup) -> str:
    if not group.can_pay:
        return ""
    if group.count == 1:
        return f'<input type="hidden" name="invoice" value="{escape(invoice.id)}">'
    state = " checked" if invoice.ticked and invoice.payable else "" if invoice.payable else " disabled"
    return (
        f'<label class="slip-tick"><input type="checkbox" name="invoice" value="{escape(invoice.id)}"'
        f' aria-label="{escape(invoice.pay_label)}" data-minor="{invoice.pays_minor}"{state}></label>'
    )


def _body(
    invoice: OpenInvoice, group: CurrencyGroup, today: date, language: str, words: _Words, paused: str
) -> str:
    left = escape(figures.show_money(invoice.open, language=language))
    parts = [
        f'<div class="slip-head"><h3>{escape(invoice.title)}</h3><p class="slip-open figure">{left}</p></div>',
        _when(invoice, today, language, words),
    ]
    if invoice.pause is not None:
        parts.append(f'<p class="chip" data-tone="rest">{paused}</p>')
    stands = words.stands + (f": {escape(word(invoice.progress, 'progress'))}" if invoice.progress else "")
    if group.count <= _FOLDED:
        parts.append(_taps(invoice, group, stands, words))
    for on, minor in invoice.more_due:
        said = {
            "amount": escape(figures.show_money(minor, language=language)),
            "day": escape(figures.show_day(on, language=language)),
        }
        parts.append(f'<p class="small soft">{words.later % said}</p>')
    opened = " open" if group.count <= _UNFOLDED else ""
    total = f"<div data-total><dt>{words.balance}</dt><dd>{left}</dd></div>"
    parts.append(
        f'<details class="fold"{opened}><summary class="small">{words.made}</summary><dl class="sums figures">'
        f"{sums_in(language, invoice.lines)}{total}</dl></details>"
    )
    link = f'<li><a href="{escape(invoice.progress_url)}">{stands}</a></li>' if group.count > _FOLDED else ""
    if link or invoice.documents:
        parts.append(f'<ul class="documents">{link}{documents(invoice.documents, invoice.number)}</ul>')
    return "".join(parts)


def _when(invoice: OpenInvoice, today: date, language: str, words: _Words) -> str:
    """Number, order and due date in one line."""
    number = f"{escape(invoice.number)} · " if invoice.subject else ""
    order = f"{words.order % {'order': escape(invoice.purchase_order)}} · " if invoice.purchase_order else ""
    day = escape(figures.show_day(invoice.due_on, language=language))
    late = " late" if invoice.due_on < today and invoice.pause is None else ""
    due = escape(figures.show_due(invoice.due_on, today=today))
    return (
        f'<p class="small">{number}{order}<time datetime="{invoice.due_on.isoformat()}">{day}</time>, '
        f'<strong class="figure{late}">{due}</strong></p>'
    )


def _taps(invoice: OpenInvoice, group: CurrencyGroup, stands: str, words: _Words) -> str:
    """Where the invoice stands with the reader, and a tap to say so."""
    url = escape(invoice.progress_url)
    button = (
        f'<button type="submit" form="stands-{escape(group.currency)}" class="action" data-kind="quiet"'
        f' formaction="{url}" name="state" value='
    )
    return (
        f'<details class="fold"><summary class="small">{stands}</summary><p class="taps">'
        f'{button}"received">{words.received}</button>{button}"accepted">{words.accepted}</button>'
        f'<a href="{url}">{words.missing}</a></p></details>'
    )


@lru_cache(maxsize=16)
def _words(language: str) -> _Words:
    with override(language):
        return _Words(
            stands=gettext("Where it stands with you"),
            made=gettext("How the amount is made"),
            balance=gettext("Balance"),
            received=gettext("Received"),
            accepted=gettext("Accepted for payment"),
            missing=gettext("Something is missing"),
            order=gettext("order %(order)s"),
            later=gettext("%(amount)s of it is due on %(day)s"),
        )
