# SPDX-License-Identifier: Apache-2.0
"""What the creditor settles for by itself: from which stage on, how much less by age, by when, in how many parts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.arrangements.settlement import STAGES, Policy, Tier
from conserje.domain.kit.money import Money
from conserje.services.arrangements import settlement
from conserje.services.tenancy.act import reading
from conserje.ui.amount_entry import read_minor
from conserje.ui.codes import name
from conserje.ui.dispute_words import REFUSALS
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.dispute_pages import SettlementPolicyPage
from conserje.workbench.frame import frame
from conserje.workbench.words import STAGES as STAGE_WORDS

TIERS: Final = 4
_USUAL: Final = {
    "stage": "final",
    "days_0": "45",
    "percent_0": "10",
    "deadline_days": "15",
    "instalments": "1",
}


@looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    found = settlement.in_force(creditor_id=desk.creditor_id)
    values = _values(found) if found is not None else _USUAL
    return _drawn(request, desk, values, in_force=found is not None)


@acting
def _change(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Put it in force, or (POST `end`) offer nothing by itself any more."""
    policy = None if "end" in request.POST else _policy(request.POST, desk.creditor.currency)
    if isinstance(policy, str):
        return _again(request, desk, policy)
    try:
        settlement.adopt(creditor_id=desk.creditor_id, policy=policy, by=desk.by, now=desk.now)
    except settlement.Refused as refused:
        return _again(request, desk, refused.args[0])
    messages.success(
        request,
        _("Nothing is settled without a person any more.")
        if policy is None
        else _("In force. Customers see it on their page from that stage on."),
    )
    return redirect(desk.url("settlements"))


show = by_method(get=_show, post=_change)


def _policy(values: Mapping[str, str], currency: str) -> Policy | str:
    """The policy of a form, or the code of what cannot be read."""
    tiers = []
    for row in range(TIERS):
        days, percent = (values.get(f"{field}_{row}", "").strip() for field in ("days", "percent"))
        if not days and not percent:
            continue
        share = _share(percent)
        if not days.isdecimal() or len(days) > 4 or share is None:
            return "settlement_share"
        tiers.append(Tier(int(days), share))
    deadline, instalments = (values.get(field, "").strip() for field in ("deadline_days", "instalments"))
    if not deadline.isdecimal() or len(deadline) > 3:
        return "settlement_deadline"
    if not instalments.isdecimal() or len(instalments) > 3:
        return "settlement_instalments"
    least = read_minor(values.get("at_least", "").strip() or "0", currency=currency)
    if least is None:
        return "amount_unreadable"
    return Policy(
        from_stage=values.get("stage", ""),
        tiers=tuple(tiers),
        deadline_days=int(deadline),
        instalments=int(instalments),
        currency=currency,
        at_least_minor=least,
    )


def _share(percent: str) -> int | None:
    """ "12,5" is 1250 ten-thousandths; None when it is no percentage with two decimals at most."""
    try:
        exact = Decimal(percent.replace(",", ".")) * 100
    except InvalidOperation:
        return None
    return (
        int(exact)
        if exact.is_finite() and exact == exact.to_integral_value() and 0 < exact <= 10_000
        else None
    )


def _values(policy: Policy) -> dict[str, str]:
    values = {
        "stage": policy.from_stage,
        "deadline_days": str(policy.deadline_days),
        "instalments": str(policy.instalments),
        "at_least": str(Money(policy.currency, policy.at_least_minor).decimal())
        if policy.at_least_minor
        else "",
    }
    for row, tier in enumerate(policy.tiers):
        values[f"days_{row}"] = str(tier.from_days)
        values[f"percent_{row}"] = f"{Decimal(tier.share).scaleb(-2).normalize():f}"
    return values


def _again(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    with reading(creditor_id=desk.creditor_id):
        known = settlement.in_force(creditor_id=desk.creditor_id) is not None
        return _drawn(request, desk, request.POST, in_force=known, warning=name(REFUSALS, code))


def _drawn(
    request: HttpRequest, desk: Desk, values: Mapping[str, str], *, in_force: bool, warning: str = ""
) -> HttpResponse:
    page = SettlementPolicyPage(
        frame=frame(request, desk, section="home"),
        in_force=in_force,
        stages=tuple(
            Option(code, name(STAGE_WORDS, code), chosen=code == values.get("stage", "")) for code in STAGES
        ),
        tiers=tuple(
            (values.get(f"days_{row}", ""), values.get(f"percent_{row}", "")) for row in range(TIERS)
        ),
        deadline_days=values.get("deadline_days", ""),
        instalments=values.get("instalments", ""),
        currency=desk.creditor.currency,
        at_least=values.get("at_least", ""),
        may_change=desk.seat.may_act,
        warning=warning,
    )
    status = 400 if warning else 200
    return render(request, "workbench/settlements/show.html", {"page": page}, status=status)
