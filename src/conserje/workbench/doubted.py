# SPDX-License-Identifier: Apache-2.0
"""One payment of which the gateway contradicts what was asked for: a person says what they found there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.services.receivables import doubted
from conserje.services.receivables.doubted import Came, DayToCome, Doubted
from conserje.services.receivables.refusals import AlreadySettled, PaymentConflict, Refused
from conserje.services.tenancy.act import reading
from conserje.ui import labels
from conserje.ui.amount_input import typed_money
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.frame import frame
from conserje.workbench.in_doubt import WHY
from conserje.workbench.unsure_pages import DOUBTED_FIELDS, DoubtedPage

_LONGEST = 120
_DAY_ARRIVED = gettext_lazy("Write the day on which the money arrived.")


@looking
def _show(request: HttpRequest, desk: Desk, *, checkout: int) -> HttpResponse:
    return _drawn(request, desk, checkout, {})


@acting
def _act(request: HttpRequest, desk: Desk, *, checkout: int) -> HttpResponse:
    """POST `as`, for money that came its `number`, `amount` and day `on`, for a card that is dead `refused`.

    Owners and managers only.
    """
    if not desk.seat.leads:
        raise PermissionDenied
    with reading(creditor_id=desk.creditor_id):
        found = _found(desk, checkout)
    try:
        if request.POST.get("as") == "nothing":
            doubted.dismiss(
                creditor_id=desk.creditor_id,
                checkout_id=checkout,
                by=desk.by,
                now=desk.now,
                refused_for_good="refused" in request.POST,
            )
            messages.success(request, _("Written down. What is open of its invoices is asked for again."))
            return redirect(desk.url("in_doubt"))
        came, wrong = _typed(request, desk, found)
        if came is None:
            return _again(request, desk, checkout, wrong)
        doubted.record(
            creditor_id=desk.creditor_id, checkout_id=checkout, came=came, by=desk.by, now=desk.now
        )
    except AlreadySettled:
        messages.warning(request, _("Somebody decided about this payment before."))
        return redirect(desk.url("in_doubt"))
    except DayToCome:
        return _again(request, desk, checkout, {"on": str(_DAY_ARRIVED)})
    except PaymentConflict:
        known = _(
            "The books know a payment with this number and other figures. Look at it in Payments first."
        )
        return _again(request, desk, checkout, {"number": known})
    except Refused:
        return _again(request, desk, checkout, {})
    messages.success(request, _("Recorded and applied to its invoices."))
    return redirect(desk.url("customer", customer=found.customer_id))


show = by_method(get=_show, post=_act)


def _typed(request: HttpRequest, desk: Desk, found: Doubted) -> tuple[Came | None, dict[str, str]]:
    """What came, and by field what is wrong with it; `None` with anything wrong."""
    number = request.POST.get("number", "").strip()
    currency = found.amount.currency
    amount = typed_money(request.POST.get("amount", ""), currency=currency, locale=desk.creditor.locale)
    on = _day(request.POST.get("on", ""))
    wrong = {}
    if not 0 < len(number) <= _LONGEST:
        wrong["number"] = _("Write the number that the gateway gave the payment.")
    if amount is None:
        wrong["amount"] = _("Write an amount.")
    if on is None:
        wrong["on"] = str(_DAY_ARRIVED)
    if amount is None or on is None or wrong:
        return None, wrong
    return Came(number, amount, on), {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _found(desk: Desk, checkout: int) -> Doubted:
    found = doubted.find(creditor_id=desk.creditor_id, checkout_id=checkout)
    if found is None:
        raise Http404
    return found


def _again(request: HttpRequest, desk: Desk, checkout: int, wrong: Mapping[str, str]) -> HttpResponse:
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, checkout, wrong)
    answer.status_code = 400
    return answer


def _drawn(request: HttpRequest, desk: Desk, checkout: int, wrong: Mapping[str, str]) -> HttpResponse:
    found = _found(desk, checkout)
    page = DoubtedPage(
        frame=frame(request, desk, section="home"),
        customer=found.customer,
        customer_url=desk.url("customer", customer=found.customer_id),
        why=str(WHY[found.why]),
        amount=found.amount,
        invoices=", ".join(found.invoices),
        source=labels.gateway(found.gateway),
        reference=found.reference,
        at=desk.local(found.started_at),
        recordable=found.recordable,
        by_card=found.by_card and found.recordable,
        latest=desk.today,
        may_decide=desk.seat.leads,
        typed={name: request.POST.get(name, "") for name in DOUBTED_FIELDS},
        wrong={name: wrong.get(name, "") for name in DOUBTED_FIELDS},
    )
    return render(request, "workbench/in_doubt/one.html", {"page": page})
