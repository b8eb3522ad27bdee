# SPDX-License-Identifier: Apache-2.0
"""How the reader is written to: each address with its permission, and one button to stop or to resume."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.portal import brand
from conserje.portal.pages import Address, PreferencesPage
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.outreach import address as addresses
from conserje.services.tenancy.act import reading

HOW = "portal"
_SAID = {
    "stopped": gettext_lazy("Done. We no longer write there."),
    "resumed": gettext_lazy("Done. We may write there again."),
}
_GIVEN = {
    "contract": gettext_lazy("It was given to us with the contract."),
    "order": gettext_lazy("It was given to us with an order."),
    "form": gettext_lazy("It was given to us in a form."),
    "own_email": gettext_lazy("You wrote to us from it."),
    "customer": gettext_lazy("You allowed it here."),
}


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    said = _SAID.get(request.GET.get("done", ""), "")
    return render(request, "portal/preferences/show.html", {"page": _page(visit, str(said))})


@acting("POST")
def _change(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Stop or resume the chosen address, or stop them all; then show what holds now."""
    change = {"stop": addresses.stop, "resume": addresses.resume}.get(request.POST.get("act", ""))
    ids = _ids(visit, request.POST.get("address", ""))
    if change is None or not ids:
        return _again(request, visit)
    try:
        change(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            point_ids=ids,
            how=HOW,
            now=visit.now,
        )
    except addresses.UnknownAddress:
        return _again(request, visit)
    done = "stopped" if change is addresses.stop else "resumed"
    answer = HttpResponseRedirect(f"{visit.url('preferences')}?done={done}")
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_change)


def masked(address: str) -> str:
    """ "laura@panaderia.example" gives "l***@panaderia.example"."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def _ids(visit: Visit, chosen: str) -> list[int]:
    if chosen != "all":
        return [int(chosen)] if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else []
    with reading(creditor_id=visit.creditor_id):
        known = addresses.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return [item.point_id for item in known if item.allowed]


def _again(request: HttpRequest, visit: Visit) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        page = _page(visit, _("Nothing was changed. Choose one of the addresses below."))
    return render(request, "portal/preferences/show.html", {"page": page}, status=400)


def _page(visit: Visit, message: str) -> PreferencesPage:
    found = addresses.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return PreferencesPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        addresses=tuple(_address(visit, item) for item in found),
        message=message,
    )


def _address(visit: Visit, item: addresses.Standing) -> Address:
    stopped_at = item.stopped_at
    return Address(
        id=str(item.point_id),
        channel="email",
        shown=masked(item.address),
        allowed=item.allowed,
        given=str(_GIVEN.get(item.basis, "")) if item.allowed else "",
        stopped_on=stopped_at.astimezone(visit.now.tzinfo).date() if stopped_at else None,
    )
