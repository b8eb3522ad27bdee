# SPDX-License-Identifier: Apache-2.0
"""Requests about data: the list with its dates, one request with what the law allows, and its answer."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from conserje.domain.rules.data_clock import ASKABLE
from conserje.domain.rules.duties import DataRight
from conserje.services.insights import person_record
from conserje.services.insights.waiting import Waiting
from conserje.services.outreach.content import Unlawful
from conserje.services.receivables import data_request, erasure, lookup
from conserje.services.receivables.data_request import Answer, Asked, Standing
from conserje.services.receivables.refusals import UnknownRow
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.ui.data_words import OUTCOMES, REFUSALS, RIGHTS
from conserje.ui.listing import Option
from conserje.ui.record import as_html
from conserje.workbench import refused_words
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.data_pages import CustomerDataPage, RequestPage, RequestRow, RequestsPage
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention

NEAR_DAYS = 3
FORMS = {"html": "text/html; charset=utf-8", "json": "application/json"}
DOORS = {
    "portal": gettext_lazy("on their page"),
    "workbench": gettext_lazy("written down here"),
    "command": gettext_lazy("written down on the server"),
}


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every open request, the one that is due first at the top."""
    rows = data_request.waiting(creditor_id=desk.creditor_id)
    page = RequestsPage(frame(request, desk, section="home"), tuple(_row(desk, item) for item in rows))
    return render(request, "workbench/data/list.html", {"page": page})


@looking
def show(request: HttpRequest, desk: Desk, request_id: int) -> HttpResponse:
    """One request."""
    try:
        item = data_request.one(creditor_id=desk.creditor_id, request_id=request_id)
    except UnknownRow as unknown:
        raise Http404 from unknown
    open_ = item.answered_at is None and desk.seat.may_act
    judged = None
    if item.right is DataRight.ERASURE and item.answered_at is None:
        judged = erasure.judge(creditor_id=desk.creditor_id, customer_id=item.customer_id, now=desk.now)
    forbidden = judged is not None and not judged.allowed
    page = RequestPage(
        frame=frame(request, desk, section="home"),
        row=_row(desk, item),
        outcomes=tuple(
            Option(code, name(OUTCOMES, code))
            for code in data_request.OUTCOMES
            if not (forbidden and code == data_request.GRANTED)
            and not (judged is not None and code == data_request.PARTLY)
        ),
        why_not=tuple(name(REFUSALS, code) for code in judged.codes) if judged else (),
        kept_until=judged.until if judged else None,
        kept_by=judged.rule if judged else "",
        erases=judged is not None and judged.allowed,
        file_url=desk.url("customer_data", customer=item.customer_id),
        answer_url=desk.url("data_request_answer", request_id=item.id) if open_ else "",
        extend_url=desk.url("data_request_extension", request_id=item.id)
        if open_ and item.extendable
        else "",
    )
    return render(request, "workbench/data/show.html", {"page": page})


@acting
def answer(request: HttpRequest, desk: Desk, request_id: int) -> HttpResponse:
    """Answer it (POST `outcome`, `reason`); what the answer says is done in the same act."""
    stands = "stands" in request.POST
    given = Answer(request.POST.get("outcome", ""), request.POST.get("reason", ""), stands)
    try:
        data_request.answer(
            creditor_id=desk.creditor_id, request_id=request_id, answer=given, by=desk.by, now=desk.now
        )
    except UnknownRow as unknown:
        raise Http404 from unknown
    except Unlawful as refused:
        return refused_words.shown(request, desk, refused, field="reason", back_url=_url(desk, request_id))
    except data_request.Refused as refused:
        messages.warning(request, name(REFUSALS, str(refused)))
        return redirect(_url(desk, request_id))
    messages.success(request, _("Answered. The customer reads it on their page."))
    return redirect(desk.url("data_requests"))


@acting
def extend(request: HttpRequest, desk: Desk, request_id: int) -> HttpResponse:
    """Take the longer term (POST `reason`)."""
    try:
        data_request.extend(
            creditor_id=desk.creditor_id,
            request_id=request_id,
            reason=request.POST.get("reason", ""),
            by=desk.by,
            now=desk.now,
            stands="stands" in request.POST,
        )
    except UnknownRow as unknown:
        raise Http404 from unknown
    except Unlawful as refused:
        return refused_words.shown(request, desk, refused, field="reason", back_url=_url(desk, request_id))
    except data_request.Refused as refused:
        messages.warning(request, name(REFUSALS, str(refused)))
    else:
        messages.success(request, _("Extended. The customer reads the reason on their page."))
    return redirect(_url(desk, request_id))


