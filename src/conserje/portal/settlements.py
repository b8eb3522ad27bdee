# SPDX-License-Identifier: Apache-2.0
"""Paying less and closing it: what is offered from its stage on, in its exact words, and accepting it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from conserje.portal import brand, proposals
from conserje.portal.confirm import confirmed
from conserje.portal.dispute_pages import SettlementPage, SettlementWay
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.arrangements import agreement, settlement
from conserje.services.arrangements.settlement import Offered, Wish
from conserje.services.outreach import telling
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.ui.dispute_words import REFUSALS


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(request, "portal/settlement/show.html", {"page": _page(visit)})


@acting("POST")
@confirmed
def accept(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Agree to one of the ways, in the text that was read."""
    parts = request.POST.get("parts", "")
    wish = Wish(
        parts=int(parts) if parts.isdecimal() and len(parts) < 4 else 0,
        seen_hash=request.POST.get("hash", ""),
        locale=visit.locale,
    )
    try:
        made = settlement.accept(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            wish=wish,
            by=proposals.speaker(request, visit),
            now=visit.now,
        )
    except settlement.Refused as refused:
        with reading(creditor_id=visit.creditor_id):
            page = _page(visit, warning=name(REFUSALS, refused.args[0]))
        return render(request, "portal/settlement/show.html", {"page": page}, status=400)
    answer = HttpResponseRedirect(f"{visit.url('agreement', agreement=str(made))}?said=agreed")
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=accept)


def _page(visit: Visit, *, warning: str = "") -> SettlementPage:
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    case = telling.case(**who, now=visit.now)
    ways = settlement.offered(creditor_id=visit.creditor_id, case=case, locale=visit.locale, now=visit.now)
    standing = next((one for one in agreement.of_customer(**who) if one.state == "accepted"), None)
    return SettlementPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        ways=tuple(_way(item) for item in ways),
        warning=warning,
        agreement_url=visit.url("agreement", agreement=str(standing.id)) if standing else "",
    )


def _way(item: Offered) -> SettlementWay:
    return SettlementWay(
        parts=max(1, len(item.offer.parts)),
        pay=item.offer.pay,
        given=item.offer.given,
        pay_by=item.offer.pay_by,
        text=proposals.text_shown(item.text),
    )
