# SPDX-License-Identifier: Apache-2.0
"""The rows behind two figures of the first screen: payments of a month, contacts of a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.kit.days import day_bounds
from conserje.services.insights import contacts_made, money_in
from conserje.services.insights.contacts_made import ContactMade
from conserje.services.insights.money_in import MoneyIn
from conserje.services.receivables import freshness, refund
from conserje.ui import labels
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.frame import frame
from conserje.workbench.reasons import sentence
from conserje.workbench.row_pages import ContactRow, ContactsPage, PaymentRow, PaymentsPage
from conserje.workbench.words import LETTERS, PAYMENT_SOURCES, REVERSALS, STAGES, name


@looking
def payments(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What came in during a month (`?month=2026-11`, the book's own when not given)."""
    first = _month(request.GET.get("month", ""), desk.today)
    after = (first + timedelta(days=32)).replace(day=1)
    last = min(after - timedelta(days=1), desk.today)
    found = money_in.collected(creditor_id=desk.creditor_id, since=first, until=last)
    before = (first - timedelta(days=1)).replace(day=1)
    page = PaymentsPage(
        frame=frame(request, desk, section="home"),
        first=first,
        last=last,
        rows=tuple(_payment(desk, row) for row in found.rows),
        sums=found.sums,
        recorded=tuple(
            (name(PAYMENT_SOURCES, source), through)
            for source, through in money_in.recorded_through(creditor_id=desk.creditor_id)
        ),
        previous_url=f"{desk.url('payments')}?month={before:%Y-%m}",
        next_url=f"{desk.url('payments')}?month={after:%Y-%m}" if after <= desk.today else "",
        state_url=desk.url("payments_recorded") if desk.seat.may_act else "",
    )
    return render(request, "workbench/rows/payments.html", {"page": page})


@acting
def recorded(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say that every payment is recorded through the posted day; today at the latest."""
    try:
        through = date.fromisoformat(request.POST.get("through", ""))
    except ValueError:
        through = None
    if through is None or through > desk.today:
        messages.warning(request, _("Choose a day that is not after today."))
    else:
        freshness.state(creditor_id=desk.creditor_id, through=through, by=desk.by, now=desk.now)
        messages.success(request, _("Written down. Every customer is looked at again."))
    return redirect(desk.url("payments"))


@looking
def contacts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Contacts of the book's day, and those still to leave."""
    day = day_bounds(desk.today, desk.creditor.time_zone)
    rows = contacts_made.of_day(creditor_id=desk.creditor_id, day=day)
    coming = contacts_made.still_coming(creditor_id=desk.creditor_id, before=day[1])
    page = ContactsPage(
        frame=frame(request, desk, section="home"),
        book_url=desk.url("contact_book"),
        rows=tuple(_contact(desk, row) for row in rows),
        coming=tuple(_contact(desk, row) for row in coming),
    )
    return render(request, "workbench/rows/contacts.html", {"page": page})


def _month(text: str, today: date) -> date:
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return min(asked, today.replace(day=1)) if asked.year >= 2000 else today.replace(day=1)


def _payment(desk: Desk, row: MoneyIn) -> PaymentRow:
    method = str(labels.METHODS.get(row.method, row.method))
    return PaymentRow(
        customer=row.customer,
        customer_url=desk.url("customer", customer=row.customer_id),
        on=row.on,
        amount=row.amount,
        what=name(REVERSALS, row.reversal) if row.reversal else method,
        unallocated=row.unallocated if row.unallocated else None,
        refund_url=desk.url("refund", payment=row.payment_id)
        if desk.seat.leads and not row.reversal and refund.gives_back(name=row.source)
        else "",
    )


def _contact(desk: Desk, row: ContactMade) -> ContactRow:
    return ContactRow(
        customer=row.customer,
        customer_url=desk.url("customer", customer=row.customer_id),
        at=desk.local(row.at),
        what=name(LETTERS, row.letter),
        stage=name(STAGES, row.stage),
        channel=row.channel,
        state=row.state,
        to=row.contact,
        reason=sentence(row.reason) if row.reason else "",
    )
