# SPDX-License-Identifier: Apache-2.0
"""Messages of which nobody knows whether they arrived: a person says so, or has them sent once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from conserje.services.outreach import evidence, parked
from conserje.services.outreach import unsure as unresolved
from conserje.services.outreach.parked import Parked
from conserje.services.outreach.unsure import Unresolved
from conserje.services.tenancy.act import reading
from conserje.workbench import listing
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.frame import frame
from conserje.workbench.reasons import sentence
from conserje.workbench.unsure_pages import ParkedRow, UnsurePage, UnsureRow
from conserje.workbench.words import LETTERS, name

# At most so many of those that were given up are shown at once.
GIVEN_UP = 100
# What happened, as far as anybody knows, by the code that the sender wrote down.
_HAPPENED: Final[dict[str, Promise]] = {
    "timed_out": gettext_lazy("Their server took the message and did not answer in time."),
    "connection_lost": gettext_lazy("The connection broke before their server answered."),
    "worker_lost": gettext_lazy("Our own process stopped while it was handing the message over."),
    "answer_unreadable": gettext_lazy("Their server's answer could not be read."),
}
# Why something was given up, and what a person can do.
_WHY: Final[dict[str, Promise]] = {
    "poisoned": gettext_lazy("Whatever process handled it stopped, five times. Nothing else waits for it."),
}
_TO_DO: Final[dict[str, Promise]] = {
    "cannot_be_written": gettext_lazy(
        "It is written once more by itself. If that fails too, put right what is wrong and try it once more."
    ),
    "poisoned": gettext_lazy(
        "Tell whoever runs this installation. When the cause is gone, try it once more."
    ),
}
_LEFT: Final = {
    "overtaken": ngettext_lazy(
        "%(count)s was left: something newer was sent to that customer, or waits to be.",
        "%(count)s were left: something newer was sent to those customers, or waits to be.",
        "count",
    ),
    "case_closed": ngettext_lazy(
        "%(count)s was left: its case is closed, nothing is owed any more.",
        "%(count)s were left: their cases are closed, nothing is owed any more.",
        "count",
    ),
    "resolved": ngettext_lazy(
        "%(count)s was left: it had been resolved meanwhile.",
        "%(count)s were left: they had been resolved meanwhile.",
        "count",
    ),
}


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The oldest first, with what was looked for; then what could not be sent at all."""
    part = listing.asked(request, total=unresolved.count(creditor_id=desk.creditor_id))
    found = unresolved.waiting(creditor_id=desk.creditor_id, limit=listing.PAGE, offset=part.before)
    page = UnsurePage(
        frame=frame(request, desk, section="home"),
        rows=tuple(_row(desk, item) for item in found),
        parked=tuple(
            _parked(desk, item) for item in parked.waiting(creditor_id=desk.creditor_id, limit=GIVEN_UP)
        ),
        pager=part.pager(url=desk.url("unsure"), shown=len(found)),
        resolve_url=desk.url("unsure_resolution") if desk.seat.may_act else "",
        retry_url=desk.url("parked_retry") if desk.seat.may_act else "",
    )
    return render(request, "workbench/unsure/list.html", {"page": page})


@acting
def resolve(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the person says of the chosen ones (POST `touch`): `as` "sent" or "again"; the notice tells each end."""
    ids = listing.ticked(request, "touch")
    ways: dict[str, Callable[..., list[int]]] = {
        "sent": unresolved.treat_as_sent,
        "again": unresolved.send_again,
    }
    way = ways.get(request.POST.get("as", ""))
    if way is None or not ids:
        messages.warning(request, _("Nothing was done: tick at least one message first."))
        return redirect(desk.url("unsure"))
    done = way(creditor_id=desk.creditor_id, touch_ids=ids, by=desk.by, now=desk.now)
    if done:
        messages.success(request, _said(request.POST["as"], len(done)))
    left = sorted(set(ids) - set(done))
    with reading(creditor_id=desk.creditor_id):
        why = unresolved.left_because(creditor_id=desk.creditor_id, touch_ids=left)
    for line in _left(list(why.values())):
        messages.warning(request, line)
    return redirect(desk.url("unsure"))


@acting
def retry(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The chosen ones that were given up (POST `touch`) are tried once more; the notice tells each end."""
    ids = listing.ticked(request, "touch")
    if not ids:
        messages.warning(request, _("Nothing was done: tick at least one message first."))
        return redirect(desk.url("unsure"))
    tried = parked.again(creditor_id=desk.creditor_id, touch_ids=ids, by=desk.by, now=desk.now)
    if tried.made:
        count = len(tried.made)
        text = ngettext(
            "%(count)s message is tried once more, if it is still right and lawful then.",
            "%(count)s messages are tried once more, each if it is still right and lawful then.",
            count,
        )
        messages.success(request, text % {"count": count})
    for line in _left(list(tried.left.values())):
        messages.warning(request, line)
    return redirect(desk.url("unsure"))


def _row(desk: Desk, item: Unresolved) -> UnsureRow:
    sought = (
        _("an answer of the carrier, a promise, a notice of payment or a payment through its link")
        if evidence.can_be_asked(item.carrier)
        else _("a promise, a notice of payment or a payment through its link")
    )
    return UnsureRow(
        id=item.touch_id,
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        what=name(LETTERS, item.letter),
        subject=item.subject,
        to=item.address,
        channel=item.channel,
        at=desk.local(item.handed_at),
        happened=str(_HAPPENED.get(item.reason) or sentence(item.reason)),
        sought=sought,
        looked_at=_local(desk, item.looked_at),
        next_look_at=_local(desk, item.next_look_at),
        message_url=desk.url("message", touch=item.touch_id) if item.subject else "",
    )


def _parked(desk: Desk, item: Parked) -> ParkedRow:
    return ParkedRow(
        id=item.touch_id,
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        what=name(LETTERS, item.letter),
        at=desk.local(item.since),
        why=str(_WHY.get(item.reason) or sentence(item.reason)),
        to_do=str(_TO_DO[item.reason]),
    )


def _said(way: str, count: int) -> str:
    if way == "sent":
        text = ngettext(
            "%(count)s message counts as sent. Nothing more leaves for it.",
            "%(count)s messages count as sent. Nothing more leaves for them.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s message will leave once more, if it is still right and lawful then.",
            "%(count)s messages will leave once more, each if it is still right and lawful then.",
            count,
        )
    return text % {"count": count}


def _left(why: Sequence[str]) -> Iterator[str]:
    counts = Counter(code if code in ("overtaken", "case_closed") else "resolved" for code in why)
    for code, count in sorted(counts.items()):
        yield str(_LEFT[code] % {"count": count})


def _local(desk: Desk, at: datetime | None) -> datetime | None:
    return None if at is None else desk.local(at)
