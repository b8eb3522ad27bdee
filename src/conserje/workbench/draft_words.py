# SPDX-License-Identifier: Apache-2.0
"""A draft in a person's own words: looked at while it is written, kept only when it may leave."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.services.insights import message
from conserje.services.outreach import draft, draft_edit
from conserje.services.outreach.content import Found
from conserje.services.outreach.draft_edit import Looked, NotKept, Opened, Words
from conserje.services.tenancy.act import reading
from conserje.workbench import drafts, listing, refused_words
from conserje.workbench.access import Desk, acting, by_method, looking
from conserje.workbench.content_words import fault
from conserje.workbench.draft_pages import Against, Findings, WordsPage
from conserje.workbench.frame import frame
from conserje.workbench.message import alone

_NOT_KEPT: Final = 422


@looking
def _show(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    opened = _opened(desk, draft_id)
    if opened is None or not desk.seat.may_act:
        return redirect(desk.url("drafts"))
    looked = draft_edit.look(
        creditor_id=desk.creditor_id, touch_id=draft_id, words=opened.words, now=desk.now
    )
    return _page(request, desk, opened, _findings(opened.words, looked))


@acting
def _keep(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """Keep the posted words (`do`: "save", or "approve" to approve the draft as well).

    With `put` an alternative is set into them, with `do` "look" they are only looked at.
    """
    words, reason = _posted(request), request.POST.get("reason", "")
    which = request.POST.get("put", "")
    try:
        if which:
            with reading(creditor_id=desk.creditor_id):
                words = draft_edit.put(
                    creditor_id=desk.creditor_id, touch_id=draft_id, words=words, which=which, now=desk.now
                )
        if which or request.POST.get("do") == "look":
            return _again(request, desk, draft_id, words)
        draft_edit.save(
            creditor_id=desk.creditor_id,
            touch_id=draft_id,
            words=words,
            reason=reason,
            by=desk.by,
            now=desk.now,
        )
    except LookupError:
        messages.info(request, _("That message does not wait any more."))
        return redirect(desk.url("drafts"))
    except NotKept:
        return _again(request, desk, draft_id, words, refused=True)
    if request.POST.get("do") != "approve":
        messages.success(request, _("Your words are kept. The message still waits to be approved."))
        return redirect(desk.url("draft", draft_id=draft_id))
    approved = draft.approve(creditor_id=desk.creditor_id, touch_ids=[draft_id], by=desk.by, now=desk.now)
    drafts.say_approved(request, len(approved))
    return redirect(drafts.following(request, desk))


show = by_method(get=_show, post=_keep)


@acting
def look(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """What stands against the posted words, for the page that is being written on. Keeps nothing."""
    words = _posted(request)
    try:
        with reading(creditor_id=desk.creditor_id):
            looked = draft_edit.look(
                creditor_id=desk.creditor_id, touch_id=draft_id, words=words, now=desk.now
            )
    except LookupError:
        raise Http404 from None
    found = _findings(words, looked, reason=request.POST.get("reason", ""), live=True)
    return render(request, "workbench/drafts/findings.html", {"findings": found})


@acting
def preview(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """The letter as it would look with the posted words, alone on a page that runs nothing. Keeps nothing."""
    try:
        with reading(creditor_id=desk.creditor_id):
            looked = draft_edit.look(
                creditor_id=desk.creditor_id, touch_id=draft_id, words=_posted(request), now=desk.now
            )
    except LookupError:
        raise Http404 from None
    if looked.letter is None:
        return alone(render(request, "workbench/drafts/unseen.html", status=_NOT_KEPT))
    return alone(HttpResponse(looked.letter.letter.html))


@acting
def take_back(request: HttpRequest, desk: Desk, draft_id: int) -> HttpResponse:
    """Give the draft the words of its template again."""
    try:
        draft_edit.take_back(creditor_id=desk.creditor_id, touch_id=draft_id, by=desk.by, now=desk.now)
    except LookupError:
        messages.info(request, _("That message does not wait any more."))
        return redirect(desk.url("drafts"))
    messages.info(request, _("The message has the words of its template again."))
    return redirect(desk.url("draft", draft_id=draft_id))


def _posted(request: HttpRequest) -> Words:
    body = request.POST.get("body", "").replace("\r\n", "\n")
    return Words(" ".join(request.POST.get("subject", "").split()), body)


def _opened(desk: Desk, draft_id: int) -> Opened | None:
    if message.where(creditor_id=desk.creditor_id, touch_id=draft_id) is None:
        raise Http404
    try:
        return draft_edit.opened(creditor_id=desk.creditor_id, touch_id=draft_id, now=desk.now)
    except LookupError:
        return None


def _again(
    request: HttpRequest, desk: Desk, draft_id: int, words: Words, *, refused: bool = False
) -> HttpResponse:
    """The page with the words as they were posted, and what stands against them."""
    with reading(creditor_id=desk.creditor_id):
        opened = draft_edit.opened(creditor_id=desk.creditor_id, touch_id=draft_id, now=desk.now)
        looked = draft_edit.look(creditor_id=desk.creditor_id, touch_id=draft_id, words=words, now=desk.now)
        given = Opened(opened.touch, opened.locale, words, opened.own)
        found = _findings(words, looked, reason=request.POST.get("reason", ""))
        return _page(request, desk, given, found, refused=refused)


def _page(
    request: HttpRequest, desk: Desk, opened: Opened, findings: Findings, *, refused: bool = False
) -> HttpResponse:
    here = {"draft_id": opened.touch.id}
    page = WordsPage(
        frame=frame(request, desk, section="drafts"),
        customer=opened.touch.customer_name,
        draft_url=desk.url("draft", **here),
        subject=opened.words.subject,
        body=opened.words.body,
        lang=opened.locale.replace("_", "-"),
        findings=findings,
        save_url=desk.url("draft_words", **here),
        look_url=desk.url("draft_words_look", **here),
        preview_url=desk.url("draft_words_preview", **here),
        take_back_url=desk.url("draft_words_removal", **here) if opened.own else "",
        own=opened.own,
        refused=refused,
        next_id=listing.single(request, "next"),
    )
    status = _NOT_KEPT if refused else 200
    return render(request, "workbench/drafts/words.html", {"page": page}, status=status)


def _findings(words: Words, looked: Looked, *, reason: str = "", live: bool = False) -> Findings:
    return Findings(
        against=tuple(_against(words, part, item) for part, item in looked.found),
        faults=tuple(fault(code) for code in looked.faults),
        blocked=looked.blocked,
        needs_reason=bool(looked.found) and not looked.blocked,
        reason=reason,
        live=live,
    )


def _against(words: Words, part: str, item: Found) -> Against:
    put = draft_edit.name_of(part, item=item)
    return refused_words.against(words.part(part), item, put=put, in_subject=part == "subject")
