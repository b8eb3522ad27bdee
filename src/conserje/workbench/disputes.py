# SPDX-License-Identifier: Apache-2.0
"""Disputes: the list by who waits longest, one of them with its thread, files and proposals, and how it ends."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from conserje.domain.arrangements.proposal import LATEST_DAYS
from conserje.domain.kit.money import Money
from conserje.services.arrangements import agreement as agreed
from conserje.services.arrangements import dispute as acts
from conserje.services.arrangements import dispute_look, proposal
from conserje.services.arrangements.dispute_look import Proposed, Standing, Whole
from conserje.services.arrangements.proposal import NewProposal
from conserje.services.arrangements.speaker import CUSTOMER, Speaker
from conserje.services.insights.waiting import Waiting
from conserje.services.outreach.content import Unlawful
from conserje.services.receivables import agreement
from conserje.services.tenancy.act import reading
from conserje.ui.codes import name
from conserje.ui.dispute_words import AGREEMENT_STATES, KINDS, OUTCOMES, PROPOSAL_STATES, REFUSALS
from conserje.ui.figures import show_day, show_money
from conserje.ui.listing import Option
from conserje.ui.terms_entry import amounts_of, terms_of
from conserje.workbench import refused_words
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.dispute_pages import (
    AmountLine,
    DisputePage,
    DisputeRow,
    DisputesPage,
    Link,
    ProposalForm,
    ProposalShown,
    Said,
)
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention

_FIELDS: Final = ("pay", "credit", "discount", "pay_by")
_ENDS: Final = ("accepted", "rejected", "withdrawn")


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open ones, the one that owes first at the top; then the latest that ended."""
    found = dispute_look.listed(creditor_id=desk.creditor_id)
    ended = dispute_look.listed(creditor_id=desk.creditor_id, closed=True)
    page = DisputesPage(
        frame(request, desk, section="home"),
        tuple(_row(desk, item) for item in found),
        tuple(_row(desk, item) for item in ended[:20]),
    )
    return render(request, "workbench/disputes/list.html", {"page": page})


