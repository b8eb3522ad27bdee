# SPDX-License-Identifier: Apache-2.0
"""How to pay where the gateway has no page of its own: an account and a reference, or a code to scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from conserje.domain.ports.gateway import ChargeState, InstructionLine
from conserje.portal import brand
from conserje.portal.instruction_pages import InstructionsPage, Line
from conserje.portal.visit import Visit, looking, not_open
from conserje.services.receivables import instructions
from conserje.services.receivables.instructions import Told
from conserje.ui import qr
from conserje.ui.labels import INSTRUCTIONS

REFERENCE = "reference"
# The line that begins each way.
BANK = "bank"
LONGEST_ON_A_LINE = 40
_ENDED = (ChargeState.DECLINED, ChargeState.EXPIRED)
_PAID = (ChargeState.PAID.value, "quarantined")


@looking
def show(request: HttpRequest, visit: Visit, *, attempt: str) -> HttpResponse:
    """What was told when the attempt was made; once it is paid, the thank-you."""
    told = instructions.told(creditor_id=visit.creditor_id, customer_id=visit.customer_id, public_id=attempt)
    if told is None:
        return not_open(request)
    if told.state in _PAID:
        return HttpResponseRedirect(visit.url("result", attempt=attempt))
    return render(request, "portal/payment/instructions.html", {"page": _page(visit, told)})


def _page(visit: Visit, told: Told) -> InstructionsPage:
    over = told.state in _ENDED or (told.until is not None and told.until < visit.today)
    named = next((line.value for line in told.lines if line.label == REFERENCE), "")
    return InstructionsPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        amount=told.amount,
        ways=() if over else tuple(_ways(told.lines)),
        reference="" if over else named,
        invoices=told.numbers,
        until=told.until,
        qr=qr.draw(told.qr_payload) if told.qr_payload and not over else None,
        over=over,
    )


def _ways(lines: Iterable[InstructionLine]) -> Iterator[tuple[Line, ...]]:
    way: list[Line] = []
    for line in lines:
        if line.label == REFERENCE:
            continue
        if line.label == BANK and way:
            yield tuple(way)
            way = []
        label = str(INSTRUCTIONS.get(line.label, line.label))
        way.append(Line(label, line.value, line.copyable, len(line.value) > LONGEST_ON_A_LINE))
    if way:
        yield tuple(way)
