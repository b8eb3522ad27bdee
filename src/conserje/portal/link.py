# SPDX-License-Identifier: Apache-2.0
"""The link of a message: swapped for a cookie, out of the address, without writing a row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from conserje.config import clock
from conserje.portal.visit import asked_again, cautious, keep_link, not_open
from conserje.services.outreach import portal_link, requested
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts

METHODS = ("GET", "HEAD", "POST")
# Whoever asks for a new link waits so long, whether there is somebody to send it to or not.
SEEMS_SECONDS = 0.4


# The token in the address is the proof; an old link comes with no cookie, and so with no token of a form either.
@csrf_exempt
@cautious
def open_(request: HttpRequest, facts: Facts, *, token: str, page: str = "home") -> HttpResponse:
    """Remember who reads, and go to `page` under an address that tells nothing."""
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.method == "POST":
        return _again(request, facts, token)
    with reading(creditor_id=facts.id):
        opened = portal_link.open_(creditor_id=facts.id, token=token, now=clock.now_for(facts))
    if opened is None:
        return not_open(request)
    answer = redirect(reverse(f"portal:{page}", kwargs={"creditor": facts.public_id}))
    answer.status_code = 303
    keep_link(answer, facts, opened.link_id)
    return answer


def _again(request: HttpRequest, facts: Facts, token: str) -> HttpResponse:
    """Send a new link to the address on file, if there is one; the answer is the same either way, and takes as long."""
    with clock.no_sooner_than(SEEMS_SECONDS):
        requested.link_again(creditor_id=facts.id, token=token, now=clock.now_for(facts))
        return asked_again(request)
