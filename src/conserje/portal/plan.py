# SPDX-License-Identifier: Apache-2.0
"""Paying in parts: choose within what the creditor agrees to, see every date and amount, sign with a name."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from conserje.domain.arrangements.plan import Spacing
from conserje.domain.kit.money import Money
from conserje.portal import agreements, brand, proposals
from conserje.portal.confirm import confirmed
from conserje.portal.plan_pages import PlanChoosePage, PlanLine, PlanPage
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.arrangements import plan, plan_read, plan_terms, policy
from conserje.services.arrangements.plan import Signing
from conserje.services.arrangements.plan_read import Plan
from conserje.services.arrangements.plan_terms import Refused, Room, Wish
from conserje.services.receivables import gateway, mandate
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_money
from conserje.ui.listing import Option

_NUMBERS: Final = (2, 3, 4, 5, 6, 8, 9, 10, 12, 18, 24)
_SPACINGS: Final = {
    Spacing.WEEKLY: gettext_lazy("Every week"),
    Spacing.FORTNIGHTLY: gettext_lazy("Every two weeks"),
    Spacing.MONTHLY: gettext_lazy("Every month"),
}
_REFUSED: Final = {
    "text_changed": gettext_lazy("Something changed since this page was opened. This is how it is now: look again."),
    "invoices_changed": gettext_lazy("What is open changed since this page was opened. This is how it is now."),
    "nothing_open": gettext_lazy("There is nothing open that can be paid in parts."),
    "first_in_the_past": gettext_lazy("Choose a first day from today on."),
    "number_out_of_bounds": gettext_lazy("This amount cannot be divided into so many parts."),
    "no_plan_here": gettext_lazy("This cannot be paid in parts here. Write to us and we look for another way."),
    "name_missing": gettext_lazy("Write your name to accept."),
    "offer_over": gettext_lazy("This offer is over. Write to us and we make another."),
    "day_out_of_bounds": gettext_lazy("That day is too far away, or too close to another part. Choose a nearer one."),
    "no_change_left": gettext_lazy("The days were moved as often as was agreed. Write to us and we look at it."),
    "nothing_to_move": gettext_lazy("That part is paid, or the plan is over."),
}  # fmt: skip


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The plan that stands, the offer that waits, or the form to choose one; `?new` always shows the form."""
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    found = plan_read.current(**who)
    if found is not None and found.state == "offered":
        return _drawn(request, _offer_page(visit, found))
    if found is not None and "new" not in request.GET and "number" not in request.GET:
        return shown(request, visit, found)
    return _drawn(request, _choose_page(visit, request.GET))


