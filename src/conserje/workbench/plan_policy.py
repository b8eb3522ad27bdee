# SPDX-License-Identifier: Apache-2.0
"""The policy of plans and promises: what is agreed to without a person. Each change is a version."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.domain.arrangements.plan import Spacing, Terms, days_to_money, schedule
from conserje.domain.arrangements.policy import PolicyRefused, read
from conserje.domain.kit.money import Money, from_decimal
from conserje.services.arrangements import policy
from conserje.services.tenancy.act import reading
from conserje.ui.listing import Option
from conserje.workbench import access, plan_words
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.plan_pages import PolicyField, PolicyPage
from conserje.workbench.words import CUSTOMER_KINDS

_Texts = Mapping[str, tuple[Promise, Promise]]
_PLANS: Final[_Texts] = {
    "number_max": (gettext_lazy("Most instalments"), gettext_lazy("More are proposed to a person.")),
    "down_percent": (gettext_lazy("Down payment, in percent"), gettext_lazy("0: none.")),
    "first_within_days": (
        gettext_lazy("Days until the first instalment, at most"),
        gettext_lazy("From the day it is agreed."),
    ),
    "longest_days": (
        gettext_lazy("Days until the last instalment, at most"),
        gettext_lazy("From the day it is agreed."),
    ),
    "move_after_days": (
        gettext_lazy("Days until a missed instalment moves to the end"),
        gettext_lazy("Once; the second time a person decides. The customer reads this before signing."),
    ),
    "date_changes": (gettext_lazy("How often the customer may move a day"), gettext_lazy("0: never.")),
    "date_change_days": (gettext_lazy("By how many days, at most"), gettext_lazy("Each time.")),
}
_PROMISES: Final[_Texts] = {
    "latest_days": (
        gettext_lazy("Days ahead that a promise to pay may name"),
        gettext_lazy("A later day is agreed with a person."),
    ),
    "broken_max": (
        gettext_lazy("Broken promises in a year after which only a person takes one"),
        gettext_lazy("0: always a person."),
    ),
}
_GRACE: Final[_Texts] = {
    "card": (
        gettext_lazy("Days of grace for a card"),
        gettext_lazy("So long after its day a payment still counts as in time."),
    ),
    "transfer": (
        gettext_lazy("Days of grace for a bank transfer"),
        gettext_lazy("The longest holds where it is not known how they pay."),
    ),
    "cash": (
        gettext_lazy("Days of grace for cash or a voucher"),
        gettext_lazy("Vouchers are confirmed a day or two later."),
    ),
}
_AMOUNTS: Final[_Texts] = {
    "least": (gettext_lazy("Plans from this amount on"), gettext_lazy("Empty: any amount.")),
    "person_above": (
        gettext_lazy("Above this amount a person agrees"),
        gettext_lazy("Empty: never for the amount alone."),
    ),
}


@access.looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk, policy.content_in_force(creditor_id=desk.creditor_id))


@access.acting
def _adopt(request: HttpRequest, desk: Desk) -> HttpResponse:
    if not desk.seat.leads:
        raise PermissionDenied
    with reading(creditor_id=desk.creditor_id):
        known = policy.content_in_force(creditor_id=desk.creditor_id)
    try:
        content = _content(request, known, desk.creditor.currency)
        adopted = policy.adopt(creditor_id=desk.creditor_id, content=content, by=desk.by, now=desk.now)
    except (PolicyRefused, ValueError, InvalidOperation) as refused:
        labels = {**_PLANS, **_PROMISES, **_GRACE, **_AMOUNTS}
        name = str(refused.args[0]) if isinstance(refused, PolicyRefused) and refused.args else ""
        label = str(labels[name][0]) if name in labels else ""
        with reading(creditor_id=desk.creditor_id):
            error = _("Nothing was changed. Look at: %(field)s") % {"field": label or _("the numbers")}
            answer = _drawn(request, desk, known, error)
        answer.status_code = 400
        return answer
    messages.success(request, _("In force now, as version %(version)s.") % {"version": adopted.version})
    return redirect(desk.url("plan_policy"))


show = access.by_method(get=_show, post=_adopt)


def _content(request: HttpRequest, known: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The policy as the form has it; amounts in other currencies stay. Raises `ValueError` for what is no number."""
    form = request.POST
    plans: dict[str, Any] = {name: int(form.get(name, "")) for name in _PLANS}
    plans["kinds"] = form.getlist("kinds")
    plans["spacings"] = form.getlist("spacings")
    for name in _AMOUNTS:
        text = form.get(name, "").strip()
        amounts = {code: minor for code, minor in known["plans"][name].items() if code != currency}
        if text:
            amounts[currency] = from_decimal(Decimal(text), currency).minor
        plans[name] = amounts
    return {
        "plans": plans,
        "promises": {name: int(form.get(name, "")) for name in _PROMISES},
        "grace_days": {name: int(form.get(name, "")) for name in _GRACE},
    }


def _drawn(request: HttpRequest, desk: Desk, content: Mapping[str, Any], error: str = "") -> HttpResponse:
    rules, currency = read(content), desk.creditor.currency
    plans = content["plans"]
    longest = Terms(rules.plans.number_max, rules.plans.spacings[-1], desk.today)
    parts = schedule(amount=Money(currency, 10**9), terms=longest, closed=lambda _on: False)
    amounts = {
        name: str(Money(currency, plans[name][currency]).decimal()) if currency in plans[name] else ""
        for name in _AMOUNTS
    }
    page = PolicyPage(
        frame=frame(request, desk, section="receivables"),
        version=rules.version,
        kinds=tuple(
            Option(code, str(CUSTOMER_KINDS[code]), chosen=code in rules.plans.kinds)
            for code in ("company", "person")
        ),
        spacings=tuple(
            Option(item.value, str(plan_words.SPACINGS[item.value]), chosen=item in rules.plans.spacings)
            for item in Spacing
        ),
        fields=(
            *_fields(_PLANS, plans),
            *_fields(_PROMISES, content["promises"]),
            *_fields(_GRACE, content["grace_days"]),
        ),
        amounts=_fields(_AMOUNTS, amounts),
        currency=currency,
        costs_days=days_to_money(parts=parts, today=desk.today),
        may_change=desk.seat.leads,
        error=error,
    )
    return render(request, "workbench/plans/policy.html", {"page": page})


def _fields(texts: _Texts, values: Mapping[str, Any]) -> tuple[PolicyField, ...]:
    return tuple(
        PolicyField(name, str(label), str(hint), str(values[name])) for name, (label, hint) in texts.items()
    )
