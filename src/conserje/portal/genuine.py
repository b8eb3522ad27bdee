# SPDX-License-Identifier: Apache-2.0
"""How to check that it is really the creditor: open to anybody, and silent about every customer."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from conserje.config import clock
from conserje.domain.kit.days import zone
from conserje.portal import brand
from conserje.portal.pages import GenuinePage
from conserje.portal.visit import cautious, language_of, link_in, opened_by
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts


@require_safe
@cautious
def show(request: HttpRequest, facts: Facts) -> HttpResponse:
    """The ways to check, in the reader's language when the reader is known."""
    language = language_of(_locale(request, facts), otherwise=facts.locale)
    now: datetime = clock.now_for(facts).astimezone(zone(facts.time_zone))
    sender = facts.brand.get("sender_address", "")
    page = GenuinePage(brand=brand.of(facts), today=now.date(), senders=(sender,) if sender else ())
    with translation.override(language):
        answer = render(request, "portal/genuine/show.html", {"page": page})
    answer.headers["Content-Language"] = language
    return answer


def _locale(request: HttpRequest, facts: Facts) -> str:
    link_id = link_in(request, facts)
    if link_id is None:
        return facts.locale
    with reading(creditor_id=facts.id):
        opened = opened_by(facts, link_id)
    return facts.locale if opened is None else opened.locale
