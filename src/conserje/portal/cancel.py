# SPDX-License-Identifier: Apache-2.0
""" "Cancel my subscription": one page, one button, done at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from conserje.portal import brand
from conserje.portal.cancel_pages import CancelPage
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.recovery import cancel


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    found = cancel.standing(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    cancelled_at = found.cancelled_at
    page = CancelPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        subscriptions=found.names,
        open=found.open,
        done=cancelled_at is not None and not found.open,
        cancelled_on=cancelled_at.astimezone(visit.now.tzinfo).date() if cancelled_at else None,
    )
    return render(request, "portal/cancel/show.html", {"page": page})


@acting("POST")
def _cancel(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Cancel, and show that it is done; pressed twice, it is done once."""
    cancel.execute(creditor_id=visit.creditor_id, customer_id=visit.customer_id, by="customer", now=visit.now)
    answer = HttpResponseRedirect(visit.url("cancel"))
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_cancel)
