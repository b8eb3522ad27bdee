# SPDX-License-Identifier: Apache-2.0
"""The link of a message: swapped for a cookie, out of the address, without writing a row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from conserje.config import clock
from conserje.portal.visit import cautious, keep_link, not_open
from conserje.services.outreach import portal_link
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts

METHODS = ("GET", "HEAD")


@cautious
def open_(request: HttpRequest, facts: Facts, *, token: str, page: str = "home") -> HttpResponse:
    """Remember who reads, and go to `page` under an address that tells nothing."""
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    with reading(creditor_id=facts.id):
        opened = portal_link.open_(creditor_id=facts.id, token=token, now=clock.now_for(facts))
    if opened is None:
        return not_open(request)
    answer = redirect(reverse(f"portal:{page}", kwargs={"creditor": facts.public_id}))
    answer.status_code = 303
    keep_link(answer, facts, opened.link_id)
    return answer
