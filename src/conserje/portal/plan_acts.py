# SPDX-License-Identifier: Apache-2.0
"""What a reader does with an agreed plan: pay its next part or all that is left, move the day of a part."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from conserje.domain.kit.money import Money, total
from conserje.domain.outreach.case import Due
from conserje.domain.outreach.evidence import Trace
from conserje.domain.ports.gateway import Payer
from conserje.domain.receivables.allocation import Share
from conserje.domain.receivables.checkout import Attempt
from conserje.portal import agreements
from conserje.portal import plan as plan_page
from conserje.portal.confirm import confirmed
from conserje.portal.visit import Visit, acting, leave_trace, looking, not_open
from conserje.services.arrangements import plan, plan_read
from conserje.services.arrangements.plan_read import Plan
from conserje.services.arrangements.plan_terms import Refused
from conserje.services.outreach import telling
from conserje.services.receivables import checkout, gateway, payer
from conserje.services.receivables.checkout import Started
from conserje.services.receivables.gateway import Choice
from conserje.services.receivables.refusals import Refused as NotPayable
from conserje.services.tenancy.act import reading


@acting("POST")
def pay(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the reader to the gateway for the next part, or (POST `what` "rest") for all that is left."""
    with reading(creditor_id=visit.creditor_id):
        found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
        case = telling.case(creditor_id=visit.creditor_id, customer_id=visit.customer_id, now=visit.now)
        offers = gateway.offers(creditor_id=visit.creditor_id)
        who = payer.of(
            creditor_id=visit.creditor_id, customer_id=visit.customer_id, contact_id=visit.opened.contact_id
        )
    if found is None or found.state != "active" or found.next is None:
        return not_open(request)
    shares = _shares(found, case.dues, rest=request.POST.get("what") == "rest")
    choices = gateway.choices(
        offers=offers,
        amount=total((share.amount for share in shares), currency=found.amount.currency),
        country=case.subject.country or visit.creditor.country,
        tax_id=who.tax_id,
        late_days=(visit.today - found.next.due_on).days,
    )
    if not shares or not choices:
        return _again(request, visit, _("This cannot be paid here now. Write to us and we tell you how."))
    choice = choices[0]
    attempt = _attempt(visit, shares, nonce=request.POST.get("attempt", ""), choice=choice, who=who)
    try:
        started = checkout.start(
            creditor_id=visit.creditor_id, attempt=attempt, access=choice.offer.access, now=visit.now
        )
    except NotPayable:
        return _again(request, visit, plan_page.refusal("invoices_changed"))
    if not isinstance(started, Started):
        sentence = _("The payment page did not open. Nothing was charged: please try again in a few minutes.")
        return _again(request, visit, sentence)
    leave_trace(visit, Trace.PAYMENT, attempt.public_id)
    onward = started.url or visit.url("instructions", attempt=attempt.public_id)
    return HttpResponse(status=303, headers={"Location": onward})


@acting("POST")
@confirmed
def move(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Another day for a part (POST `position`, `on`)."""
    with reading(creditor_id=visit.creditor_id):
        found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    if found is None:
        return not_open(request)
    try:
        plan.change_day(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            plan_id=found.id,
            position=int(request.POST.get("position", "")),
            on=date.fromisoformat(request.POST.get("on", "")),
            now=visit.now,
        )
    except Refused as refused:
        return _again(request, visit, plan_page.refusal(refused.args[0]))
    except ValueError:
        return _again(request, visit, plan_page.refusal("day_out_of_bounds"))
    answer = HttpResponseRedirect(visit.url("plan"))
    answer.status_code = 303
    return answer


@acting("POST")
@confirmed
def automatic(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Have the parts charged to a card on file on their days (POST `mandate`), or, with none, no longer."""
    with reading(creditor_id=visit.creditor_id):
        found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    chosen = request.POST.get("mandate", "")
    if found is None:
        return not_open(request)
    try:
        plan.use_mandate(
            creditor_id=visit.creditor_id,
            customer_id=visit.customer_id,
            plan_id=found.id,
            mandate_id=int(chosen) if chosen.isascii() and chosen.isdecimal() else None,
            now=visit.now,
        )
    except Refused:
        return _again(request, visit, _("That card cannot be charged any more. Choose another one."))
    answer = HttpResponseRedirect(visit.url("plan"))
    answer.status_code = 303
    return answer


@looking
@confirmed
def paper(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was agreed, as a PDF."""
    found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    signed = plan_read.signed(creditor_id=visit.creditor_id, plan_id=found.id) if found is not None else None
    return not_open(request) if signed is None else agreements.signed_paper(visit, signed)


def _again(request: HttpRequest, visit: Visit, warning: str) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        found = plan_read.current(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
        if found is None:
            return not_open(request)
        answer = plan_page.shown(request, visit, found, warning=warning)
    answer.status_code = 409
    return answer


def _shares(found: Plan, dues: tuple[Due, ...], *, rest: bool) -> tuple[Share, ...]:
    """What the next part, or all of them, has open of each invoice."""
    own = [due for due in dues if due.late_after is not None and due.currency == found.amount.currency]
    if not rest and own:
        own = [due for due in own if due.position == own[0].position]
    minor: dict[int, int] = defaultdict(int)
    for due in own:
        minor[due.invoice_id] += due.open_minor
    return tuple(Share(key, Money(found.amount.currency, value)) for key, value in minor.items())


def _attempt(visit: Visit, shares: tuple[Share, ...], *, nonce: str, choice: Choice, who: Payer) -> Attempt:
    """The same press of the same page is the same attempt."""
    adapter = choice.offer.access.gateway
    text = repr((visit.creditor_id, visit.customer_id, nonce, adapter, shares))
    public_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    hook = reverse("hooks:receive", kwargs={"creditor": visit.creditor.public_id, "adapter": adapter})
    return Attempt(
        public_id=public_id,
        customer_id=visit.customer_id,
        shares=shares,
        description=f"{visit.creditor.name} · {_('payment in parts')}"[:120],
        return_url=settings.PUBLIC_URL + visit.url("result", attempt=public_id),
        hook_url=settings.PUBLIC_URL + hook,
        locale=visit.locale,
        methods=choice.methods,
        payer=who,
    )