def _url(desk: Desk, request_id: int) -> str:
    return desk.url("data_request", request_id=request_id)


@looking
def _show_customer(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """What one customer asked, and the form."""
    found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
    if found is None or found.id != customer:
        raise Http404
    rows = data_request.of_customer(creditor_id=desk.creditor_id, customer_id=customer)
    url = desk.url("customer_data", customer=customer)
    page = CustomerDataPage(
        frame=frame(request, desk, section="receivables"),
        customer=found.name,
        customer_url=desk.url("customer", customer=customer),
        rows=tuple(_row(desk, item) for item in rows),
        rights=tuple(Option(right.value, name(RIGHTS, right.value)) for right in ASKABLE),
        html_url=desk.url("customer_data_file", customer=customer, form="html"),
        json_url=desk.url("customer_data_file", customer=customer, form="json"),
        ask_url=url if desk.seat.may_act else "",
    )
    return render(request, "workbench/data/customer.html", {"page": page})


@acting
def _ask(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """Write down what a customer asked by telephone, letter or e-mail (POST `right`, `words`)."""
    with reading(creditor_id=desk.creditor_id):
        found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
    if found is None or found.id != customer:
        raise Http404
    chosen = request.POST.get("right", "")
    if chosen not in {right.value for right in ASKABLE}:
        messages.warning(request, _("Choose what is asked."))
        return redirect(desk.url("customer_data", customer=customer))
    asked = Asked(DataRight(chosen), "workbench", desk.by, request.POST.get("words", "").strip())
    try:
        made = data_request.ask(creditor_id=desk.creditor_id, customer_id=customer, asked=asked, now=desk.now)
    except UnknownRow as unknown:
        raise Http404 from unknown
    return redirect(desk.url("data_request", request_id=made))


of_customer = by_method(get=_show_customer, post=_ask)


@looking
def file(request: HttpRequest, desk: Desk, customer: int, form: str) -> HttpResponse:
    """The customer's whole record as a file: `form` is json or html."""
    found = person_record.read(creditor_id=desk.creditor_id, customer_id=customer, now=desk.now)
    if found is None or form not in FORMS or not desk.seat.may_act:
        raise Http404
    if form == "html":
        language = get_language() or "es"
        content = as_html(found, creditor=desk.creditor.legal_name or desk.creditor.name, language=language)
    else:
        content = json.dumps(found, ensure_ascii=False, indent=2)
    answer = HttpResponse(content, content_type=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="record-{customer}.{form}"'
    return answer


def attention(desk: Desk, waiting: Waiting) -> tuple[Attention, ...]:
    """The line of the first screen: how many requests wait, and when the first is due."""
    count, first = waiting.requests, waiting.request_by
    if first is None:
        return ()
    text = ngettext(
        "request about data waits for an answer: %(left)s",
        "requests about data wait for an answer: %(left)s",
        count,
    )
    left = (first - desk.today).days
    said = text % {"left": left_of(left)}
    return (Attention(count, said, desk.url("data_requests"), "late" if left <= NEAR_DAYS else "rest"),)


def _row(desk: Desk, item: Standing) -> RequestRow:
    left = (item.answer_by - desk.today).days
    return RequestRow(
        what=name(RIGHTS, item.right.value),
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        url=desk.url("data_request", request_id=item.id),
        asked_at=desk.local(item.asked_at),
        door=str(DOORS[item.through]),
        words=item.words,
        answer_by=item.answer_by,
        latest_by=item.latest_by,
        left=left_of(left),
        tone="late" if left <= NEAR_DAYS else "rest",
        rule=item.rule,
        authority=item.authority,
        extended=item.extended_at is not None,
        extension_reason=item.extension_reason,
        answered_at=desk.local(item.answered_at) if item.answered_at else None,
        outcome=name(OUTCOMES, item.outcome),
        answer=item.answer,
    )


def left_of(days: int) -> str:
    """How many days are left, in words; a negative number is late."""
    if days < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
