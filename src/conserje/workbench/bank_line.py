# SPDX-License-Identifier: Apache-2.0
"""One line of the bank: confirm what is proposed, find its customer and invoices, leave it out, or take it back."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from conserje.domain.kit.money import Money
from conserje.domain.kit.text import compact, fold
from conserje.domain.receivables.allocation import OpenInvoice, share
from conserje.services.receivables import bank_lines, lookup, matching
from conserje.services.receivables.bank_lines import Line
from conserje.services.receivables.matching import Choice
from conserje.services.receivables.refusals import Refused, UnknownRow
from conserje.services.tenancy.act import reading
from conserje.workbench import bank_said, listing
from conserje.workbench.access import Desk, acting, looking
from conserje.workbench.bank_pages import BankCustomer, BankInvoice, BankLinePage
from conserje.workbench.frame import frame


@looking
def show(request: HttpRequest, desk: Desk, line: int) -> HttpResponse:
    """A line with what was decided; while it waits, with a search for whose money it is."""
    found = _line(desk, line)
    acts = desk.seat.may_act and found.state != "matched" and found.amount.minor > 0
    query = request.GET.get("q", "").strip()[:80]
    asked = request.GET.get("customer", "")
    chosen_id = int(asked) if asked.isdecimal() and len(asked) < 18 else (found.customer_id or 0)
    chosen = (
        lookup.customer(creditor_id=desk.creditor_id, text=str(chosen_id)) if acts and chosen_id else None
    )
    page = BankLinePage(
        frame=frame(request, desk, section="bank"),
        row=bank_said.rows(desk, [found])[0],
        bank_url=f"{desk.url('bank')}?state={found.state}",
        query=query,
        found=_found(desk, found, query) if acts else (),
        searched=bool(query),
        chosen=chosen.name if chosen is not None and chosen.id == chosen_id else "",
        chosen_id=chosen_id if chosen is not None and chosen.id == chosen_id else 0,
        invoices=_invoices(desk, found, chosen_id) if chosen is not None else (),
        apply_url=desk.url("bank_application", line=line) if acts else "",
        omit_url=desk.url("bank_omission", line=line) if acts else "",
    )
    return render(request, "workbench/bank/line.html", {"page": page})


@acting
def confirm(request: HttpRequest, desk: Desk, line: int) -> HttpResponse:
    """Do what was proposed (POST `decision`: the one that the person saw)."""
    decision = listing.single(request, "decision") or 0
    try:
        matching.confirm(
            creditor_id=desk.creditor_id, line_id=line, decision_id=decision, by=desk.by, now=desk.now
        )
    except UnknownRow:
        raise Http404 from None
    except Refused:
        messages.warning(
            request, _("Nothing was changed: this line or its invoices changed meanwhile. Look again.")
        )
        return redirect(desk.url("bank_line", line=line))
    messages.success(request, _("Confirmed. This payer will be recognised the next time."))
    return redirect(desk.url("bank"))


@acting
def apply(request: HttpRequest, desk: Desk, line: int) -> HttpResponse:
    """Record the line as a customer's money for the ticked invoices; what is left over stays unallocated."""
    with reading(creditor_id=desk.creditor_id):
        found = _line(desk, line)
        customer_id = listing.single(request, "customer") or 0
        ticked = set(listing.ticked(request, "invoice"))
        open_ = bank_lines.open_invoices(
            creditor_id=desk.creditor_id, customer_id=customer_id, currency=found.amount.currency
        )
    wanted = [
        OpenInvoice(one.invoice_id, "", one.open, one.due_on) for one in open_ if one.invoice_id in ticked
    ]
    shares = share(amount=Money(found.amount.currency, max(0, found.amount.minor)), invoices=wanted)
    try:
        matching.apply_to(
            creditor_id=desk.creditor_id,
            line_id=line,
            choice=Choice(customer_id, shares),
            by=desk.by,
            now=desk.now,
        )
    except UnknownRow:
        raise Http404 from None
    except Refused:
        messages.warning(
            request, _("Nothing was changed: this line or its invoices changed meanwhile. Look again.")
        )
        return redirect(desk.url("bank_line", line=line))
    messages.success(request, _("Applied. This payer will be recognised the next time."))
    return redirect(desk.url("bank"))


@acting
def leave_out(request: HttpRequest, desk: Desk, line: int) -> HttpResponse:
    """Leave the line out, with a reason (POST `note`)."""
    note = request.POST.get("note", "").strip()
    if not note:
        messages.warning(request, _("Say in a word why this is no customer's money."))
        return redirect(desk.url("bank_line", line=line))
    try:
        matching.ignore(creditor_id=desk.creditor_id, line_id=line, note=note, by=desk.by, now=desk.now)
    except UnknownRow:
        raise Http404 from None
    except Refused:
        messages.warning(
            request, _("Nothing was changed: this line or its invoices changed meanwhile. Look again.")
        )
        return redirect(desk.url("bank_line", line=line))
    messages.success(request, _("Left out. You can take that back."))
    return redirect(desk.url("bank"))


@acting
def undo(request: HttpRequest, desk: Desk, line: int) -> HttpResponse:
    """Take back what was decided on the line."""
    try:
        matching.undo(creditor_id=desk.creditor_id, line_id=line, by=desk.by, now=desk.now)
    except UnknownRow:
        raise Http404 from None
    except Refused:
        messages.warning(request, _("This cannot be taken back here. Look at the customer's payments."))
    else:
        messages.success(
            request, _("Taken back: the invoices are open again and the line waits to be decided.")
        )
    return redirect(desk.url("bank_line", line=line))


def _line(desk: Desk, line_id: int) -> Line:
    found = bank_lines.one(creditor_id=desk.creditor_id, line_id=line_id)
    if found is None:
        raise Http404
    return found


def _found(desk: Desk, line: Line, query: str) -> tuple[BankCustomer, ...]:
    words = fold(query).split()
    term = max(words, key=len, default="")
    rows: Sequence[tuple[int, str]] = bank_lines.customers_found(
        creditor_id=desk.creditor_id, term=term, number=compact(query)
    )
    url = desk.url("bank_line", line=line.id)
    return tuple(BankCustomer(name, f"{url}?customer={customer_id}#choose") for customer_id, name in rows)


def _invoices(desk: Desk, line: Line, customer_id: int) -> tuple[BankInvoice, ...]:
    meant = {part.invoice_id for part in line.shares}
    rows = bank_lines.open_invoices(
        creditor_id=desk.creditor_id, customer_id=customer_id, currency=line.amount.currency
    )
    return tuple(
        BankInvoice(row.invoice_id, row.number, row.open, row.due_on, row.invoice_id in meant) for row in rows
    )
