# SPDX-License-Identifier: Apache-2.0
"""Where an invoice stands in the reader's own house: one tap, or a few words when something is missing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.portal import brand
from conserje.portal.act_pages import ProgressPage
from conserje.portal.visit import Visit, acting, by_method, looking, not_open
from conserje.services.arrangements import progress
from conserje.services.receivables import account
from conserje.services.tenancy.act import reading
from conserje.ui.labels import PROGRESS
from conserje.ui.listing import Option

_TEMPLATE = "portal/progress/show.html"


@looking
def _show(request: HttpRequest, visit: Visit, *, invoice: int) -> HttpResponse:
    page = _page(visit, invoice)
    return not_open(request) if page is None else render(request, _TEMPLATE, {"page": page})


@acting("POST")
def _say(request: HttpRequest, visit: Visit, *, invoice: int) -> HttpResponse:
    """Write it down and go back to the account, or ask what is missing."""
    state, words = request.POST.get("state", ""), request.POST.get("words", "").strip()
    said = progress.Said(visit.customer_id, visit.opened.contact_id, invoice, state, words)
    try:
        progress.say(creditor_id=visit.creditor_id, said=said, now=visit.now)
    except progress.Refused:
        with reading(creditor_id=visit.creditor_id):
            page = _page(visit, invoice, state=state, error=_("Choose one, and say what is missing."))
        return not_open(request) if page is None else render(request, _TEMPLATE, {"page": page}, status=400)
    answer = HttpResponseRedirect(f"{visit.url('home')}?done=progress")
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_say)


def _page(visit: Visit, invoice: int, *, state: str = "", error: str = "") -> ProgressPage | None:
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    row = next((row for row in account.invoices(**who) if row.open and row.id == invoice), None)
    if row is None:
        return None
    known = progress.latest(**who).get(invoice)
    chosen = state or (known.state if known is not None else "missing")
    return ProgressPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        invoice=" · ".join(text for text in (row.number, row.subject) if text),
        states=tuple(Option(code, str(word), chosen=code == chosen) for code, word in PROGRESS.items()),
        words=known.words if known is not None else "",
        error=error,
    )
