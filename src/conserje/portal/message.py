# SPDX-License-Identifier: Apache-2.0
"""One message word for word, for whoever has a code: the account itself lists only that it was sent, and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from conserje.portal import brand
from conserje.portal.act_pages import MessagePage
from conserje.portal.confirm import confirmed
from conserje.portal.visit import Visit, looking, not_open
from conserje.services.insights import message
from conserje.services.outreach import telling


@looking
@confirmed
def show(request: HttpRequest, visit: Visit, *, touch: int) -> HttpResponse:
    """What was written to this customer, while it is kept."""
    made = telling.touches(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    found = next((item for item in made if item.id == touch), None)
    said = message.said(creditor_id=visit.creditor_id, touch_id=touch) if found is not None else None
    if found is None or said is None:
        return not_open(request)
    page = MessagePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        on=found.at.astimezone(visit.now.tzinfo),
        channel=found.channel,
        subject=said.subject,
        text=message.without_links(said.text),
    )
    return render(request, "portal/message/show.html", {"page": page})
