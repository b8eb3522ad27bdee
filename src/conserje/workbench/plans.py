# SPDX-License-Identifier: Apache-2.0
"""Payment plans on the desk: what waits for a person, a customer's plans, and what a person decides of them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.services.arrangements import plan, plan_read
from conserje.services.arrangements.plan_read import Plan
from conserje.services.arrangements.plan_terms import Refused
from conserje.services.insights.waiting import Waiting
from conserje.services.receivables import lookup
from conserje.workbench import plan_words
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention
from conserje.workbench.plan_pages import PlanRow, PlansPage


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Proposals to answer and plans of which a second instalment was missed, the oldest first."""
    page = PlansPage(
        frame=frame(request, desk, section="plans"),
        rows=tuple(_row(desk, item) for item in plan_read.waiting(creditor_id=desk.creditor_id)),
        policy_url=desk.url("plan_policy"),
    )
    return render(request, "workbench/plans/list.html", {"page": page})


@looking
def of_customer(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """Every plan of one customer, the latest first."""
    found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
    if found is None or found.id != customer:
        raise Http404
    rows = plan_read.of_customer(creditor_id=desk.creditor_id, customer_id=customer)
    page = PlansPage(
        frame=frame(request, desk, section="receivables"),
        rows=tuple(_row(desk, item) for item in rows),
        customer=found.name,
        customer_url=desk.url("customer", customer=customer),
        offer_url=desk.url("plan_offer", customer=customer) if desk.seat.may_act else "",
        policy_url=desk.url("plan_policy"),
    )
    return render(request, "workbench/plans/list.html", {"page": page})


@acting
def decide(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """What a person decides (POST `as`: accept, refuse, give_time, end)."""
    ways: dict[str, tuple[Callable[..., object], str]] = {
        "accept": (
            plan.accept,
            _("Agreed: the customer sees it on their page, and its days are what is due."),
        ),
        "refuse": (plan.refuse, _("Not agreed: contacts go on, kindly.")),
        "give_time": (plan.give_time, _("Moved to the end: the plan goes on.")),
        "end": (
            plan.end,
            _("Ended: what is open is due as its invoices say, and contacts begin anew, kindly."),
        ),
    }
    way = ways.get(request.POST.get("as", ""))
    if way is None:
        raise Http404
    try:
        way[0](creditor_id=desk.creditor_id, plan_id=plan_id, by=desk.by, now=desk.now)
    except LookupError:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, plan_words.refused(refused.args[0]))
    else:
        messages.success(request, way[1])
    return redirect(desk.url("plans"))


def attention(desk: Desk, waiting: Waiting) -> tuple[Attention, ...]:
    """The line of the first screen: how many plans wait for a person."""
    count = waiting.plans
    text = ngettext("payment plan waits for your answer", "payment plans wait for your answer", count)
    return (Attention(count, text, desk.url("plans"), "rest"),) if count else ()


def _row(desk: Desk, item: Plan) -> PlanRow:
    waits = "proposal" if item.state == "proposed" else "referred" if item.referred_at is not None else ""
    return PlanRow(
        id=item.id,
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        state=str(plan_words.STATES[item.state]),
        tone=plan_words.TONES.get(item.state, "rest"),
        amount=item.amount,
        open=item.open,
        what=plan_words.what(item),
        why=plan_words.why(item),
        invoices=item.numbers,
        lines=tuple((line.due_on, line.amount, line.open) for line in item.lines),
        waits=waits,
        active=item.state == "active",
        act_url=desk.url("plan_decision", plan_id=item.id) if desk.seat.may_act else "",
        offer_url=desk.url("plan_offer", customer=item.customer_id) if waits == "proposal" else "",
        paper_url=desk.url("plan_paper", plan_id=item.id) if item.is_signed else "",
    )
