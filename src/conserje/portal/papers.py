# SPDX-License-Identifier: Apache-2.0
"""Papers to take away: each opens with a code, for it holds what a forwarded link should not tell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from conserje.portal import brand
from conserje.portal.act_pages import PaperLine, PapersPage, RefusedPage
from conserje.portal.confirm import confirmed
from conserje.portal.visit import Visit, looking, not_open
from conserje.services.receivables import papers, statement_sheet
from conserje.services.receivables.papers import File, Reader
from conserje.ui.labels import method

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@looking
@confirmed
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What can be taken away."""
    received = papers.payments(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    page = PapersPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        receipts=tuple(
            PaperLine(visit.url("receipt", payment=str(one.id)), one.amount, one.value_on, method(one.method))
            for one in received
        ),
    )
    return render(request, "portal/papers/show.html", {"page": page})


@looking
@confirmed
def statement(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The statement as a PDF."""
    return given(papers.statement(creditor_id=visit.creditor_id, reader=reader(visit)), "pdf", PDF)


@looking
@confirmed
def statement_sheet_(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The statement as a workbook."""
    return given(statement_sheet.workbook(creditor_id=visit.creditor_id, reader=reader(visit)), "xlsx", XLSX)


@looking
@confirmed
def receipt(request: HttpRequest, visit: Visit, *, payment: int) -> HttpResponse:
    """The receipt of one of the reader's own payments."""
    found = papers.receipt(creditor_id=visit.creditor_id, reader=reader(visit), payment_id=payment)
    return not_open(request) if found is None else given(found, "pdf", PDF)


@looking
@confirmed
def clearance(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The paz y salvo, or kindly why not yet."""
    try:
        found = papers.clearance(creditor_id=visit.creditor_id, reader=reader(visit))
    except papers.StillOpen as refused:
        page = RefusedPage(brand=brand.of(visit.creditor), today=visit.today, open=refused.numbers[:20])
        return render(request, "portal/papers/refused.html", {"page": page}, status=409)
    return given(found, "pdf", PDF)


def reader(visit: Visit) -> Reader:
    """For whom a paper of this visit is made."""
    return Reader(visit.creditor, visit.customer_id, visit.locale, visit.today)


def given(file: File, ending: str, kind: str) -> HttpResponse:
    """A file to keep, never shown inside the page."""
    answer = HttpResponse(file.content, content_type=kind)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{file.name}.{ending}") or "attachment"
    )
    return answer
