# SPDX-License-Identifier: Apache-2.0
"""Something is wrong: which invoice, how much of it, what it is about; then the thread until it is resolved."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from conserje.domain.arrangements import dispute as clocks
from conserje.domain.arrangements.dispute import DisputeKind
from conserje.domain.kit.days import local_date
from conserje.portal import brand, proposals
from conserje.portal.dispute_pages import DisputeLink, FileLink, NewDisputePage, Said, ThreadPage
from conserje.portal.uploads import TOO_LARGE, files_of, limited
from conserje.portal.visit import Visit, acting, by_method, looking, not_open
from conserje.services.arrangements import attachments, dispute, dispute_look
from conserje.services.arrangements.dispute_look import Line, Standing, Whole
from conserje.services.arrangements.speaker import CUSTOMER
from conserje.services.receivables import account
from conserje.services.receivables.account import InvoiceStanding
from conserje.services.tenancy.act import reading
from conserje.ui.amount_entry import read_minor
from conserje.ui.codes import name
from conserje.ui.dispute_words import KINDS, OUTCOMES, REFUSALS
from conserje.ui.figures import show_money
from conserje.ui.listing import Option

_OFFERED: Final = (*clocks.CHOOSABLE[:-1], DisputeKind.ALREADY_PAID, clocks.CHOOSABLE[-1])
_SAID: Final = {
    "opened": gettext_lazy("We received it. That part is on pause from now on, and a person reads it."),
    "written": gettext_lazy("Your message is there. A person reads it and answers you here."),
    "proposed": gettext_lazy("Your proposal is there. We answer it here."),
    "withdrawn": gettext_lazy("Your proposal was taken back."),
}


@looking
def _show(request: HttpRequest, visit: Visit) -> HttpResponse:
    errors = {"file": name(REFUSALS, "file_too_large")} if request.GET.get("said") == TOO_LARGE else {}
    return render(request, "portal/dispute/new.html", {"page": _form(visit, request.GET, errors)})


@acting("POST")
def _take(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Open a dispute, or show the form again with what is missing. Who says that it is paid is led to that page."""
    with reading(creditor_id=visit.creditor_id):
        chosen = next(
            (item for item in _open(visit) if str(item.id) == request.POST.get("invoice", "")), None
        )
    kind, typed = request.POST.get("kind", ""), request.POST.get("amount", "").strip()
    if kind == DisputeKind.ALREADY_PAID:
        return _see(visit.url("paid"))
    minor = read_minor(typed, currency=chosen.open.currency) if typed and chosen else None
    errors = {}
    if chosen is None:
        errors["invoice"] = _("Choose an invoice.")
    if kind not in set(clocks.CHOOSABLE):
        errors["kind"] = name(REFUSALS, "dispute_kind_unknown")
    if typed and chosen and minor is None:
        errors["amount"] = name(REFUSALS, "amount_unreadable")
    if errors or chosen is None:
        return _again(request, visit, errors)
    whole = minor is None or minor == chosen.open.minor
    about = dispute.About(
        amount_minor=None if whole else minor,
        kind=kind,
        words=request.POST.get("words", "").strip(),
        files=files_of(request),
    )
    try:
        made = dispute.open_(
            creditor_id=visit.creditor_id, invoice_id=chosen.id, about=about, by=CUSTOMER, now=visit.now
        )
    except dispute.Refused as refused:
        return _again(request, visit, {"amount": name(REFUSALS, refused.args[0])})
    except attachments.Refused as refused:
        return _again(request, visit, {"file": name(REFUSALS, refused.args[0])})
    return _see(f"{visit.url('dispute_thread', dispute=str(made))}?said=opened")


show = limited(by_method(get=_show, post=_take))


@looking
def thread(request: HttpRequest, visit: Visit, *, dispute: int) -> HttpResponse:
    """Everything said, what is proposed, and by when there is an answer."""
    return drawn(request, visit, dispute)