@looking
def show(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """One dispute."""
    return _drawn(request, desk, dispute)


@looking
def file(request: HttpRequest, desk: Desk, dispute: int, file: int) -> HttpResponse:
    """A file of the thread, to keep."""
    found = dispute_look.file(creditor_id=desk.creditor_id, dispute_id=dispute, file_id=file)
    if found is None:
        raise Http404
    answer = HttpResponse(found.content, content_type=found.media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    return answer


@acting
def write(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """Answer the customer (POST `words`, `key`)."""
    key, stands = request.POST.get("key", "")[:64], "stands" in request.POST
    said = acts.Said(request.POST.get("words", ""), key, stands=stands)
    try:
        acts.write(
            creditor_id=desk.creditor_id,
            dispute_id=dispute,
            said=said,
            by=_speaker(request, desk),
            now=desk.now,
        )
    except acts.UnknownDispute as unknown:
        raise Http404 from unknown
    except Unlawful as refused:
        url = desk.url("dispute", dispute=dispute)
        return refused_words.shown(request, desk, refused, field="words", back_url=url)
    except acts.Refused as refused:
        return _again(request, desk, dispute, refused.args[0])
    messages.success(request, _("Your answer is on the customer's page."))
    return redirect(desk.url("dispute", dispute=dispute))


@acting
def propose(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """Propose terms; the customer's open proposal is countered by them."""
    with reading(creditor_id=desk.creditor_id):
        found = dispute_look.one(creditor_id=desk.creditor_id, dispute_id=dispute)
    if found is None:
        raise Http404
    terms = terms_of(request.POST, currency=found.standing.open.currency)
    if isinstance(terms, str):
        return _again(request, desk, dispute, terms)
    seen = request.POST.get("seen", "")
    new = NewProposal(terms, int(seen) if seen.isdecimal() and len(seen) < 19 else None, "")
    try:
        proposal.make(
            creditor_id=desk.creditor_id,
            dispute_id=dispute,
            new=new,
            by=_speaker(request, desk),
            now=desk.now,
        )
    except (proposal.Refused, acts.Refused) as refused:
        return _again(request, desk, dispute, refused.args[0])
    messages.success(request, _("Your proposal is on the customer's page."))
    return redirect(desk.url("dispute", dispute=dispute))


@acting
def withdraw(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """Take one's own proposal back (POST `proposal`)."""
    by = _speaker(request, desk)
    try:
        proposal.withdraw(creditor_id=desk.creditor_id, proposal_id=_id(request), by=by, now=desk.now)
    except acts.UnknownDispute as unknown:
        raise Http404 from unknown
    except (proposal.Refused, acts.Refused) as refused:
        return _again(request, desk, dispute, refused.args[0])
    messages.success(request, _("The proposal was taken back."))
    return redirect(desk.url("dispute", dispute=dispute))


@acting
def accept(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """Agree to the customer's proposal (POST `proposal`, `hash`)."""
    try:
        agreement.accept(
            creditor_id=desk.creditor_id,
            proposal_id=_id(request),
            seen_hash=request.POST.get("hash", ""),
            by=_speaker(request, desk),
            now=desk.now,
        )
    except acts.UnknownDispute as unknown:
        raise Http404 from unknown
    except (proposal.Refused, acts.Refused) as refused:
        return _again(request, desk, dispute, refused.args[0])
    messages.success(request, _("Agreed. The customer has the same text."))
    return redirect(desk.url("dispute", dispute=dispute))


@acting
def close(request: HttpRequest, desk: Desk, dispute: int) -> HttpResponse:
    """End it without an agreement (POST `outcome`)."""
    outcome = request.POST.get("outcome", "")
    if outcome not in _ENDS:
        messages.warning(request, _("Choose how it ended."))
        return redirect(desk.url("dispute", dispute=dispute))
    try:
        acts.close(
            creditor_id=desk.creditor_id, dispute_id=dispute, outcome=outcome, by=desk.by, now=desk.now
        )
    except acts.UnknownDispute as unknown:
        raise Http404 from unknown
    messages.success(request, _("Closed. What is open of it may be asked for again."))
    return redirect(desk.url("disputes"))


def attention(desk: Desk, waiting: Waiting) -> tuple[Attention, ...]:
    """The lines of the first screen: disputes that wait for us, and fiscal papers to be made."""
    late, papers = waiting.disputes_late, waiting.fiscal_papers
    in_time = waiting.disputes - late
    found = []
    if late:
        text = ngettext("dispute waits longer than we said", "disputes wait longer than we said", late)
        found.append(Attention(late, text, desk.url("disputes"), "late"))
    if in_time > 0:
        text = ngettext("dispute waits for your answer", "disputes wait for your answer", in_time)
        found.append(Attention(in_time, text, desk.url("disputes"), "rest"))
    if papers:
        text = ngettext(
            "tax document to be made after an agreement", "tax documents to be made after agreements", papers
        )
        found.append(Attention(papers, text, desk.url("fiscal"), "rest"))
    return tuple(found)


def _speaker(request: HttpRequest, desk: Desk) -> Speaker:
    return Speaker(desk.by, str(request.META.get("REMOTE_ADDR", ""))[:45])


def _id(request: HttpRequest) -> int:
    value = request.POST.get("proposal", "")
    return int(value) if value.isdecimal() and len(value) < 19 else 0


def _again(request: HttpRequest, desk: Desk, dispute: int, code: str) -> HttpResponse:
    with reading(creditor_id=desk.creditor_id):
        return _drawn(request, desk, dispute, warning=name(REFUSALS, code), typed=request.POST)


def _drawn(
    request: HttpRequest,
    desk: Desk,
    dispute_id: int,
    *,
    warning: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    found = dispute_look.one(creditor_id=desk.creditor_id, dispute_id=dispute_id)
    if found is None:
        raise Http404
    may = desk.seat.may_act and found.standing.closed_at is None
    url = desk.url("dispute", dispute=dispute_id)
    page = DisputePage(
        frame=frame(request, desk, section="home"),
        row=_row(desk, found.standing),
        lines=tuple(_said(desk, dispute_id, line) for line in found.lines),
        past=tuple(_past(item) for item in found.proposals if item.state != "open"),
        agreed=tuple(_agreed(desk, item) for item in found.agreements),
        proposal=_proposal(desk, found, url) if found.open_proposal else None,
        form=_form(desk, found, url, typed) if may else None,
        message_url=f"{url}message/" if may else "",
        key=secrets.token_urlsafe(12),
        close_url=f"{url}closing/" if may else "",
        outcomes=tuple(Option(code, name(OUTCOMES, code)) for code in _ENDS),
        warning=warning,
    )
    return render(request, "workbench/disputes/show.html", {"page": page}, status=400 if warning else 200)


def _row(desk: Desk, item: Standing) -> DisputeRow:
    owes, tone = _owes(desk, item)
    return DisputeRow(
        url=desk.url("dispute", dispute=item.id),
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        invoice=item.invoice,
        about=name(KINDS, item.kind),
        part=item.part,
        open=item.open,
        opened_at=desk.local(item.opened_at),
        owes=owes,
        tone=tone,
        closed_at=desk.local(item.closed_at) if item.closed_at else None,
        outcome=name(OUTCOMES, item.outcome) if item.outcome else "",
    )


def _owes(desk: Desk, item: Standing) -> tuple[str, str]:
    if item.due_on is None:
        return _("waits for the customer"), ""
    words = _("answer by %(day)s") if item.due_on == item.answer_by else _("propose by %(day)s")
    day = show_day(item.due_on, language=get_language() or "es", shape="short")
    return words % {"day": day}, "late" if item.due_on < desk.today else "rest"


def _who(desk: Desk, author: str) -> str:
    if author == CUSTOMER:
        return _("The customer")
    return _("You") if author == desk.by else _("A person here")


def _said(desk: Desk, dispute_id: int, line: dispute_look.Line) -> Said:
    files = tuple(
        Link(paper.file_name, desk.url("dispute_file", dispute=dispute_id, file=paper.id))
        for paper in line.files
    )
    return Said(_who(desk, line.author), desk.local(line.at), line.words, files)


def _past(item: Proposed) -> str:
    who = _("The customer") if item.made_by == CUSTOMER else _("We")
    return _("%(who)s: %(pay)s now, %(credit)s as credit, %(discount)s less (%(state)s)") % {
        "who": who,
        "pay": _money(item.money(item.terms.pay_minor)),
        "credit": _money(item.money(item.terms.credit_minor)),
        "discount": _money(item.money(item.terms.discount_minor)),
        "state": name(PROPOSAL_STATES, item.state),
    }


def _agreed(desk: Desk, item: agreed.Standing) -> tuple[str, str]:
    """What was agreed, and where its paper is; no address once the text was erased."""
    day = show_day(item.pay_by, language=get_language() or "es", shape="short")
    words = _("%(pay)s by %(day)s, of which %(paid)s came (%(state)s)") % {
        "pay": _money(item.pay),
        "day": day,
        "paid": _money(Money(item.pay.currency, min(item.paid.minor, item.pay.minor))),
        "state": name(AGREEMENT_STATES, item.state),
    }
    return words, desk.url("agreement_paper", number=item.id) if item.signed is not None else ""


def _proposal(desk: Desk, found: Whole, url: str) -> ProposalShown | None:
    item = found.open_proposal
    if item is None or item.text is None:
        return None
    theirs = item.made_by == CUSTOMER
    same = item.question == found.standing.open
    may = desk.seat.may_act and found.standing.closed_at is None
    return ProposalShown(
        id=item.id,
        is_ours=not theirs,
        title=item.text.title,
        before=item.text.before,
        head=item.text.head,
        amounts=tuple(AmountLine(row.label, row.amount, row.on) for row in item.text.amounts),
        after=item.text.after,
        hash=item.text.hash,
        pay_by=item.terms.pay_by,
        costs=item.money(item.terms.lowered_minor + item.terms.credit_minor),
        accept_url=f"{url}acceptance/" if may and theirs and same else "",
        withdraw_url=f"{url}withdrawal/" if may and not theirs else "",
    )


def _form(desk: Desk, found: Whole, url: str, typed: Mapping[str, str] | None) -> ProposalForm | None:
    item, standing = found.open_proposal, found.standing
    if (item is not None and item.made_by != CUSTOMER) or not standing.open:
        return None
    if any(one.state == "accepted" for one in found.agreements):
        return None
    amounts = amounts_of(typed, currency=standing.open.currency) if typed is not None else None
    return ProposalForm(
        url=f"{url}proposal/",
        question=standing.open,
        earliest=desk.today,
        latest=desk.today + timedelta(days=LATEST_DAYS),
        seen=str(item.id) if item else "",
        values={field: (typed or {}).get(field, "") for field in _FIELDS},
        sum=Money(standing.open.currency, sum(amounts)) if amounts else None,
    )


def _money(amount: Money) -> str:
    return show_money(amount, language=get_language() or "es")
