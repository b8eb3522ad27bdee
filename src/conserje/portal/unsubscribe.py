# SPDX-License-Identifier: Apache-2.0
"""The unsubscribe button of a mail program (RFC 8058): one POST, without a cookie, stops the address at once.

It is the one place where a link does something by itself, and all that it does can be taken back on the same page.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conserje.config import clock
from conserje.portal import brand
from conserje.portal.masks import masked
from conserje.portal.pages import UnsubscribePage
from conserje.portal.visit import cautious, language_of, not_open
from conserje.services.outreach import address as addresses
from conserje.services.outreach import portal_link
from conserje.services.outreach.portal_link import Opened
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts

HOW = "one_click"


# The token in the address is the proof: mail programs send no cookie, and so no token of a form either.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cautious
def show(request: HttpRequest, facts: Facts, *, token: str) -> HttpResponse:
    """GET shows one button; POST stops the address of this link, or with `act=resume` allows it again."""
    with reading(creditor_id=facts.id):
        opened = portal_link.ever(creditor_id=facts.id, token=token)
        found = opened and addresses.of_link(creditor_id=facts.id, link_id=opened.link_id)
    if not opened or not found:
        return not_open(request)
    resume = request.POST.get("act") == "resume"
    if request.method == "POST":
        change = addresses.resume if resume else addresses.stop
        change(
            creditor_id=facts.id,
            customer_id=opened.customer_id,
            point_ids=[found.point_id],
            how=HOW,
            now=clock.now_for(facts),
        )
    page = UnsubscribePage(
        brand=brand.of(facts),
        token=token,
        shown=masked(found.address),
        channel="email",
        already=found.stopped_at is not None and not resume,
        resumed=request.method == "POST" and resume,
    )
    done = page.already or (request.method == "POST" and not resume)
    return _shown(request, facts, opened, page, "done" if done else "ask")


def _shown(
    request: HttpRequest, facts: Facts, opened: Opened, page: UnsubscribePage, name: str
) -> HttpResponse:
    language = language_of(opened.locale, otherwise=facts.locale)
    with translation.override(language):
        answer = render(request, f"portal/unsubscribe/{name}.html", {"page": page})
    answer.headers["Content-Language"] = language
    return answer
