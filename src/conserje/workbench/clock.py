# SPDX-License-Identifier: Apache-2.0
"""The clock of a demo book: see its day, go to a later one, and see what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from conserje.services.insights import diary
from conserje.services.insights.diary import Counted
from conserje.services.integrations import demo_days
from conserje.services.outreach import portal_link
from conserje.services.receivables import lookup
from conserje.services.receivables.lookup import Found
from conserje.services.tenancy.act import acting as acting_for
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_day
from conserje.ui.listing import Option
from conserje.workbench import access
from conserje.workbench.access import Desk
from conserje.workbench.frame import frame
from conserje.workbench.pages import ClockPage

_HAPPENED = "demo_days"
_WORDS: Final = {
    "sent": ngettext_lazy("%(count)s message sent", "%(count)s messages sent", "count"),
    "failed": ngettext_lazy("%(count)s did not arrive", "%(count)s did not arrive", "count"),
    "unsure": ngettext_lazy("%(count)s not confirmed", "%(count)s not confirmed", "count"),
    "drafted": ngettext_lazy("%(count)s draft to approve", "%(count)s drafts to approve", "count"),
    "suppressed": ngettext_lazy("%(count)s held back", "%(count)s held back", "count"),
    "paid": ngettext_lazy("%(count)s payment received", "%(count)s payments received", "count"),
    "closed": ngettext_lazy("%(count)s case closed", "%(count)s cases closed", "count"),
    "promise_kept": ngettext_lazy("%(count)s promise kept", "%(count)s promises kept", "count"),
    "promise_broken": ngettext_lazy("%(count)s promise not kept", "%(count)s promises not kept", "count"),
    "promise_withdrawn": ngettext_lazy(
        "%(count)s promise withdrawn", "%(count)s promises withdrawn", "count"
    ),
}


@access.looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk, happened=tuple(request.session.pop(_HAPPENED, ())))


@access.acting
def _go(request: HttpRequest, desk: Desk) -> HttpResponse:
    _only_demo(desk)
    try:
        to = date.fromisoformat(request.POST.get("to", ""))
        at = demo_days.advance(creditor=desk.creditor, now=desk.now, to=to)
    except ValueError:
        with reading(creditor_id=desk.creditor_id):
            error = _("Choose a day after today, at most %(days)s days ahead.") % {"days": demo_days.DAYS_MAX}
            return _drawn(request, desk, error=error)
    with reading(creditor_id=desk.creditor_id):
        told = diary.counted(creditor_id=desk.creditor_id, since=desk.now, until=at)
    request.session[_HAPPENED] = _lines(told, days=(to - desk.today).days)
    return redirect(desk.url("clock"))


show = access.by_method(get=_show, post=_go)


@access.acting
def see_portal(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """Issue a fresh link to a customer's own page of a demo book, and open it."""
    _only_demo(desk)
    with acting_for(creditor_id=desk.creditor_id):
        found = lookup.customer(creditor_id=desk.creditor_id, text=str(customer))
        if found is None or found.id != customer:
            raise Http404
        (token,) = portal_link.issue_many(
            creditor_id=desk.creditor_id, wanted=[portal_link.Wanted(customer, None, None)], now=desk.now
        )
    address = portal_link.address(creditor=desk.creditor.public_id, token=token)
    return redirect(address.removeprefix(settings.PUBLIC_URL))


def _drawn(
    request: HttpRequest, desk: Desk, *, happened: Sequence[str] = (), error: str = ""
) -> HttpResponse:
    _only_demo(desk)
    next_on = demo_days.next_working_day(creditor=desk.creditor, after=desk.today)
    stories = _stories(desk)
    page = ClockPage(
        frame=frame(request, desk, section="clock"),
        next_on=next_on,
        latest=desk.today + timedelta(days=demo_days.DAYS_MAX),
        mailbox_url=settings.DEMO_MAILBOX_URL,
        portals=tuple(
            Option(str(one.id), one.name, desk.url("portal_link", customer=one.id))
            for one in stories
            if desk.seat.may_act
        ),
        stories=tuple(Option("", one.name, desk.url("customer", customer=one.id)) for one in stories),
        just_happened=tuple(happened),
        error=error,
        may_act=desk.seat.may_act,
    )
    return render(request, "workbench/clock/show.html", {"page": page}, status=422 if error else 200)


def _stories(desk: Desk) -> list[Found]:
    """The customers of the demo whose stories are worth following."""
    from conserje.testing import book

    found = (
        lookup.customer(creditor_id=desk.creditor_id, text=text)
        for text in (book.FORGOTTEN, book.STARTUP, book.SCOPE)
    )
    return [one for one in found if one is not None]


def _only_demo(desk: Desk) -> None:
    if not desk.creditor.is_demo:
        raise Http404


def _lines(told: Sequence[Counted], *, days: int) -> list[str]:
    """One line for each day on which something happened; a line of its own when nothing did."""
    language = get_language() or "es"
    by_day: dict[date, list[str]] = {}
    for item in told:
        word = _WORDS[item.what] % {"count": item.count}
        by_day.setdefault(item.on, []).append(str(word))
    if not by_day:
        text = ngettext("%(days)s day went by without news.", "%(days)s days went by without news.", days)
        return [text % {"days": days}]
    return [
        f"{show_day(on, language=language, shape='long')}: {', '.join(words)}" for on, words in by_day.items()
    ]
