# SPDX-License-Identifier: Apache-2.0
"""The papers of agreements, as the customer gets them: word for word what both sides accepted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from conserje.services.arrangements import agreement, plan_read
from conserje.services.arrangements.agreed_text import SignedText
from conserje.services.receivables import papers
from conserje.services.receivables.papers import Reader
from conserje.workbench.access import Desk, looking


@looking
def download(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The agreement as a PDF; gone when its text was erased."""
    found = agreement.one(creditor_id=desk.creditor_id, agreement_id=number)
    return _given(desk, found.customer_id if found else 0, found.signed if found else None)


@looking
def of_plan(request: HttpRequest, desk: Desk, plan_id: int) -> HttpResponse:
    """The agreement of a payment plan as a PDF; none while nobody has signed it, or once its text was erased."""
    found = plan_read.one(creditor_id=desk.creditor_id, plan_id=plan_id)
    signed = plan_read.signed(creditor_id=desk.creditor_id, plan_id=plan_id) if found else None
    return _given(desk, found.customer_id if found else 0, signed)


def _given(desk: Desk, customer_id: int, signed: SignedText | None) -> HttpResponse:
    if signed is None:
        raise Http404
    paper = papers.agreement(
        creditor_id=desk.creditor_id,
        reader=Reader(desk.creditor, customer_id, signed.text.locale, desk.today),
        signed=signed,
        zone_name=desk.creditor.time_zone,
    )
    answer = HttpResponse(paper.content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{paper.name}.pdf") or "attachment"
    )
    return answer
