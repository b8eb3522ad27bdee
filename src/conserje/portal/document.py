# SPDX-License-Identifier: Apache-2.0
"""Files of the reader's own invoices, to keep: never shown inside the page, never guessed at by the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from conserje.portal.visit import Visit, looking, not_open
from conserje.services.receivables import account

# What a browser may be told that a file is; anything else is bytes.
_KNOWN = frozenset({"application/pdf", "application/xml", "text/xml", "application/zip"})


@looking
def download(request: HttpRequest, visit: Visit, *, paper: int, name: str) -> HttpResponse:
    """The file, under the name it has in the books whatever the address says."""
    found = account.paper(creditor_id=visit.creditor_id, customer_id=visit.customer_id, paper_id=paper)
    if found is None:
        return not_open(request)
    kind = found.media_type if found.media_type in _KNOWN else "application/octet-stream"
    answer = HttpResponse(found.content, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    return answer
