# SPDX-License-Identifier: Apache-2.0
"""`{% load portal %}`: the lists of an account that stand on every one, drawn here because a template takes so long.

Words of the catalogue go in as they are; every value is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from conserje.portal import paths
from conserje.portal.pages import DoorShown, NextStep
from conserje.ui import figures
from conserje.ui.templatetags.ui import channel_icon, icon, word

register = template.Library()
_KEPT_MAX: Final = 512


@register.simple_tag
def address(page: str, creditor: str) -> str:
    """`{% address "genuine" page.brand.creditor %}`: the path of a page of a creditor."""
    return paths.of(page, creditor)


@register.simple_tag
@lru_cache(maxsize=64)
def file(path: str) -> str:
    """`{% file "ui/base.css" %}`: the address of a file that never changes while the server runs."""
    return static(path)


class Kept(template.Node):
    """A part of a page that is drawn once for each value of what it shows, and in each language.

    It is handed those attributes of `page` and nothing else: what differs between customers cannot get in.
    """

    # No block may stand in it, and none is sought.
    child_nodelists = ()

    def __init__(self, drawn: template.NodeList, names: tuple[str, ...]) -> None:
        self.drawn, self.names = drawn, names
        self.known: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """As it was drawn before, or drawn now."""
        values = [getattr(context["page"], name) for name in self.names]
        key = (get_language(), *values)
        found = self.known.get(key)
        if found is None:
            alone = {"page": dict(zip(self.names, values, strict=True))}
            found = self.drawn.render(context.new(alone))
            if len(self.known) >= _KEPT_MAX:
                self.known.clear()
            self.known[key] = found
        return found


@register.tag
def kept(parser: Any, token: Any) -> Kept:
    """`{% kept brand %}...{% endkept %}`: a part that shows `page.brand` and nothing else of the page."""
    names = tuple(token.split_contents()[1:])
    drawn = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(drawn, names)


@register.simple_tag
def doors(found: Iterable[DoorShown]) -> SafeString:
    """`{% doors page.doors %}`: ways forward, as items of a list."""
    return mark_safe("".join([_door(one) for one in found]))  # noqa: S308 - every part of it is escaped


@register.simple_tag
def steps(found: Iterable[NextStep], today: date) -> SafeString:
    """`{% steps page.steps page.today %}`: what comes next, as items of a list."""
    language = get_language() or "es"
    return mark_safe("".join([_step(one, today, language) for one in found]))  # noqa: S308 - every part is escaped


def _door(shown: DoorShown) -> str:
    words = f'<strong>{escape(shown.title)}</strong><span class="soft">{escape(shown.sentence)}</span>'
    return (
        f'\n        <li><a href="{escape(shown.url)}">{icon(shown.icon)}<span>{words}</span></a></li>\n      '
    )


def _step(step: NextStep, today: date, language: str) -> str:
    day = escape(figures.show_day(step.on, language=language, shape="long"))
    away = f'<span class="figure">{escape(figures.show_away(step.on, today=today))}</span>'
    channel, unforeseen = "", ""
    if step.channel:
        people = escape(", ".join(step.recipients))
        to = f" {gettext('to %(people)s') % {'people': people}}" if step.recipients else ""
        channel = (
            f'\n            <p class="small soft with-icon">{icon(channel_icon(step.channel))}'
            f"<span>{escape(word(step.channel, 'channel'))}{to}</span></p>\n          "
        )
    if step.new_recipients:
        unforeseen = f'<p class="small">{gettext("You will know before anyone new hears of it.")}</p>'
    return f"""
        <li>
          <p><strong><time datetime="{step.on.isoformat()}">{day}</time></strong> <span class="soft">· {away}</span></p>
          <p>{escape(step.what)}</p>
          {channel}
          {unforeseen}
          {f'<p class="small soft">{escape(step.note)}</p>' if step.note else ""}
        </li>
      """
