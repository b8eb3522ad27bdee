# SPDX-License-Identifier: Apache-2.0
"""A message to the creditor, and a complaint: what was written, by when it is answered, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.portal import brand
from conserje.portal.act_pages import Said, TalkPage
from conserje.portal.visit import Page, Visit, acting, by_method, looking
from conserje.services.arrangements import enquiry
from conserje.services.tenancy.act import reading


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of enquiry with its page: the template of the same name draws it."""

    name: str
    page: str

    @property
    def template(self) -> str:
        return f"portal/talk/{self.page}.html"


def _page_of(kind: _Kind) -> Page:
    @looking
    def show(request: HttpRequest, visit: Visit) -> HttpResponse:
        """What was written, and the form."""
        done = _("We received it. Until somebody answers you, we write nothing else.")
        said = done if request.GET.get("done") else ""
        return render(request, kind.template, {"page": _page(visit, kind, message=said)})

    @acting("POST")
    def take(request: HttpRequest, visit: Visit) -> HttpResponse:
        """Keep the words, or ask for some."""
        words = request.POST.get("words", "").strip()
        written = enquiry.Written(visit.customer_id, visit.opened.contact_id, kind.name, words)
        try:
            enquiry.write(creditor_id=visit.creditor_id, written=written, now=visit.now)
        except enquiry.Refused:
            with reading(creditor_id=visit.creditor_id):
                page = _page(visit, kind, error=_("Write something first."))
            return render(request, kind.template, {"page": page}, status=400)
        answer = HttpResponseRedirect(f"{visit.url(kind.page)}?done=1")
        answer.status_code = 303
        return answer

    return by_method(get=show, post=take)


talk = _page_of(_Kind("message", "talk"))
complaint = _page_of(_Kind("complaint", "complaint"))


def _page(visit: Visit, kind: _Kind, *, message: str = "", error: str = "") -> TalkPage:
    who = {"creditor_id": visit.creditor_id, "customer_id": visit.customer_id}
    found = [item for item in enquiry.of_customer(**who) if item.kind == kind.name]
    zone = visit.now.tzinfo
    return TalkPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        answer_by=enquiry.answer_by(**who, kind=kind.name, now=visit.now),
        said=tuple(
            Said(
                kind=item.kind,
                words=item.words,
                asked_on=item.asked_at.astimezone(zone).date(),
                answer_by=item.answer_by,
                answered_on=item.answered_at.astimezone(zone).date() if item.answered_at else None,
                answer=item.answer,
            )
            for item in found
        ),
        message=message,
        error=error,
    )
