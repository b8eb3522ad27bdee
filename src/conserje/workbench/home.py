# SPDX-License-Identifier: Apache-2.0
"""The first screen of a desk: four figures that open their rows, the ageing, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from conserje.domain.kit.days import business_days_after
from conserje.services.insights import money_in, open_customers, portfolio, waiting
from conserje.services.insights.open_customers import Filter
from conserje.services.insights.portfolio import Aged
from conserje.services.insights.waiting import Waiting
from conserje.ui.figures import show_day
from conserje.workbench import bank, data_requests, disputes, letterbox, plans, stops
from conserje.workbench.access import Desk, looking
from conserje.workbench.contact_book import alert_rows
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention, HomePage
from conserje.workbench.pages import Figure
from conserje.workbench.receivables import chart, filtered


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Figures, ageing, attention."""
    aged = portfolio.ageing(creditor_id=desk.creditor_id, today=desk.today)
    waits = waiting.count(creditor_id=desk.creditor_id, today=desk.today, zone=desk.creditor.time_zone)
    counts = open_customers.counts(creditor_id=desk.creditor_id, today=desk.today)
    page = HomePage(
        frame=frame(request, desk, section="home", drafts=waits.drafts),
        figures=(*_balances(desk, aged, counts), _collected(desk), _contacts(desk, waits)),
        ageing=tuple(chart(desk, item) for item in aged),
        attention=tuple(_attention(desk, waits, counts)),
        is_empty=not waits.has_customers,
        stops=stops.notices(desk) if waits.stops else (),
        stop_url=desk.url("stop_place") if desk.seat.leads else "",
        lift_url=desk.url("stop_lift") if desk.seat.leads else "",
    )
    return render(request, "workbench/home/show.html", {"page": page})


def _balances(desk: Desk, aged: tuple[Aged, ...], counts: dict[Filter, int]) -> tuple[Figure, Figure]:
    def customers(only: Filter) -> str:
        count = counts[only]
        return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count}

    return (
        Figure(
            label=_("Receivable"),
            url=filtered(desk, Filter.ALL),
            amounts=tuple(item.total for item in aged),
            count=None if aged else 0,
            note=customers(Filter.ALL),
        ),
        Figure(
            label=_("Overdue"),
            url=filtered(desk, Filter.OVERDUE),
            amounts=tuple(item.overdue for item in aged if item.overdue),
            count=None if any(item.overdue for item in aged) else 0,
            note=customers(Filter.OVERDUE),
            tone="late",
        ),
    )


def _collected(desk: Desk) -> Figure:
    first = desk.today.replace(day=1)
    rows = money_in.collected(creditor_id=desk.creditor_id, since=first, until=desk.today)
    count = len(rows.payments)
    note = ngettext("%(count)s payment", "%(count)s payments", count) % {"count": count}
    return Figure(
        label=_("Collected this month"),
        url=desk.url("payments"),
        amounts=rows.sums,
        count=None if rows.sums else 0,
        note=note if count else "",
    )


def _contacts(desk: Desk, waits: Waiting) -> Figure:
    later = waits.planned_today
    note = ngettext("%(count)s more is planned today", "%(count)s more are planned today", later)
    return Figure(
        label=_("Contacts today"),
        url=desk.url("contacts"),
        count=waits.made_today,
        note=note % {"count": later} if later else "",
    )


def _attention(desk: Desk, waits: Waiting, counts: dict[Filter, int]) -> Iterator[Attention]:
    yield from _restored(desk)
    if waits.drafts:
        text = ngettext("message waits for approval", "messages wait for approval", waits.drafts)
        yield Attention(waits.drafts, text, desk.url("drafts"), "rest")
    if waits.claims:
        text = ngettext(
            "customer says it is paid: look for the payment",
            "customers say it is paid: look for the payments",
            waits.claims,
        )
        yield Attention(waits.claims, text, desk.url("letterbox"), "rest")
    if waits.in_doubt:
        text = ngettext(
            "payment waits for a person: look at it",
            "payments wait for a person: look at them",
            waits.in_doubt,
        )
        yield Attention(waits.in_doubt, text, desk.url("in_doubt"), "late")
    if waits.unsure:
        text = ngettext(
            "message may or may not have arrived: look at it",
            "messages may or may not have arrived: look at them",
            waits.unsure,
        )
        yield Attention(waits.unsure, text, desk.url("unsure"), "late")
    for room in (data_requests, disputes, letterbox, plans, bank):
        yield from room.attention(desk, waits)
    for row in alert_rows(desk) if waits.alerts else ():
        yield Attention(row.count, row.text, desk.url("contact_book"), "late")
    yield from _silent(desk, counts)
    stale = _stale(waits, desk.today)
    if stale:
        yield Attention(stale[0], stale[1], desk.url("payments"), "late")


def _restored(desk: Desk) -> Iterator[Attention]:
    if desk.creditor.paused:
        text = _(
            "Sending is paused, and nothing leaves: on the server, conserje sending shows why and how to go on"
        )
        yield Attention(1, text, desk.url("contacts"), "stop")
    elif desk.creditor.restored_at is not None:
        text = _(
            "These books come from a backup: each draft may have left already, and only what you approve leaves"
        )
        yield Attention(1, text, desk.url("drafts"), "late")


def _silent(desk: Desk, counts: dict[Filter, int]) -> Iterator[Attention]:
    without = counts[Filter.UNPERMITTED]
    if without:
        text = ngettext(
            "customer without a known permission: not written to",
            "customers without a known permission: not written to",
            without,
        )
        yield Attention(without, text, desk.url("permission"), "stop")
    without = counts[Filter.UNREACHABLE]
    if without:
        text = ngettext("customer without a usable address", "customers without a usable address", without)
        yield Attention(without, text, filtered(desk, Filter.UNREACHABLE), "stop")


def _stale(waits: Waiting, today: date) -> tuple[int, str] | None:
    """How many days of payments are not recorded, and what that does; None while they are fresh enough."""
    known = waits.recorded_through
    if known is None:
        return (
            0,
            _("nobody has said through which day payments are recorded: every contact waits as a draft"),
        )
    if business_days_after(known, waits.limit_business_days) >= today:
        return None
    days = (today - known).days
    text = ngettext(
        "day of payments not recorded (the last one is %(day)s): contacts wait as drafts",
        "days of payments not recorded (the last one is %(day)s): contacts wait as drafts",
        days,
    )
    return days, text % {"day": show_day(known, language=get_language() or "es")}
