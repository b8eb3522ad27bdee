# SPDX-License-Identifier: Apache-2.0
"""The day's drafts on one page: signed in, or by the one-time link of the digest, which changes nothing when opened."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.config import clock
from conserje.domain.kit.days import zone
from conserje.domain.kit.money import Money
from conserje.services.insights import digest as content
from conserje.services.outreach import digest, draft
from conserje.services.outreach.digest import Opened, Wish
from conserje.services.outreach.draft import Draft, Preview
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy import people
from conserje.services.tenancy.act import reading
from conserje.services.tenancy.creditor import Facts, UnknownCreditor
from conserje.services.tenancy.people import Worker
from conserje.ui.listing import Option
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.frame import frame
from conserje.workbench.reasons import sentence
from conserje.workbench.today_pages import TodayDraft, TodayPage
from conserje.workbench.words import LETTERS, name


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The day, with one button for all drafts shown, and when the e-mail comes."""
    found = content.content(creditor_id=desk.creditor_id, time_zone=desk.creditor.time_zone, now=desk.now)
    wish = digest.wish(creditor_id=desk.creditor_id, person=desk.user_id)
    page = TodayPage(
        creditor_name=desk.creditor.name,
        day=desk.today,
        lines=tuple(content.lines(found)),
        drafts=_drafts(desk.creditor_id, found.drafts, desk.now),
        more=found.waiting - len(found.drafts),
        approve_url=desk.url("drafts_approval") if desk.seat.may_act else "",
        frame=frame(request, desk, section="drafts"),
        hours=tuple(Option(str(one), f"{one:02d}:00", chosen=one == wish.hour) for one in range(24)),
        stopped=wish.stopped,
        wish_url=desk.url("today_wish") if desk.seat.may_act else "",
    )
    return render(request, "workbench/today/show.html", {"page": page})


@acting
def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep when this person wants the e-mail (POST `hour`, and `stopped` for none)."""
    hour = request.POST.get("hour", "")
    if not hour.isdecimal() or len(hour) > 2 or int(hour) > 23:
        messages.warning(request, _("Choose an hour of the day."))
        return redirect(desk.url("today"))
    wish = Wish(int(hour), "stopped" in request.POST)
    digest.choose(creditor_id=desk.creditor_id, person=desk.user_id, wish=wish, now=desk.now)
    messages.success(
        request,
        _("The e-mail of the day will not come any more.")
        if wish.stopped
        else _("The e-mail of the day comes from %(hour)s on.") % {"hour": f"{wish.hour:02d}:00"},
    )
    return redirect(desk.url("today"))


def by_link(request: HttpRequest, creditor: str, token: str) -> HttpResponse:
    """The same by the link of the e-mail, for its person alone. GET changes nothing; the button approves once."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
    try:
        facts = creditors.by_public_id(public_id=creditor)
    except UnknownCreditor:
        raise Http404 from None
    now = clock.now_for(facts)
    with reading(creditor_id=facts.id):
        opened = digest.opened(creditor_id=facts.id, token=token, now=now)
    worker = _worker(facts, opened)
    if opened is None or worker is None:
        raise Http404
    with translation.override((worker.locale or facts.locale or "es").replace("_", "-").lower()):
        notice = _approved(request, facts, opened, token, now) if request.method == "POST" else ""
        answer = _drawn(request, facts, opened, now, notice)
    answer.headers["Cache-Control"] = "no-store"
    # Never to another site. "no-referrer" would send the button's POST from nowhere, which is refused.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _worker(facts: Facts, opened: Opened | None) -> Worker | None:
    """Whose link it is, while they may still act here."""
    person = opened.person if opened else 0
    return next((one for one in people.workers(creditor_id=facts.id) if one.user_id == person), None)


def _approved(request: HttpRequest, facts: Facts, opened: Opened, token: str, now: datetime) -> str:
    if opened.used:
        return _("This link has approved already.")
    ids = [int(value) for value in request.POST.getlist("draft") if value.isdecimal() and len(value) < 18]
    done = digest.use(creditor_id=facts.id, token=token, touch_ids=ids, person=opened.person, now=now)
    text = ngettext(
        "%(count)s message approved. It is judged once more when it leaves.",
        "%(count)s messages approved. Each is judged once more when it leaves.",
        len(done),
    )
    return text % {"count": len(done)} if done else _("Nothing was waiting any more.")


def _drawn(request: HttpRequest, facts: Facts, opened: Opened, now: datetime, notice: str) -> HttpResponse:
    with reading(creditor_id=facts.id):
        found = content.content(creditor_id=facts.id, time_zone=facts.time_zone, now=now)
        done = opened.used or bool(notice)
        page = TodayPage(
            creditor_name=facts.name,
            day=now.astimezone(zone(facts.time_zone)).date(),
            lines=tuple(content.lines(found)),
            drafts=() if done else _drafts(facts.id, found.drafts, now),
            more=found.waiting - (0 if done else len(found.drafts)),
            approve_url="" if done else request.path,
            notice=notice or (_("This link has approved already.") if opened.used else ""),
            sign_in_url=f"/w/{facts.public_id}/today/",
        )
    return render(request, "workbench/today/link.html", {"page": page})


def _drafts(creditor_id: int, found: tuple[Draft, ...], now: datetime) -> tuple[TodayDraft, ...]:
    seen = draft.previews(creditor_id=creditor_id, touch_ids=[item.touch_id for item in found], now=now)
    return tuple(_draft(item, seen[item.touch_id]) for item in found)


def _draft(item: Draft, seen: Preview) -> TodayDraft:
    return TodayDraft(
        id=item.touch_id,
        customer=item.customer,
        channel=item.channel,
        amounts=tuple(Money(currency, minor) for currency, minor in item.asked),
        subject=seen.written.letter.subject if seen.written else name(LETTERS, item.letter),
        text=seen.written.letter.text if seen.written else "",
        warnings=tuple(sentence(code) for code in seen.warnings),
    )
