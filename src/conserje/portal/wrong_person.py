# SPDX-License-Identifier: Apache-2.0
""" "I am not this person", "I no longer work there": believed at once, without proof or reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conserje.portal import brand
from conserje.portal.act_pages import WrongPersonPage
from conserje.portal.masks import masked
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.arrangements import wrong_person
from conserje.services.outreach import address as addresses
from conserje.services.tenancy.act import reading


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(request, "portal/wrong_person/show.html", {"page": _page(visit, _own(visit))})


@acting("POST")
def _say(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Block the address, close the link, and say goodbye; nothing of the account is shown any more."""
    given = [request.POST.get(name, "").strip() for name in ("name", "email")]
    with reading(creditor_id=visit.creditor_id):
        shown = _own(visit)
    wrong_person.say(
        creditor_id=visit.creditor_id,
        link=wrong_person.Link(visit.opened.link_id, visit.customer_id, visit.opened.contact_id),
        words=" · ".join(text for text in given if text),
        now=visit.now,
    )
    return render(request, "portal/wrong_person/show.html", {"page": _page(visit, shown, done=True)})


show = by_method(get=_show, post=_say)


def _own(visit: Visit) -> str:
    found = addresses.of_link(creditor_id=visit.creditor_id, link_id=visit.opened.link_id)
    return masked(found.address) if found is not None else ""


def _page(visit: Visit, shown: str, *, done: bool = False) -> WrongPersonPage:
    return WrongPersonPage(brand=brand.of(visit.creditor), today=visit.today, shown=shown, done=done)
