# SPDX-License-Identifier: Apache-2.0
"""A promise to pay that a collector took: on the telephone, or in a reply they read."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conserje.domain.arrangements.policy import RAILS
from conserje.services.arrangements import promise
from conserje.services.receivables import account, lookup
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_money
from conserje.ui.listing import Option
from conserje.workbench import access
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.plan_pages import PromisePage

_RAILS = {
    "card": gettext_lazy("By card"),
    "transfer": gettext_lazy("By bank transfer"),
    "cash": gettext_lazy("In cash or with a voucher"),
}
_REFUSED = {
    "promise_in_the_past": gettext_lazy("That day has passed."),
    "promise_too_late": gettext_lazy(
        "That day is later than the policy takes: change the policy, or agree on a plan."
    ),
}


@access.looking
def _show(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    if not desk.seat.may_act:
        raise Http404
    return _drawn(request, desk, customer, "")


@access.acting
def _take(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    rail = request.POST.get("rail", "")
    try:
        word = promise.Word(
            promised_on=date.fromisoformat(request.POST.get("on", "")),
            through="collector",
            rail=rail if rail in RAILS else "",
            by=desk.by,
        )
        ids = [int(item) for item in request.POST.getlist("invoice")]
        promise.take(
            creditor_id=desk.creditor_id, customer_id=customer, invoice_ids=ids, word=word, now=desk.now
        )
    except promise.Refused as refused:
        error = str(_REFUSED[refused.args[0]])
    except (ValueError, IntegrityError):
        error = _("Fill in every field.")
    else:
        messages.success(
            request, _("Noted: nothing is sent about it until that day and its grace have passed.")
        )
        return redirect(desk.url("customer", customer=customer))
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, customer, error)
    answer.status_code = 400
    return answer


show = access.by_method(get=_show, post=_take)


def _drawn(request: HttpRequest, desk: Desk, customer: int, error: str) -> HttpResponse:
    found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
    if found is None or found.id != customer:
        raise Http404
    rows = account.invoices(creditor_id=desk.creditor_id, customer_id=customer)
    language = get_language() or "es"
    page = PromisePage(
        frame=frame(request, desk, section="receivables"),
        customer=found.name,
        customer_url=desk.url("customer", customer=customer),
        invoices=tuple(
            Option(str(row.id), f"{row.number} · {show_money(row.open, language=language)}")
            for row in rows
            if row.open
        ),
        rails=tuple(Option(code, str(_RAILS[code])) for code in RAILS),
        on=request.POST.get("on", ""),
        error=error,
    )
    return render(request, "workbench/plans/promise.html", {"page": page})
