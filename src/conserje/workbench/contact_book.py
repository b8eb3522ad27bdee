# SPDX-License-Identifier: Apache-2.0
"""The book of a day's contacts: each has an end or a reason to wait, and what is missing is told first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from conserje.domain.outreach.conservation import ENDS, WAITS, Alarm, Fate
from conserje.services.outreach import alert, conservation
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.unsure_pages import AlertRow, BookPage

FATES: Final[dict[Fate, Promise]] = {
    Fate.ACCEPTED: gettext_lazy("Sent"),
    Fate.FAILED: gettext_lazy("Did not arrive"),
    Fate.SUPPRESSED: gettext_lazy("Not sent, with its reason"),
    Fate.UNSURE: gettext_lazy("Nobody knows whether it arrived"),
    Fate.DRAFT: gettext_lazy("Waits for approval"),
    Fate.LATER: gettext_lazy("Planned for later"),
    Fate.STOPPED: gettext_lazy("Waits: sending is stopped"),
    Fate.PAUSED: gettext_lazy("Waits: sending is paused"),
    Fate.NOT_NOW: gettext_lazy("Waits for a lawful hour or for a carrier"),
    Fate.LEAVING: gettext_lazy("About to leave"),
}
ALARMS: Final = {
    Alarm.NOT_SENT: ngettext_lazy(
        "message should have left more than 15 minutes ago and has not",
        "messages should have left more than 15 minutes ago and have not",
        "count",
    ),
    Alarm.CLAIM_ABANDONED: ngettext_lazy(
        "message was held by a process that is no more",
        "messages were held by a process that is no more",
        "count",
    ),
    Alarm.NOT_WATCHED: ngettext_lazy(
        "customer owes something and was not going to be looked at",
        "customers owe something and were not going to be looked at",
        "count",
    ),
    Alarm.REVIEW_LATE: ngettext_lazy(
        "customer should have been looked at more than 15 minutes ago",
        "customers should have been looked at more than 15 minutes ago",
        "count",
    ),
    Alarm.TURN_MISSING: gettext_lazy("turn of work is due and was not in the queue"),
    Alarm.LEDGER_DISAGREES: ngettext_lazy(
        "contact and the organisation's ledger of contacts disagree",
        "contacts and the organisation's ledger of contacts disagree",
        "count",
    ),
}


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Where every contact of a day stands (`?on=2026-11-17`, the book's own day when not given), and the alerts."""
    on = _day(request.GET.get("on", ""), desk.today)
    found = conservation.examine(
        creditor_id=desk.creditor_id, zone=desk.creditor.time_zone, now=desk.now, on=on
    ).book
    url = desk.url("contact_book")
    page = BookPage(
        frame=frame(request, desk, section="home"),
        on=on,
        due=found.due,
        ends=tuple((str(FATES[one]), found.fates[one]) for one in ENDS),
        waits=tuple((str(FATES[one]), found.fates[one]) for one in WAITS if found.fates[one]),
        missing=found.fates[Fate.MISSING],
        alerts=tuple(alert_rows(desk)),
        previous_url=f"{url}?on={on - timedelta(days=1)}",
        next_url=f"{url}?on={on + timedelta(days=1)}" if on < desk.today else "",
    )
    return render(request, "workbench/contact_book/show.html", {"page": page})


def alert_rows(desk: Desk) -> Iterator[AlertRow]:
    """The alerts in force, in words."""
    for item in alert.in_force(creditor_id=desk.creditor_id):
        done = _("Put right by itself as far as it can be; looked at again within two minutes.")
        yield AlertRow(
            count=item.count,
            text=str(ALARMS[item.alarm] % {"count": item.count}),
            since=desk.local(item.raised_at),
            done=done if item.healed_at else _("This is not put right by itself: a person must look."),
            names=tuple(
                (customer, desk.url("customer", customer=customer_id))
                for customer_id, customer in conservation.concerned(
                    creditor_id=desk.creditor_id, alarm=item.alarm, about=item.about
                )
            ),
        )


def _day(text: str, today: date) -> date:
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today
