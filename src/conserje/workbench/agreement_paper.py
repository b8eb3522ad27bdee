# SPDX-License-Identifier: Apache-2.0
"""The paper of an agreement, as the customer gets it: word for word what both sides accepted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from conserje.services.arrangements import agreed_words, agreement
from conserje.services.receivables import papers
from conserje.services.receivables.papers import Reader
from conserje.workbench.access import Desk, looking


@looking
def download(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The agreement as a PDF; gone when its text was erased."""
    found = agreement.one(creditor_id=desk.creditor_id, agreement_id=number)
    if found is None or found.signed is None:
        raise Http404
    deed = agreed_words.as_deed(signed=found.signed, zone_name=desk.creditor.time_zone)
    reader = Reader(desk.creditor, found.customer_id, found.signed.text.locale, desk.today)
    paper = papers.agreement(creditor_id=desk.creditor_id, reader=reader, deed=deed)
    answer = HttpResponse(paper.content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{paper.name}.pdf") or "attachment"
    )
    return answer
