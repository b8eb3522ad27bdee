# SPDX-License-Identifier: Apache-2.0
"""Passing it to a colleague, who gets a link of their own; only whoever has a code may do it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.portal import brand
from conserje.portal.act_pages import PassOnPage
from conserje.portal.confirm import confirmed
from conserje.portal.masks import masked
from conserje.portal.visit import Visit, acting, by_method, looking
from conserje.services.receivables import pass_on

_TEMPLATE = "portal/pass_on/show.html"


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    page = PassOnPage(
        brand=brand.of(visit.creditor), today=visit.today, sent_to=request.GET.get("to", "")[:80]
    )
    return render(request, _TEMPLATE, {"page": page})


@acting("POST")
@confirmed
def _pass(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Write the colleague down and send the link, or show what is missing."""
    values = {name: request.POST.get(name, "").strip()[:240] for name in ("name", "email")}
    errors = {"name": "", "email": ""}
    if not values["name"]:
        errors["name"] = _("Write the name of your colleague.")
    try:
        validate_email(values["email"])
    except ValidationError:
        errors["email"] = _("Write an e-mail address, as in name@company.com.")
    if not any(errors.values()):
        colleague = pass_on.Colleague(values["name"], values["email"])
        try:
            pass_on.to(
                creditor_id=visit.creditor_id,
                customer_id=visit.customer_id,
                colleague=colleague,
                now=visit.now,
            )
        except pass_on.Refused as refused:
            errors["email"] = _refused(str(refused.args[0]))
    if any(errors.values()):
        page = PassOnPage(brand=brand.of(visit.creditor), today=visit.today, values=values, errors=errors)
        return render(request, _TEMPLATE, {"page": page}, status=400)
    answer = HttpResponseRedirect(f"{visit.url('pass_on')}?to={masked(values['email'])}")
    answer.status_code = 303
    return answer


show = by_method(get=_show, post=_pass)


def _refused(code: str) -> str:
    if code == "pass_on_of_a_person":
        return _(
            "We speak of a person's account with that person only. You can forward our message yourself."
        )
    if code == "pass_on_stopped":
        return _("You asked us not to write there. Allow it first on the page about how we write to you.")
    return _(
        "Nothing more can be sent at this moment. Try again in an hour, or forward our message yourself."
    )
