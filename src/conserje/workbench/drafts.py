# SPDX-License-Identifier: Apache-2.0
"""Messages that wait for a person: read as they would arrive, then approved or not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.kit.money import Money
from conserje.services.insights import message, portfolio, reasoning
from conserje.services.outreach import draft
from conserje.services.outreach.draft import Draft, Preview
from conserje.workbench import listing, why
from conserje.workbench.access import Desk, acting, framing, looking
from conserje.workbench.frame import frame
from conserje.workbench.pages import DraftPage, DraftRow, DraftsPage, Rule
from conserje.workbench.reasons import sentence
from conserje.workbench.words import LETTERS, STAGES, name


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The drafts in the order in which they are planned to leave."""
    part = listing.asked(request, total=portfolio.drafts(creditor_id=desk.creditor_id))
    found = draft.waiting(creditor_id=desk.creditor_id, limit=listing.PAGE, offset=part.before)
    page = DraftsPage(
        frame=frame(request, desk, section="drafts"),
        rows=tuple(_row(desk, item) for item in found),
        pager=part.pager(url=desk.url("drafts"), shown=len(found)),
        approve_all_url=desk.url("drafts_approval") if desk.seat.may_act else "",
    )
    return render(request, "workbench/drafts/list.html", {"page": page})


@looking
@framing
def show(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """One message as it would arrive, with what would hold it back."""
    where = message.where(creditor_id=desk.creditor_id, touch_id=draft_id)
    if where is None:
        raise Http404
    if where.state != "proposed":
        messages.info(request, _("That message does not wait any more."))
        return redirect(desk.url("drafts"))
    seen = draft.preview(creditor_id=desk.creditor_id, touch_id=draft_id, now=desk.now)
    before, after = message.waiting_beside(creditor_id=desk.creditor_id, touch_id=draft_id)
    rules = (*why.of_ids(seen.against, "words_not_allowed"), *_why(desk, where.decision_id))
    page = _page(request, desk, seen, rules, (before, after))
    return render(request, "workbench/drafts/show.html", {"page": page})


@acting
def approve_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Approve the drafts that were shown: the posted `draft` numbers."""
    ids = listing.ticked(request, "draft")
    approved = draft.approve(creditor_id=desk.creditor_id, touch_ids=ids, by=desk.by, now=desk.now)
    say_approved(request, len(approved))
    return redirect(desk.url("drafts"))


@acting
def approve(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """Approve one draft."""
    approved = draft.approve(creditor_id=desk.creditor_id, touch_ids=[draft_id], by=desk.by, now=desk.now)
    say_approved(request, len(approved))
    return redirect(following(request, desk))


@acting
def refuse(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """Do not send one draft."""
    refused = draft.refuse(creditor_id=desk.creditor_id, touch_ids=[draft_id], by=desk.by, now=desk.now)
    if refused:
        messages.info(request, _("It will not be sent. The customer is looked at again."))
    else:
        messages.info(request, _("That message does not wait any more."))
    return redirect(following(request, desk))


def say_approved(request: HttpRequest, count: int) -> None:
    """The notice that answers an approval."""
    if not count:
        messages.info(request, _("Nothing was waiting any more."))
        return
    text = ngettext(
        "%(count)s message approved. It is judged once more when it leaves.",
        "%(count)s messages approved. Each is judged once more when it leaves.",
        count,
    )
    messages.success(request, text % {"count": count})


def following(request: HttpRequest, desk: Desk) -> str:
    """The draft that follows, when the page said which; else the list."""
    number = listing.single(request, "next")
    return desk.url("drafts") if number is None else desk.url("draft", draft_id=number)


def _row(desk: Desk, item: Draft) -> DraftRow:
    return DraftRow(
        id=item.touch_id,
        customer=item.customer,
        subject=name(LETTERS, item.letter),
        to=item.address,
        channel=item.channel,
        planned_for=desk.local(item.planned_at),
        stage=name(STAGES, item.stage),
        amounts=tuple(Money(currency, minor) for currency, minor in item.asked),
        url=desk.url("draft", draft_id=item.touch_id),
    )


def _why(desk: Desk, decision_id: int | None) -> tuple[Rule, ...]:
    if decision_id is None:
        return ()
    found = reasoning.decisions(creditor_id=desk.creditor_id, ids=[decision_id])
    return tuple(rule for decision in found.values() for rule in why.of_decision(decision))


def _page(
    request: HttpRequest,
    desk: Desk,
    seen: Preview,
    rules: tuple[Rule, ...],
    beside: tuple[int | None, int | None],
) -> DraftPage:
    touch, written = seen.touch, seen.written
    brand = desk.creditor.brand
    stale = [rule.text for rule in rules if rule.id == "payments_not_recorded"]
    before, after = beside
    return DraftPage(
        frame=frame(request, desk, section="drafts"),
        customer=touch.customer_name,
        customer_url=desk.url("customer", customer=touch.customer_id),
        channel=touch.channel,
        sender=f"{brand.get('sender_name') or desk.creditor.name} <{brand.get('sender_address', '')}>",
        recipients=(f"{touch.contact_name} <{touch.address}>" if touch.contact_name else touch.address,),
        subject=written.letter.subject if written else name(LETTERS, touch.letter),
        body_url=desk.url("message_body", touch=touch.id) if written else "",
        planned_for=desk.local(touch.planned_at),
        stage=name(STAGES, touch.stage),
        text_body=written.letter.text if written else "",
        attachments=tuple(item.file_name for item in written.documents) if written else (),
        why=rules,
        warnings=(*stale, *(sentence(code) for code in seen.warnings)),
        approve_url=desk.url("draft_approval", draft_id=touch.id) if desk.seat.may_act and written else "",
        refuse_url=desk.url("draft_refusal", draft_id=touch.id) if desk.seat.may_act else "",
        previous_url=desk.url("draft", draft_id=before) if before else "",
        next_url=desk.url("draft", draft_id=after) if after else "",
        next_id=after,
        words_url=desk.url("draft_words", draft_id=touch.id) if desk.seat.may_act else "",
        own_words=touch.edit is not None,
    )
