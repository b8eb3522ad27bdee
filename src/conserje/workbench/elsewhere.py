# SPDX-License-Identifier: Apache-2.0
"""A contact made elsewhere, written down so that it counts: a call from a mobile phone, the lawyer's letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.ports.channel import Channel
from conserje.domain.rules.facts import ContactOutcome
from conserje.services.outreach import elsewhere
from conserje.services.outreach.elsewhere import Contacted, Refused
from conserje.services.receivables import lookup
from conserje.services.tenancy.act import reading
from conserje.ui import labels
from conserje.ui.listing import Option
from conserje.workbench import access
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.pages import ElsewherePage
from conserje.workbench.words import CONTACT_OUTCOMES, ELSEWHERE_REFUSED, name

CHANNELS = (
    Channel.CALL,
    Channel.EMAIL,
    Channel.WHATSAPP,
    Channel.SMS,
    Channel.LETTER,
    Channel.REGISTERED_LETTER,
    Channel.VISIT_WORK,
    Channel.VISIT_HOME,
)
OUTCOMES = (
    ContactOutcome.TWO_WAY,
    ContactOutcome.ANSWERED,
    ContactOutcome.DELIVERED,
    ContactOutcome.ATTEMPTED,
)


@access.looking
def _show(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    if not desk.seat.may_act:
        raise Http404
    return _drawn(request, desk, customer, {"at": f"{desk.now:%Y-%m-%dT%H:%M}"})


@access.acting
def _write(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    form = {key: request.POST.get(key, "") for key in ("channel", "at", "outcome", "direction")}
    try:
        contact = _contact(desk, form)
    except ValueError:
        error = _("Say when it was, through what, and how it went.")
    else:
        try:
            elsewhere.log(
                creditor_id=desk.creditor_id, customer_id=customer, contact=contact, by=desk.by, now=desk.now
            )
        except Refused as refused:
            error = name(ELSEWHERE_REFUSED, refused.why.value)
        except ObjectDoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, _("Written down: it counts for every limit from now on."))
            return redirect(desk.url("customer", customer=customer))
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, customer, form, error)
    answer.status_code = 400
    return answer


show = access.by_method(get=_show, post=_write)


@access.acting
def undo(request: HttpRequest, desk: Desk, contact: int) -> HttpResponse:
    """Take a contact back within a day of writing it down."""
    try:
        customer = elsewhere.undo(creditor_id=desk.creditor_id, contact_id=contact, by=desk.by, now=desk.now)
    except Refused as refused:
        messages.info(request, name(ELSEWHERE_REFUSED, refused.why.value))
        return redirect(desk.url("home"))
    messages.info(request, _("Taken back: it counts no more."))
    return redirect(desk.url("customer", customer=customer))


def _contact(desk: Desk, form: Mapping[str, str]) -> Contacted:
    at = datetime.fromisoformat(form["at"])
    return Contacted(
        channel=Channel(form["channel"]),
        at=at if at.tzinfo is not None else at.replace(tzinfo=desk.zone),
        outcome=ContactOutcome(form["outcome"]),
        inbound=form["direction"] == "inbound",
    )


def _drawn(
    request: HttpRequest, desk: Desk, customer: int, form: Mapping[str, str], error: str = ""
) -> HttpResponse:
    found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
    if found is None or found.id != customer:
        raise Http404
    page = ElsewherePage(
        frame=frame(request, desk, section="receivables"),
        customer=found.name,
        customer_url=desk.url("customer", customer=customer),
        channels=tuple(Option(item.value, str(labels.CHANNELS[item.value])) for item in CHANNELS),
        outcomes=tuple(Option(item.value, name(CONTACT_OUTCOMES, item.value)) for item in OUTCOMES),
        chosen=form,
        latest=f"{desk.now:%Y-%m-%dT%H:%M}",
        error=error,
    )
    return render(request, "workbench/elsewhere/show.html", {"page": page})
