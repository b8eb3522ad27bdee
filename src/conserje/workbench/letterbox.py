# SPDX-License-Identifier: Apache-2.0
"""The letterbox: customers who wrote and wait for an answer, and payments they say they made."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conserje.services.arrangements import claim, enquiry, proof
from conserje.services.insights.waiting import Waiting
from conserje.services.outreach import wrong_address
from conserje.services.outreach.content import Unlawful
from conserje.ui.labels import method
from conserje.workbench import refused_words
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.data_requests import left_of
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention
from conserje.workbench.letterbox_pages import ClaimRow, EnquiryRow, LetterboxPage

KINDS = {
    "message": gettext_lazy("Message"),
    "complaint": gettext_lazy("Complaint"),
    "wrong_person": gettext_lazy("Wrong person: nobody writes there any more"),
}
_NOT_ANY_MORE = gettext_lazy("Somebody answered it before you.")


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Everything that waits, the most urgent first."""
    page = LetterboxPage(
        frame=frame(request, desk, section="home"),
        enquiries=tuple(_enquiry(desk, item) for item in enquiry.waiting(creditor_id=desk.creditor_id)),
        claims=tuple(_claim(desk, item) for item in proof.waiting(creditor_id=desk.creditor_id)),
    )
    return render(request, "workbench/letterbox/show.html", {"page": page})


@acting
def answer(request: HttpRequest, desk: Desk, enquiry_id: int) -> HttpResponse:
    """Answer what a customer wrote (POST `words`); they read it on their page."""
    words = request.POST.get("words", "")
    try:
        enquiry.answer(
            creditor_id=desk.creditor_id,
            enquiry_id=enquiry_id,
            words=words,
            by=desk.by,
            now=desk.now,
            stands="stands" in request.POST,
        )
    except Unlawful as refused:
        return refused_words.shown(request, desk, refused, field="words", back_url=desk.url("letterbox"))
    except enquiry.Refused as refused:
        empty = str(refused) == "answer_without_words"
        messages.warning(request, _("Write the answer first.") if empty else str(_NOT_ANY_MORE))
    else:
        messages.success(request, _("Answered. The customer reads it on their page."))
    return redirect(desk.url("letterbox"))


@acting
def lift(request: HttpRequest, desk: Desk, customer: int) -> HttpResponse:
    """It was the right person after all: their addresses may be written to again."""
    if wrong_address.lift(creditor_id=desk.creditor_id, customer_id=customer, by=desk.by, now=desk.now):
        messages.success(request, _("Taken back. This customer's addresses may be written to again."))
    else:
        messages.warning(request, _("Nothing is blocked for this customer."))
    return redirect(desk.url("letterbox"))


@acting
def answer_claim(request: HttpRequest, desk: Desk, claim_id: int) -> HttpResponse:
    """The payment was found or it was not (POST `found`: yes, no); either way the customer is told kindly."""
    found = {"yes": True, "no": False}.get(request.POST.get("found", ""))
    if found is None:
        raise Http404
    try:
        claim.answer(creditor_id=desk.creditor_id, claim_id=claim_id, found=found, by=desk.by, now=desk.now)
    except claim.Refused:
        messages.warning(request, str(_NOT_ANY_MORE))
    else:
        said = _("Noted: found.") if found else _("Noted. The customer reads kindly that it was not found.")
        messages.success(request, said)
    return redirect(desk.url("letterbox"))


@looking
def file(request: HttpRequest, desk: Desk, proof_id: int) -> HttpResponse:
    """A receipt as it was sent: a picture is shown, anything else is kept; neither may do anything."""
    found = proof.content(creditor_id=desk.creditor_id, proof_id=proof_id)
    if found is None:
        raise Http404
    name, kind, content = found
    answer = HttpResponse(content, content_type=kind)
    kept = not kind.startswith("image/")
    answer.headers["Content-Disposition"] = content_disposition_header(kept, name) or "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def attention(desk: Desk, waiting: Waiting) -> tuple[Attention, ...]:
    """The line of the first screen: how many customers wait for an answer, and until when."""
    count, first = waiting.enquiries, waiting.enquiry_by
    if first is None:
        return ()
    text = ngettext(
        "customer wrote and waits for an answer: %(left)s",
        "customers wrote and wait for an answer: %(left)s",
        count,
    )
    left = (first - desk.today).days
    said = text % {"left": left_of(left)}
    return (Attention(count, said, desk.url("letterbox"), "late" if left <= 0 else "rest"),)


def _enquiry(desk: Desk, item: enquiry.Standing) -> EnquiryRow:
    left = (item.answer_by - desk.today).days
    may = desk.seat.may_act
    wrong = item.kind == "wrong_person"
    return EnquiryRow(
        id=item.id,
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        contact=item.contact or "",
        kind=item.kind,
        label=str(KINDS[item.kind]),
        words=item.words,
        asked_at=desk.local(item.asked_at),
        answer_by=item.answer_by,
        left=left_of(left),
        tone="late" if left <= 0 else "rest",
        answer_url=desk.url("enquiry_answer", enquiry_id=item.id) if may else "",
        lift_url=desk.url("wrong_address_lift", customer=item.customer_id) if may and wrong else "",
    )


def _claim(desk: Desk, item: proof.Waiting) -> ClaimRow:
    url = "" if item.proof_id is None else desk.url("proof", proof_id=item.proof_id)
    return ClaimRow(
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        invoice=item.invoice,
        open=item.open,
        paid_on=item.paid_on,
        how=method(item.method),
        words=item.words,
        made_at=desk.local(item.made_at),
        file_name=item.file_name,
        file_url=url,
        picture_url=url if item.media_type.startswith("image/") else "",
        answer_url=desk.url("claim_answer", claim_id=item.claim_id) if desk.seat.may_act else "",
    )
