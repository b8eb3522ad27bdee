# SPDX-License-Identifier: Apache-2.0
"""The reader's data and rights: what can be asked, what was asked, and by when it is answered. Nobody asks why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.domain.rules.data_clock import ASKABLE
from conserje.domain.rules.duties import DataRight
from conserje.portal import brand
from conserje.portal.data_pages import DataPage, Request, Right
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.receivables import data_request
from conserje.services.receivables.data_request import Asked, Standing
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.ui.data_words import OUTCOMES, RIGHT_HINTS, RIGHTS


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    said = (
        _("We received it. Below is the day by which you have an answer.") if request.GET.get("done") else ""
    )
    return render(request, "portal/data/show.html", {"page": _page(visit, message=said)})


@acting("POST")
def _ask(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Write the request down; the page then says that it was received and by when it is answered."""
    chosen, words = request.POST.get("right", ""), request.POST.get("words", "").strip()
    if chosen not in {right.value for right in ASKABLE}:
        with reading(creditor_id=visit.creditor_id):
            page = _page(visit, error=_("Choose what you want to ask."), words=words)
        return render(request, "portal/data/show.html", {"page": page}, status=400)
    data_request.ask(
        creditor_id=visit.creditor_id,
        customer_id=visit.customer_id,
        asked=Asked(DataRight(chosen), "portal", "customer", words),
        now=visit.now,
    )
    answer = HttpResponseRedirect(f"{visit.url('data')}?done=1")
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_ask)


def _page(visit: Visit, *, message: str = "", error: str = "", words: str = "") -> DataPage:
    found = data_request.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    waiting = {item.right for item in found if item.answered_at is None}
    return DataPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        rights=tuple(
            Right(right.value, name(RIGHTS, right.value), name(RIGHT_HINTS, right.value), right in waiting)
            for right in ASKABLE
        ),
        requests=tuple(_request(visit, item) for item in found),
        message=message,
        error=error,
        words=words,
    )


def _request(visit: Visit, item: Standing) -> Request:
    answered = item.answered_at
    return Request(
        what=name(RIGHTS, item.right.value),
        asked_on=item.asked_at.astimezone(visit.now.tzinfo).date(),
        answer_by=item.answer_by,
        authority=item.authority,
        extended=item.extended_at is not None,
        extension_reason=item.extension_reason,
        answered_on=answered.astimezone(visit.now.tzinfo).date() if answered else None,
        outcome=name(OUTCOMES, item.outcome),
        answer=item.answer,
    )