def drawn(
    request: HttpRequest,
    visit: Visit,
    dispute_id: int,
    warning: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The thread's page, inside a reading transaction; `typed` is what a proposal's form held."""
    found = dispute_look.one(
        creditor_id=visit.creditor_id, dispute_id=dispute_id, customer_id=visit.customer_id
    )
    if found is None:
        return not_open(request)
    said = request.GET.get("said", "")
    told = name(REFUSALS, "file_too_large") if said == TOO_LARGE else ""
    page = _page(visit, found, message=str(_SAID.get(said, "")), warning=warning or told, typed=typed)
    answer = render(request, "portal/dispute/thread.html", {"page": page})
    answer.status_code = 400 if warning else 200
    return answer


@acting("POST")
def _write(request: HttpRequest, visit: Visit, *, dispute: int) -> HttpResponse:
    return _written(request, visit, dispute)


write = limited(_write)


@looking
def file(request: HttpRequest, visit: Visit, *, dispute: int, file: int) -> HttpResponse:
    """A file of the thread, to keep; never shown inside a page of ours."""
    found = dispute_look.file(
        creditor_id=visit.creditor_id, dispute_id=dispute, file_id=file, customer_id=visit.customer_id
    )
    return not_open(request) if found is None else proposals.handed_out(found)


def _written(request: HttpRequest, visit: Visit, dispute_id: int) -> HttpResponse:
    words = dispute.Said(request.POST.get("words", ""), request.POST.get("key", "")[:64], files_of(request))
    by = proposals.speaker(request, visit)
    try:
        dispute.write(creditor_id=visit.creditor_id, dispute_id=dispute_id, said=words, by=by, now=visit.now)
    except dispute.UnknownDispute:
        return not_open(request)
    except (dispute.Refused, attachments.Refused) as refused:
        with reading(creditor_id=visit.creditor_id):
            return drawn(request, visit, dispute_id, name(REFUSALS, refused.args[0]))
    return _see(f"{visit.url('dispute_thread', dispute=str(dispute_id))}?said=written")


def _see(url: str) -> HttpResponse:
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def _open(visit: Visit) -> tuple[InvoiceStanding, ...]:
    rows = account.invoices(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return tuple(row for row in rows if row.open)


def _again(request: HttpRequest, visit: Visit, errors: dict[str, str]) -> HttpResponse:
    with reading(creditor_id=visit.creditor_id):
        page = _form(visit, request.POST, errors)
    return render(request, "portal/dispute/new.html", {"page": page}, status=400)


def _form(visit: Visit, values: Mapping[str, str], errors: dict[str, str]) -> NewDisputePage:
    rows = _open(visit)
    known = dispute_look.of_customer(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    chosen = values.get("invoice", "") or (str(rows[0].id) if len(rows) == 1 else "")
    return NewDisputePage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        invoices=tuple(Option(str(row.id), _label(row), chosen=str(row.id) == chosen) for row in rows),
        kinds=tuple(
            Option(kind.value, name(KINDS, kind.value), chosen=kind.value == values.get("kind", ""))
            for kind in _OFFERED
        ),
        known=tuple(_link(visit, item) for item in known),
        answer_by=clocks.answer_by(on=local_date(visit.now, visit.creditor.time_zone)),
        words=values.get("words", ""),
        amount=values.get("amount", ""),
        errors=errors,
    )


def _label(row: InvoiceStanding) -> str:
    shown = show_money(row.open, language=get_language() or "")
    return " · ".join(part for part in (row.number, row.subject, shown) if part)


def _link(visit: Visit, item: Standing) -> DisputeLink:
    return DisputeLink(
        url=visit.url("dispute_thread", dispute=str(item.id)),
        invoice=item.invoice,
        about=name(KINDS, item.kind),
        part=item.part,
        opened_on=item.opened_at.astimezone(visit.now.tzinfo).date(),
        state=_state(item),
        tone="rest" if item.closed_at is None else "done",
    )


def _state(item: Standing) -> str:
    if item.closed_at is not None:
        return name(OUTCOMES, item.outcome) if item.outcome else _("closed")
    return _("on pause while we review it")


def _page(
    visit: Visit, found: Whole, *, message: str, warning: str, typed: Mapping[str, str] | None
) -> ThreadPage:
    item = found.standing
    closed = item.closed_at
    thread_url = visit.url("dispute_thread", dispute=str(item.id))
    return ThreadPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        invoice=item.invoice,
        subject=item.subject,
        about=name(KINDS, item.kind),
        part=item.part,
        open=item.open,
        lines=tuple(_said(visit, item.id, line) for line in found.lines),
        answer_by=item.answer_by,
        propose_by=item.propose_by,
        closed_on=closed.astimezone(visit.now.tzinfo).date() if closed else None,
        outcome=name(OUTCOMES, item.outcome) if item.outcome else "",
        proposal=proposals.shown(visit, found),
        past=proposals.past(visit, found),
        agreed=tuple(
            FileLink(one.signed.text.title if one.signed else _("Agreement"), _agreement(visit, one.id))
            for one in found.agreements
        ),
        message_url="" if closed else f"{thread_url}message/",
        key=secrets.token_urlsafe(12),
        form=proposals.form(visit, found, typed),
        message=message,
        warning=warning,
    )


def _agreement(visit: Visit, agreement_id: int) -> str:
    return visit.url("agreement", agreement=str(agreement_id))


def _said(visit: Visit, dispute_id: int, line: Line) -> Said:
    mine = line.author == CUSTOMER
    return Said(
        who=_("You") if mine else visit.creditor.name,
        mine=mine,
        at=line.at.astimezone(visit.now.tzinfo),
        words=line.words,
        files=_files(visit, dispute_id, line.files),
    )


def _files(visit: Visit, dispute_id: int, files: Sequence[dispute_look.Paper]) -> tuple[FileLink, ...]:
    return tuple(
        FileLink(paper.file_name, visit.url("dispute_file", dispute=str(dispute_id), file=str(paper.id)))
        for paper in files
    )
