# SPDX-License-Identifier: Apache-2.0
"""Tax documents that agreements leave to be made: each a task until its number is recorded."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conserje.services.receivables import fiscal_task
from conserje.services.receivables.fiscal_task import Standing
from conserje.services.receivables.refusals import AlreadySettled, PaymentConflict, UnknownRow
from conserje.ui.codes import Words, name
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.dispute_pages import FiscalPage, FiscalRow
from conserje.workbench.frame import frame

# What the tax office of a country calls the paper.
_PAPERS: Final[Words] = {
    "CO": gettext_lazy("Electronic credit note (DIAN)"),
    "MX": gettext_lazy("CFDI of type E (egreso)"),
    "CL": gettext_lazy("Electronic credit note (SII)"),
    "PE": gettext_lazy("Electronic credit note (SUNAT)"),
    "AR": gettext_lazy("Electronic credit note (ARCA)"),
    "EC": gettext_lazy("Electronic credit note (SRI)"),
    "ES": gettext_lazy("Corrective invoice"),
}
_USUAL: Final = gettext_lazy("Credit note")


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Those to be made, the oldest first; then the latest recorded."""
    rows = tuple(_row(desk, item) for item in fiscal_task.waiting(creditor_id=desk.creditor_id))
    page = FiscalPage(
        frame(request, desk, section="home"),
        tuple(row for row in rows if row.recorded_at is None),
        tuple(row for row in rows if row.recorded_at is not None),
    )
    return render(request, "workbench/fiscal/list.html", {"page": page})


@acting
def record(request: HttpRequest, desk: Desk, task: int) -> HttpResponse:
    """Write its number down (POST `number`)."""
    number = request.POST.get("number", "")
    try:
        fiscal_task.record(
            creditor_id=desk.creditor_id, task_id=task, number=number, by=desk.by, now=desk.now
        )
    except UnknownRow as unknown:
        raise Http404 from unknown
    except AlreadySettled:
        messages.warning(request, _("It has a number already."))
    except PaymentConflict:
        messages.warning(
            request, _("This customer has another credit note of that number: look which of the two is real.")
        )
    except ValueError:
        messages.warning(request, _("Write the number of the document."))
    else:
        messages.success(request, _("Recorded."))
    return redirect(desk.url("fiscal"))


def _row(desk: Desk, item: Standing) -> FiscalRow:
    paper = name(_PAPERS, item.country)
    return FiscalRow(
        what=str(_USUAL) if paper == item.country else paper,
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        invoice=item.invoice,
        amount=item.amount,
        opened_at=desk.local(item.opened_at),
        number=item.number,
        recorded_at=desk.local(item.recorded_at) if item.recorded_at else None,
        record_url=desk.url("fiscal_number", task=item.id)
        if desk.seat.may_act and item.recorded_at is None
        else "",
        id=item.id,
    )