@acting("POST")
@confirmed
def _sign(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The reader accepts what they saw: a plan they chose, or the one that was offered."""
    form = {key: request.POST.get(key, "").strip() for key in (*_FIELDS, "name", "seen", "offer")}
    try:
        _accept(request, visit, form)
    except (Refused, LookupError, ValueError) as refused:
        code = refused.args[0] if isinstance(refused, Refused) else "text_changed"
        with reading(creditor_id=visit.creditor_id):
            page = _again(visit, form, code)
        return _drawn(request, page, status=400)
    answer = HttpResponseRedirect(visit.url("plan"))
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_sign)
_FIELDS: Final = ("currency", "number", "spacing", "first_on")


def shown(request: HttpRequest, visit: Visit, found: Plan, *, warning: str = "") -> HttpResponse:
    """The page of a plan that was agreed or proposed; call it inside a reading transaction."""
    offers = gateway.offers(creditor_id=visit.creditor_id)
    rules = policy.in_force(creditor_id=visit.creditor_id)
    signed = plan_read.signed(creditor_id=visit.creditor_id, plan_id=found.id)
    lines = tuple(_line(visit, found, number) for number in range(len(found.lines)))
    ahead = next((line for line in lines if line.open.minor), None)
    offer = gateway.taking(offers=offers, currency=found.amount.currency)
    page = PlanPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        state=found.state,
        amount=found.amount,
        open=found.open,
        invoices=found.numbers,
        lines=lines,
        next=ahead,
        can_pay=found.state == "active" and offer is not None,
        attempt=secrets.token_urlsafe(12),
        changes=found.date_changes_left if found.state == "active" else 0,
        change_days=rules.plans.date_change_days,
        by_mandate=found.by_mandate,
        cards=_cards(visit, found),
        text=proposals.text_shown(signed.text) if signed is not None else None,
        signed=agreements.signed_lines(visit, signed) if signed is not None else (),
        warning=warning,
    )
    answer = render(request, "portal/plan/show.html", {"page": page})
    if offer is not None and page.can_pay:
        # Browsers hold a form's answer to the policy of the page it was sent from, and it leads to the gateway.
        csp_update({"form-action": list(offer.origins)})(lambda _request: answer)(request)
    return answer


def refusal(code: str) -> str:
    """The sentence of a refusal, for the reader."""
    return str(_REFUSED.get(code, _REFUSED["text_changed"]))


def _accept(request: HttpRequest, visit: Visit, form: Mapping[str, str]) -> None:
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    signing = Signing(
        name=form["name"],
        sha256=form["seen"],
        locale=visit.locale,
        address=request.META.get("REMOTE_ADDR", ""),
        link_id=visit.opened.link_id,
    )
    if not form["name"]:
        raise Refused("name_missing")
    if form["offer"]:
        plan.take_up(**who, plan_id=int(form["offer"]), signing=signing, now=visit.now)
    else:
        plan.propose(**who, wish=_wish(form), signing=signing, now=visit.now)


def _wish(form: Mapping[str, str]) -> Wish:
    """What the fields ask for. Raises `ValueError` when they cannot be read."""
    return Wish(
        currency=form["currency"],
        number=int(form["number"]),
        spacing=Spacing(form["spacing"]),
        first_on=date.fromisoformat(form["first_on"]),
    )


def _again(visit: Visit, form: Mapping[str, str], code: str) -> PlanChoosePage:
    wrong = refusal(code) if code == "name_missing" else ""
    warning = "" if wrong else refusal(code)
    if form["offer"]:
        found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
        if found is not None and found.state == "offered":
            return _offer_page(visit, found, name=form["name"], wrong=wrong, warning=warning)
    return _choose_page(visit, form, wrong=wrong, warning=warning)


def _choose_page(
    visit: Visit, form: Mapping[str, str], *, wrong: str = "", warning: str = ""
) -> PlanChoosePage:
    room = plan_terms.room(creditor_id=visit.creditor_id, customer_id=visit.customer_id, now=visit.now)
    offered = room.offered()
    asked = form.get("currency", "")
    currency = asked if asked in offered else next(iter(offered), "")
    if not currency:
        return PlanChoosePage(brand.of(visit.creditor), visit.today, None, warning=warning)
    rules = room.policy.plans
    first_on = _day(form.get("first_on", "")) or room.today + timedelta(days=min(7, rules.first_within_days))
    number, spacing = form.get("number", ""), form.get("spacing", "")
    text, asks = None, False
    if number:
        try:
            chosen = _wish({**{key: form.get(key, "") for key in _FIELDS}, "currency": currency,
                            "first_on": first_on.isoformat()})  # fmt: skip
            draft = plan_terms.draft(of=room, wish=chosen)
            asks = not draft.answer.agreed
            words = plan.text(creditor_id=visit.creditor_id, of=room, draft=draft, locale=visit.locale)
            text = proposals.text_shown(words)
        except Refused as refused:
            warning = warning or refusal(refused.args[0])
        except ValueError:
            warning = warning or refusal("number_out_of_bounds")
    return PlanChoosePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        amount=plan_terms.whole(room.of(currency)),
        currencies=_currencies(room, offered, currency),
        numbers=_numbers(rules.number_max, number),
        spacings=tuple(
            Option(item.value, str(_SPACINGS[item]), chosen=item.value == (spacing or rules.spacings[-1]))
            for item in rules.spacings
        ),
        first_on=first_on,
        latest=room.today + timedelta(days=rules.first_within_days),
        text=text,
        asks=asks,
        values={"currency": currency, "number": number, "spacing": spacing},
        name=form.get("name", ""),
        name_wrong=wrong,
        warning=warning,
    )


def _offer_page(
    visit: Visit,
    found: Plan,
    *,
    name: str = "",
    wrong: str = "",
    warning: str = "",
) -> PlanChoosePage:
    words = plan.offered_text(
        creditor_id=visit.creditor_id, plan_id=found.id, locale=visit.locale, now=visit.now
    )
    return PlanChoosePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        amount=found.amount,
        text=proposals.text_shown(words),
        offer=str(found.id),
        offered_until=found.offered_until,
        name=name,
        name_wrong=wrong,
        warning=warning,
    )


def _drawn(request: HttpRequest, page: PlanChoosePage, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/plan/choose.html", {"page": page}, status=status)


def _currencies(room: Room, offered: tuple[str, ...], chosen: str) -> tuple[Option, ...]:
    if len(offered) < 2:
        return ()
    return tuple(
        Option(code, _shown(plan_terms.whole(room.of(code))), chosen=code == chosen) for code in offered
    )


def _shown(amount: Money) -> str:
    return show_money(amount, language=get_language() or "")


def _numbers(most: int, chosen: str) -> tuple[Option, ...]:
    """The numbers that are agreed at once, and the two that follow, which a person looks at."""
    within = [number for number in _NUMBERS if number <= most]
    beyond = [number for number in _NUMBERS if number > most][:2]
    shown = [*within, *beyond]
    pick = chosen or str(3 if 3 in within else shown[0])
    return tuple(
        Option(
            str(number),
            ngettext("%(count)s part", "%(count)s parts", number) % {"count": number}
            + (f" · {_('a person answers')}" if number > most else ""),
            chosen=str(number) == pick,
        )
        for number in shown
    )


def _cards(visit: Visit, found: Plan) -> tuple[Option, ...]:
    """The cards on file by which an active plan may be charged."""
    if found.state != "active":
        return ()
    held = mandate.in_force(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return tuple(
        Option(str(one.id), f"{one.brand or one.method} •••• {one.last4}".strip(" •"))
        for one in held
        if one.currency == found.amount.currency
    )


def _line(visit: Visit, found: Plan, index: int) -> PlanLine:
    line = found.lines[index]
    first = found.next
    if not line.open.minor:
        state = "paid"
    elif line.due_on < visit.today:
        state = "late"
    elif line.open.minor < line.amount.minor:
        state = "part"
    else:
        state = "next" if first is line else "coming"
    return PlanLine(
        line.number, line.position, line.due_on, line.amount, line.open, state, line.moved_from_on
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
