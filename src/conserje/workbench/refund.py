# SPDX-License-Identifier: Apache-2.0
"""Giving a payment back through the gateway it came by: how much, and from which invoices."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.services.receivables import contested, gateway, refund
from conserje.services.receivables.refund import Refundable, RefundAsked
from conserje.services.receivables.refusals import Refused
from conserje.services.tenancy.act import reading
from conserje.ui import labels
from conserje.ui.amount_input import typed_money
from conserje.ui.figures import show_money
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.frame import frame
from conserje.workbench.ways_pages import RefundPage


@looking
def _show(request: HttpRequest, desk: Desk, *, payment: int) -> HttpResponse:
    return _drawn(request, desk, _found(desk, payment))


@acting
def _act(request: HttpRequest, desk: Desk, *, payment: int) -> HttpResponse:
    """POST `amount`, `invoice` (ids to take it from) and `key`; owners and managers only."""
    if not desk.seat.leads:
        raise PermissionDenied
    with reading(creditor_id=desk.creditor_id):
        found = _found(desk, payment)
        offers = gateway.offers(creditor_id=desk.creditor_id)
    access = next((item.access for item in offers if item.access.gateway == found.gateway), None)
    currency, typed = found.unallocated.currency, request.POST.get("amount", "")
    amount = typed_money(typed, currency=currency, locale=desk.creditor.locale)
    key = request.POST.get("key", "")
    ids = tuple(int(text) for text in request.POST.getlist("invoice") if text.isascii() and text.isdigit())
    if amount is None or access is None or not 8 <= len(key) <= 64:
        return _again(request, desk, payment, typed, _("Write an amount."))
    try:
        fact = refund.give_back(
            creditor_id=desk.creditor_id,
            asked=RefundAsked(payment, key, amount, ids),
            access=access,
            by=desk.by,
            now=desk.now,
        )
    except Refused:
        return _again(
            request,
            desk,
            payment,
            typed,
            _("That is more than can go back from there. Choose the invoices or less."),
        )
    _say(request, fact.state)
    return redirect(desk.url("refund", payment=payment))


show = by_method(get=_show, post=_act)


@acting
def decide(request: HttpRequest, desk: Desk, *, checkout: int) -> HttpResponse:
    """A person has looked at a payment that was asked back: its invoices are asked for again; leaders only."""
    if not desk.seat.leads:
        raise PermissionDenied
    try:
        contested.decide(creditor_id=desk.creditor_id, checkout_id=checkout, by=desk.by, now=desk.now)
    except Refused as error:
        raise Http404 from error
    messages.success(request, _("Written down. What is open of its invoices is asked for again."))
    return redirect(desk.url("in_doubt"))


def _say(request: HttpRequest, state: str) -> None:
    if state == "done":
        messages.success(request, _("Given back. It stands in the books."))
    elif state == "refused":
        messages.warning(
            request, _("The gateway refused it: nothing went back. Look at its own page for the reason.")
        )
    else:
        messages.success(
            request, _("Asked for. The gateway has not confirmed it yet; we ask again until it does.")
        )


def _found(desk: Desk, payment: int) -> Refundable:
    found = refund.refundable(creditor_id=desk.creditor_id, payment_id=payment)
    if found is None:
        raise Http404
    return found


def _again(request: HttpRequest, desk: Desk, payment: int, typed: str, wrong: str) -> HttpResponse:
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, _found(desk, payment), typed=typed, wrong=wrong)
    answer.status_code = 400
    return answer


def _drawn(
    request: HttpRequest, desk: Desk, found: Refundable, *, typed: str = "", wrong: str = ""
) -> HttpResponse:
    language = get_language() or "es"
    page = RefundPage(
        frame=frame(request, desk, section="home"),
        payment=found.payment_id,
        source=labels.gateway(found.gateway),
        unallocated=found.unallocated,
        under_way=found.under_way,
        applied=tuple(
            Option(str(number), f"{label}: {show_money(amount, language=language)}")
            for number, label, amount in found.applied
        ),
        key=secrets.token_urlsafe(18),
        typed=typed,
        wrong=wrong,
    )
    return render(request, "workbench/ways/refund.html", {"page": page})
