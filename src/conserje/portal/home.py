# SPDX-License-Identifier: Apache-2.0
"""The account: everything owed, everything that happened, what comes next and when, and what can be done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from conserje.domain.outreach.strategy import SHOPPERS
from conserje.portal import account, brand, coming, doors, past
from conserje.portal.account import Account
from conserje.portal.pages import HomePage
from conserje.portal.visit import Visit, looking
from conserje.services.outreach import elsewhere, telling
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_day
from conserje.wording.names import greeting

TOLD_AHEAD = timedelta(days=120)
_SAID = {"progress": _("Noted. Both of us see it here now.")}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the reader had done when the page has to be shown again: what is said to them, and their ticks."""

    warning: str
    chosen: Collection[str] | None = None


@looking
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The account as it stands."""
    return _drawn(request, visit, None)


def again(request: HttpRequest, visit: Visit, *, kept: Kept) -> HttpResponse:
    """The account once more, because what was asked cannot be done as it was: nothing is lost, and it says why."""
    with reading(creditor_id=visit.creditor_id):
        answer = _drawn(request, visit, kept)
    answer.status_code = 409
    return answer


def _drawn(request: HttpRequest, visit: Visit, kept: Kept | None) -> HttpResponse:
    creditor_id, customer_id = visit.creditor_id, visit.customer_id
    told = telling.tell(
        creditor_id=creditor_id, customer_id=customer_id, now=visit.now, until=visit.today + TOLD_AHEAD
    )
    made = telling.touches(creditor_id=creditor_id, customer_id=customer_id)
    found = account.read(visit, told.case)
    outside = elsewhere.told(creditor_id=creditor_id, customer_id=customer_id)
    steps = coming.steps(told)
    page = HomePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        customer=visit.opened.customer_name,
        greeting=f"{greeting(name=visit.opened.contact_name, locale=visit.locale, hour=visit.now.hour)}.",
        groups=account.groups(
            visit, found, pages=_pages(request, found), chosen=kept.chosen if kept else None
        ),
        steps=steps,
        quiet=""
        if steps
        else coming.quiet(
            told, today=visit.today, language=get_language() or "", anything_open=bool(found.open)
        ),
        touches=past.touches(visit, made, outside),
        older_touches=max(0, len(made) + len(outside) - past.SHOWN),
        paid=found.paid,
        doors=doors.shown(visit, doors.DOORS, anything_open=bool(found.open)),
        beside=doors.shown(
            visit,
            doors.SUBSCRIBERS + doors.BESIDE if told.case.serves == SHOPPERS else doors.BESIDE,
            anything_open=bool(found.open),
        ),
        message=str(_SAID.get(request.GET.get("done", ""), "")),
        warning=kept.warning if kept else _not_found(found),
    )
    origins = sorted({origin for offer in found.offers for origin in offer.origins})

    answer = render(request, "portal/account/show.html", {"page": page})
    if origins:
        # Browsers hold a form's answer to the policy of the page it was sent from, and it leads to the gateway.
        csp_update({"form-action": origins})(lambda _request: answer)(request)
    return answer


def _not_found(found: Account) -> str:
    """Kindly, that a payment we were told of was not found, and what helps."""
    if found.not_found_on is None or not found.open:
        return ""
    day = show_day(found.not_found_on, language=get_language() or "", shape="long")
    return gettext(
        "We looked for the payment of %(day)s that you told us of, and could not find it yet."
        " The receipt would help us: you can send it with “I have already paid”."
    ) % {"day": day}


def _pages(request: HttpRequest, found: Account) -> dict[str, int]:
    asked = {code: request.GET.get(code, "") for code in found.currencies()}
    return {
        code: int(page) for code, page in asked.items() if page.isascii() and page.isdigit() and len(page) < 6
    }
