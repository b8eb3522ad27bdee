# SPDX-License-Identifier: Apache-2.0
"""A message by itself, for a frame that runs nothing: its inline styles are allowed there and nowhere else."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from conserje.services.insights import message
from conserje.services.outreach import draft
from conserje.workbench.access import Desk, framing, looking
from conserje.workbench.frame import frame
from conserje.workbench.row_pages import MessagePage

_ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@looking
def body(request: HttpRequest, desk: Desk, touch: int) -> HttpResponse:
    """The message of a touch as it was written or, while it waits, as it would be."""
    said = message.said(creditor_id=desk.creditor_id, touch_id=touch)
    html = said.html if said is not None else _as_it_would_be(desk, touch)
    return alone(html)


@looking
@framing
def show(request: HttpRequest, desk: Desk, touch: int) -> HttpResponse:
    """A message that was sent, in the frame of the desk."""
    said = message.said(creditor_id=desk.creditor_id, touch_id=touch)
    if said is None:
        raise Http404
    page = MessagePage(
        frame=frame(request, desk, section="receivables"),
        subject=said.subject,
        written_at=desk.local(said.written_at),
        body_url=desk.url("message_body", touch=touch),
        text_body=said.text,
    )
    return render(request, "workbench/rows/message.html", {"page": page})


def alone(html: str) -> HttpResponse:
    """A message as an answer of its own, which may stand in a frame of ours and do nothing there."""
    answer = HttpResponse(html)
    answer.headers["Content-Security-Policy"] = _ALONE
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _as_it_would_be(desk: Desk, touch: int) -> str:
    where = message.where(creditor_id=desk.creditor_id, touch_id=touch)
    if where is None or where.state != "proposed":
        raise Http404
    seen = draft.preview(creditor_id=desk.creditor_id, touch_id=touch, now=desk.now)
    if seen.written is None:
        raise Http404
    return seen.written.letter.html
