# SPDX-License-Identifier: Apache-2.0
"""Offering a plan to a customer: chosen, seen with its dates and what it costs in days, then offered until a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conserje.domain.arrangements.plan import Spacing, days_to_money
from conserje.services.arrangements import plan, plan_terms
from conserje.services.arrangements.plan_terms import Refused, Room, Wish
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_money
from conserje.ui.listing import Option
from conserje.workbench import access, plan_words
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.plan_pages import OfferPage

_FIELDS = ("currency", "number", "spacing", "first_on", "until")
OFFER_DAYS = 10


@access.looking
def _show(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    if not desk.seat.may_act:
        raise Http404
    return _drawn(request, desk, customer, {key: request.GET.get(key, "") for key in _FIELDS})


@access.acting
def _offer(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    form = {key: request.POST.get(key, "") for key in _FIELDS}
    try:
        made = plan.offer(
            creditor_id=desk.creditor_id,
            customer_id=customer,
            wish=_wish(form),
            until=date.fromisoformat(form["until"]),
            by=desk.by,
            now=desk.now,
        )
    except LookupError:
        raise Http404 from None
    except Refused as refused:
        error = plan_words.refused(refused.args[0])
    except ValueError:
        error = _("Fill in every field.")
    else:
        messages.success(request, _("Offered: the customer accepts it on their page, under “Pay in parts”."))
        if made.told:
            messages.success(request, _("They had asked, so an e-mail tells them."))
        else:
            messages.info(request, _("They had not asked, so no e-mail leaves: tell them when you talk."))
        return redirect(desk.url("customer_plans", customer=customer))
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, customer, form, error)
    answer.status_code = 400
    return answer


show = access.by_method(get=_show, post=_offer)


def _wish(form: Mapping[str, str]) -> Wish:
    return Wish(
        currency=form["currency"],
        number=int(form["number"]),
        spacing=Spacing(form["spacing"]),
        first_on=date.fromisoformat(form["first_on"]),
    )


def _drawn(
    request: HttpRequest, desk: Desk, customer: int, form: Mapping[str, str], error: str = ""
) -> HttpResponse:
    try:
        room = plan_terms.room(creditor_id=desk.creditor_id, customer_id=customer, now=desk.now)
    except LookupError:
        raise Http404 from None
    values = {
        "number": form["number"] or "3",
        "spacing": form["spacing"] or Spacing.MONTHLY.value,
        "first_on": form["first_on"] or (room.today + timedelta(days=7)).isoformat(),
        "until": form["until"] or (room.today + timedelta(days=OFFER_DAYS)).isoformat(),
    }
    codes = list(dict.fromkeys(item.open.currency for item in room.invoices))
    values["currency"] = form["currency"] if form["currency"] in codes else next(iter(codes), "")
    page = OfferPage(
        frame=frame(request, desk, section="receivables"),
        customer=room.customer,
        customer_url=desk.url("customer", customer=customer),
        currencies=tuple(_currency(room, code, chosen=code == values["currency"]) for code in codes),
        spacings=tuple(
            Option(code, str(word), chosen=code == values["spacing"])
            for code, word in plan_words.SPACINGS.items()
        ),
        values=values,
        error=error,
    )
    if form["number"] and codes:
        page = _seen(page, room, values)
    return render(request, "workbench/plans/offer.html", {"page": page})


def _seen(page: OfferPage, room: Room, values: Mapping[str, str]) -> OfferPage:
    """The page with every date and amount, what it costs in days, and whether policy would have agreed."""
    try:
        draft = plan_terms.draft(of=room, wish=_wish(values))
    except Refused as refused:
        return replace(page, error=page.error or plan_words.refused(refused.args[0]))
    except ValueError:
        return replace(page, error=page.error or _("Fill in every field."))
    code = draft.answer.code
    return replace(
        page,
        lines=tuple((part.due_on, part.amount) for part in draft.parts),
        amount=draft.amount,
        costs_days=days_to_money(parts=draft.parts, today=room.today),
        beyond="" if draft.answer.agreed else str(plan_words.WHY.get(code, "")),
    )


def _currency(room: Room, code: str, *, chosen: bool) -> Option:
    amount = plan_terms.whole(room.of(code))
    return Option(code, show_money(amount, language=get_language() or "es"), chosen=chosen)
