# SPDX-License-Identifier: Apache-2.0
"""Payments that wait for a person: who paid, how much, for what, why it waits and what to do."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from conserje.services.receivables import in_doubt
from conserje.services.receivables.in_doubt import InDoubt
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.unsure_pages import InDoubtPage, InDoubtRow

_SECOND: Final = "second"
_CONTESTED: Final = "contested"
WHY: Final[dict[str, Promise]] = {
    _SECOND: gettext_lazy("Those invoices were already paid: this is a second payment of as much."),
    "reference_differs": gettext_lazy("The gateway confirmed it under a reference that is not ours."),
    "currency_differs": gettext_lazy("The gateway confirmed it in another currency."),
    "amount_differs": gettext_lazy("The gateway confirmed another amount than was asked for."),
    "payment_id_missing": gettext_lazy("The gateway says it is paid and does not name the payment."),
    "contested": gettext_lazy("The payer's bank asks for it back, or it went back without us asking."),
    "returned_differs": gettext_lazy("The gateway says that more went back than the books can follow."),
    "never_answered": gettext_lazy("A charge was asked for and never answered: perhaps it was made."),
    "payment_conflict": gettext_lazy("The gateway named a payment that the books know with other figures."),
}
_KEEP: Final = gettext_lazy(
    "Ask the customer: send it back, or apply it to another invoice. Until then it is kept as unallocated."
)
_LOOK: Final = gettext_lazy(
    "Nothing was booked, and nobody writes about its invoices until you say what you found. Look for it in the "
    "gateway's own list of payments."
)
_COMPARE: Final = gettext_lazy(
    "Its payment is in the books, and nobody writes about its invoices until you have compared it with the gateway's "
    "own list."
)
_DECIDE: Final = gettext_lazy(
    "Nobody writes about its invoices until you decide. If they are owed, go on; if not, credit them or leave them on "
    "hold, and then go on."
)
_TO_DO: Final[dict[str, Promise]] = {
    _SECOND: _KEEP,
    _CONTESTED: _DECIDE,
    "returned_differs": _COMPARE,
    "payment_conflict": _COMPARE,
}


@looking
def show_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The oldest first."""
    rows = in_doubt.waiting(creditor_id=desk.creditor_id)
    page = InDoubtPage(frame(request, desk, section="home"), tuple(_row(desk, item) for item in rows))
    return render(request, "workbench/in_doubt/list.html", {"page": page})


def _row(desk: Desk, item: InDoubt) -> InDoubtRow:
    return InDoubtRow(
        customer=item.customer,
        customer_url=desk.url("customer", customer=item.customer_id),
        amount=item.amount,
        invoices=", ".join(item.invoices),
        source=item.source,
        at=desk.local(item.at),
        why=str(WHY[item.why]),
        to_do=str(_TO_DO.get(item.why, _LOOK)),
        decide_url=desk.url("contest_decision", checkout=item.number)
        if item.why == _CONTESTED and desk.seat.leads
        else "",
        open_url=""
        if item.why in (_SECOND, _CONTESTED) or not desk.seat.leads
        else desk.url("doubted", checkout=item.number),
    )
