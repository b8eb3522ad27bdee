# SPDX-License-Identifier: Apache-2.0
"""The bank: statements are brought in, and their lines stand by state until everything is somebody's money."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conserje.domain.ports.connector import FileRefused
from conserje.domain.ports.statement import Assumed
from conserje.services.insights.waiting import Waiting
from conserje.services.receivables import bank_lines, bank_statement
from conserje.services.receivables.bank_lines import Standing
from conserje.services.receivables.bank_statement import Brought
from conserje.services.tenancy.act import reading
from conserje.workbench import access, bank_said, listing
from conserje.workbench.access import Desk
from conserje.workbench.bank_pages import BankPage, BankTab
from conserje.workbench.frame import frame
from conserje.workbench.home_pages import Attention

_LONGEST_NUMBER: Final = 40
_OPEN: Final = ("proposed", "queued")


@access.looking
def _show(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _drawn(request, desk)


@access.acting
def _bring(request: HttpRequest, desk: Desk) -> HttpResponse:
    given = request.FILES.get("file")
    if given is None:
        return _refused(request, desk, _("Choose a file first."))
    number = request.POST.get("bank_account", "").strip()[:_LONGEST_NUMBER]
    with tempfile.TemporaryDirectory() as folder:
        # A fixed name: what the browser calls the file is nobody's path.
        path = Path(folder) / "statement"
        with path.open("wb") as stream:
            for chunk in given.chunks():
                stream.write(chunk)
        try:
            assumed = Assumed(number, desk.creditor.currency)
            file = bank_statement.read(path=path, assumed=assumed)
        except FileRefused as refused:
            return _refused(request, desk, bank_said.refusal(refused))
    brought = bank_statement.bring(creditor_id=desk.creditor_id, file=file, by=desk.by, now=desk.now)
    messages.success(request, _told(brought))
    return redirect(desk.url("bank"))


show = access.by_method(get=_show, post=_bring)


def _refused(request: HttpRequest, desk: Desk, fault: str) -> HttpResponse:
    with reading(creditor_id=desk.creditor_id):
        answer = _drawn(request, desk, fault=fault)
    answer.status_code = 422
    return answer


def _drawn(request: HttpRequest, desk: Desk, *, fault: str = "") -> HttpResponse:
    standings = bank_lines.standings(creditor_id=desk.creditor_id)
    counts = {state: sum(one.count for one in standings if one.state == state) for state in bank_said.STATES}
    first = next((state for state in _OPEN if counts[state]), "matched")
    asked = request.GET.get("state", "")
    state = asked if asked in counts else first
    part = listing.asked(request, total=counts[state])
    found = bank_lines.page(creditor_id=desk.creditor_id, state=state, limit=listing.PAGE, offset=part.before)
    page = BankPage(
        frame=frame(request, desk, section="bank"),
        tabs=tuple(_tab(desk, one, counts[one], one == state, standings) for one in counts),
        rows=bank_said.rows(desk, found),
        may_act=desk.seat.may_act,
        pager=part.pager(url=f"{desk.url('bank')}?state={state}", shown=len(found)),
        fault=fault,
        bank_account=request.POST.get("bank_account", "")[:_LONGEST_NUMBER],
        is_empty=not standings,
    )
    return render(request, "workbench/bank/list.html", {"page": page})


def attention(desk: Desk, waiting: Waiting) -> tuple[Attention, ...]:
    """The line of the first screen: how many lines of the bank nobody has decided yet."""
    count = waiting.bank_lines
    text = ngettext("line of the bank to be decided", "lines of the bank to be decided", count)
    return (Attention(count, text, desk.url("bank"), "rest"),) if count else ()


def _tab(desk: Desk, state: str, count: int, chosen: bool, standings: tuple[Standing, ...]) -> BankTab:
    sums = tuple(one.came_in for one in standings if one.state == state and one.came_in)
    return BankTab(str(bank_said.STATES[state]), f"{desk.url('bank')}?state={state}", count, chosen, sums)


def _told(brought: Brought) -> str:
    """What a file came to, in sentences."""
    if not brought.new:
        return _("Every line of this file was known already: nothing was added.")
    states = brought.states
    parts = [
        ngettext("%(count)s new line.", "%(count)s new lines.", brought.new) % {"count": brought.new},
        _("Applied: %(count)s.") % {"count": states.get("matched", 0)},
        _("Proposed: %(count)s.") % {"count": states.get("proposed", 0)},
        _("To be decided: %(count)s.") % {"count": states.get("queued", 0)},
    ]
    return " ".join(parts)
