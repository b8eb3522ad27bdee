# SPDX-License-Identifier: Apache-2.0
"""Failed payments: by state, one by one with every try, and what became of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.recovery.failure import IN_PROGRESS, FailureState, RecoveryReason
from conserje.services.recovery import listing as failures
from conserje.services.recovery import locked, pause, retry
from conserje.services.recovery.listing import Row, Tried, Wanted
from conserje.workbench import listing
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.frame import frame
from conserje.workbench.recovery_pages import Choice, FailedListPage, FailedPage, FailedRow, Figure, TryRow
from conserje.workbench.recovery_words import DECLINES, MADE_BY, REASONS, STATES, TONES, not_tried
from conserje.workbench.words import name

COHORT_DAYS = 90


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Failed payments, those in progress unless another state or reason is asked for."""
    wanted = _wanted(request)
    part = listing.asked(request, total=failures.count(creditor_id=desk.creditor_id, wanted=wanted))
    rows = failures.rows(
        creditor_id=desk.creditor_id,
        wanted=Wanted(wanted.states, wanted.reason, listing.PAGE, part.before),
    )
    lines = failures.cohort(
        creditor_id=desk.creditor_id, since=desk.now - timedelta(days=COHORT_DAYS), until=desk.now
    )
    currencies = dict.fromkeys(line.currency for line in lines)
    shares = [failures.recovered_share(lines=lines, currency=code) for code in currencies]
    page = FailedListPage(
        frame=frame(request, desk, section="receivables"),
        rows=tuple(_row(desk, row) for row in rows),
        choices=tuple(_choice(desk, state, wanted) for state in FailureState),
        figures=tuple(
            Figure(
                label=name(REASONS, line.reason) if line.reason else name(STATES, line.state),
                count=line.count,
                amount=line.amount,
                url=f"{desk.url('failed_payments')}?state={line.state}&reason={line.reason}",
            )
            for line in lines
        ),
        recovered=sum(share[0] for share in shares),
        of=sum(share[1] for share in shares),
        pager=part.pager(
            url=f"{desk.url('failed_payments')}?state={','.join(wanted.states)}&reason={wanted.reason}",
            shown=len(rows),
        ),
    )
    return render(request, "workbench/recovery/list.html", {"page": page})


@looking
def show(request: HttpRequest, desk: Desk, *, failed: int) -> HttpResponse:
    """One failed payment with every try of its card."""
    found = failures.one(creditor_id=desk.creditor_id, failed_payment_id=failed)
    if found is None:
        raise Http404
    row, tried = found
    may_act = desk.seat.may_act and row.state in IN_PROGRESS
    page = FailedPage(
        frame=frame(request, desk, section="receivables"),
        row=_row(desk, row),
        customer_url=desk.url("customer", customer=row.customer_id),
        card=" ".join(part for part in (row.brand, f"•••• {row.last4}" if row.last4 else "") if part),
        reason=name(REASONS, row.reason) if row.reason else "",
        tries=tuple(_try(desk, item) for item in tried),
        list_url=desk.url("failed_payments"),
        act_url=desk.url("failed_payment_act", failed=row.id) if may_act else "",
    )
    return render(request, "workbench/recovery/show.html", {"page": page})


@acting
def act(request: HttpRequest, desk: Desk, *, failed: int) -> HttpResponse:
    """POST `act`: "retry" now if the governor allows it, "pause", or "stop" trying and writing."""
    ways: dict[str, Callable[..., None]] = {"pause": pause.place, "stop": pause.give_up}
    wanted = request.POST.get("act", "")
    given: dict[str, Any] = {
        "creditor_id": desk.creditor_id,
        "failed_payment_id": failed,
        "by": desk.by,
        "now": desk.now,
    }
    try:
        if wanted == "retry":
            why = retry.again(**given)
            if why:
                messages.warning(request, not_tried(why))
            else:
                messages.success(request, _("The card is tried with the next turn of work."))
        elif wanted in ways:
            ways[wanted](**given)
            messages.success(request, _("Done. Nothing more is tried or written for it."))
        else:
            raise Http404
    except locked.UnknownFailure as error:
        raise Http404 from error
    except pause.NotInProgress:
        messages.warning(request, _("Nothing was done: it had ended meanwhile."))
    return redirect(desk.url("failed_payment", failed=failed))


def _wanted(request: HttpRequest) -> Wanted:
    known = {state.value for state in FailureState}
    states = tuple(one for one in request.GET.get("state", "").split(",") if one in known)
    reason = request.GET.get("reason", "")
    return Wanted(
        states or failures.OPEN, reason if reason in {item.value for item in RecoveryReason} else ""
    )


def _choice(desk: Desk, state: FailureState, wanted: Wanted) -> Choice:
    return Choice(
        label=name(STATES, state.value),
        url=f"{desk.url('failed_payments')}?state={state.value}",
        chosen=state.value in wanted.states,
    )


def _row(desk: Desk, row: Row) -> FailedRow:
    return FailedRow(
        url=desk.url("failed_payment", failed=row.id),
        customer=row.customer,
        what=row.subscription or row.invoice,
        amount=row.amount,
        failed_at=desk.local(row.failed_at),
        state=name(STATES, row.state),
        tone=TONES.get(row.state, "rest"),
        decline=name(DECLINES, row.decline),
        next_try_at=desk.local(row.next_try_at) if row.next_try_at else None,
        why_not=not_tried(row.not_tried) if row.state in IN_PROGRESS else "",
    )


def _try(desk: Desk, item: Tried) -> TryRow:
    return TryRow(
        at=desk.local(item.at),
        by=name(MADE_BY, item.made_by),
        end=_("Approved") if item.approved else name(DECLINES, item.decline),
        tone="done" if item.approved else "rest",
        code=item.code,
    )
