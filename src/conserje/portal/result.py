# SPDX-License-Identifier: Apache-2.0
"""Back from the gateway: what it says itself, never what the address of the page says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from conserje.domain.receivables.payment import Road, RoadName
from conserje.portal import brand
from conserje.portal.pages import ResultPage
from conserje.portal.visit import Visit, acting, not_open
from conserje.services.receivables import checkout, gateway, instructions, receipt
from conserje.services.receivables.receipt import Attempt
from conserje.services.tenancy.act import reading
from conserje.ui.labels import method

_STATES = {
    "paid": "paid",
    "declined": "declined",
    "expired": "expired",
    "open": "cancelled",
    "waiting": "waiting",
}
_DETAILS = {
    "insufficient_funds": gettext_lazy("The bank answered that the account had not enough funds."),
    "declined_by_bank": gettext_lazy("The bank did not approve it, and gave no reason."),
}


@acting("GET", "HEAD")
def show(request: HttpRequest, visit: Visit, *, attempt: str) -> HttpResponse:
    """Ask the gateway how the payment stands, and say it plainly; what waits with instructions has a page for them."""
    found, offers = _found(visit, attempt)
    if found is None:
        return not_open(request)
    offer = next((item for item in offers if item.access.gateway == found.gateway), None)
    settled = found.state in ("paid", "quarantined")
    if offer is not None and not settled and request.method == "GET":
        checkout.refresh(
            creditor_id=visit.creditor_id,
            which=checkout.Which(public_id=attempt),
            road=Road(RoadName.PORTAL_RETURN, attempt),
            access=offer.access,
            now=visit.now,
        )
        found, _offers = _found(visit, attempt)
    if found is not None and found.state == "waiting" and _is_instructed(visit, attempt):
        return HttpResponseRedirect(visit.url("instructions", attempt=attempt))
    page = _page(visit, found) if found is not None else None
    return render(request, "portal/payment/result.html", {"page": page})


def _is_instructed(visit: Visit, attempt: str) -> bool:
    with reading(creditor_id=visit.creditor_id):
        told = instructions.told(
            creditor_id=visit.creditor_id, customer_id=visit.customer_id, public_id=attempt
        )
    return told is not None


def _found(visit: Visit, attempt: str) -> tuple[Attempt | None, tuple[gateway.Offer, ...]]:
    who = {"creditor_id": visit.creditor_id}
    with reading(**who):
        found = receipt.attempt(**who, customer_id=visit.customer_id, public_id=attempt)
        return found, () if found is None else gateway.offers(**who)


def _page(visit: Visit, found: Attempt) -> ResultPage:
    cancelled = found.detail == "cancelled_by_customer"
    state = "cancelled" if cancelled else _STATES.get(found.state, "processing")
    ended = state in ("declined", "expired", "cancelled")
    return ResultPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        state=state,
        amount=found.amount,
        invoices=found.numbers,
        on=found.value_on,
        how=method(found.method),
        reference=found.reference,
        remaining=found.remaining,
        try_again_url=visit.url("home") if ended else "",
        until=found.until_on,
        detail=str(_DETAILS.get(found.detail, "")) if state == "declined" else "",
    )
