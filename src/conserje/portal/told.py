# SPDX-License-Identifier: Apache-2.0
"""What the reader tells us: it is paid, or it will be on a date. Taken at their word; nobody asks why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from conserje.domain.outreach.evidence import Trace
from conserje.portal import brand
from conserje.portal.pages import TellPage, ToldPage
from conserje.portal.visit import Page, Visit, acting, by_method, leave_trace, looking, not_open
from conserje.services.arrangements import claim, promise, proof
from conserje.services.receivables import account
from conserje.services.receivables.account import InvoiceStanding
from conserje.services.tenancy.act import reading
from conserje.ui.figures import show_day, show_money
from conserje.ui.labels import METHODS
from conserje.ui.listing import Option

OLDEST_CLAIM = timedelta(days=365)
NUMBERS_NAMED = 5
_SALT = "conserje.portal.told"


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, by field, and the receipt that came with it."""

    fields: Mapping[str, str]
    receipt: proof.File | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    """One thing that can be told: its form, its field, the days it takes, and the service that writes it down.

    `trace` is what telling it proves of the message that led here. `bounds` are how many days ahead it may be, and
    after how many more a pause ends, where it `pauses` by days and not until a person has looked.
    """

    name: str
    template: str
    field: str
    trace: Trace
    earliest: Callable[[date], date]
    bounds: Callable[[Visit], tuple[int, int]]
    write: Callable[[Visit, Sequence[int], date, _Typed], None]
    pauses: bool


def _write_claim(visit: Visit, ids: Sequence[int], on: date, typed: _Typed) -> None:
    form = typed.fields
    said = claim.Said(on, form.get("method", ""), form.get("note", ""), typed.receipt)
    claim.make(
        creditor_id=visit.creditor_id,
        customer_id=visit.customer_id,
        invoice_ids=ids,
        said=said,
        now=visit.now,
    )


def _write_promise(visit: Visit, ids: Sequence[int], on: date, typed: _Typed) -> None:
    promise.make(
        creditor_id=visit.creditor_id,
        customer_id=visit.customer_id,
        invoice_ids=ids,
        promised_on=on,
        through="portal",
        now=visit.now,
    )


_PAID = _Kind(
    name="paid",
    template="portal/told/paid.html",
    field="paid_on",
    trace=Trace.PAYMENT_CLAIM,
    earliest=lambda today: today - OLDEST_CLAIM,
    bounds=lambda _visit: (0, 0),
    write=_write_claim,
    pauses=False,
)
_SCHEDULED = _Kind(
    name="scheduled",
    template="portal/told/scheduled.html",
    field="pay_on",
    trace=Trace.PROMISE,
    earliest=lambda today: today,
    bounds=lambda visit: promise.bounds(creditor_id=visit.creditor_id),
    write=_write_promise,
    pauses=True,
)


def _page_of(kind: _Kind) -> Page:
    @looking
    def show(request: HttpRequest, visit: Visit) -> HttpResponse:
        """The form, with what is past its date ticked."""
        invoices = _open(visit)
        late = [str(item.id) for item in invoices if item.due_on < visit.today]
        ticks = late or [str(item.id) for item in invoices]
        edges = _edges(visit, kind, kind.bounds(visit)[0])
        return render(request, kind.template, {"page": _form(visit, edges, invoices, ticks, {}, {})})

    @acting("POST")
    def take(request: HttpRequest, visit: Visit) -> HttpResponse:
        """Write it down, or show the form again with what is missing and everything already typed."""
        with reading(creditor_id=visit.creditor_id):
            invoices = _open(visit)
            ahead, grace = kind.bounds(visit)
        edges = _edges(visit, kind, ahead)
        form = {name: request.POST.get(name, "").strip() for name in (kind.field, "method", "note")}
        ticks = request.POST.getlist("invoice")
        chosen = [item for item in invoices if str(item.id) in ticks]
        on = _day(form[kind.field])
        errors = _errors(visit, kind, edges, on, chosen, bool(ticks))
        receipt, wrong = _receipt(request)
        if wrong:
            errors["receipt"] = wrong
        if errors or on is None:
            page = _form(visit, edges, invoices, ticks, form, errors)
            return render(request, kind.template, {"page": page}, status=400)
        try:
            kind.write(visit, [item.id for item in chosen], on, _Typed(form, receipt))
        except proof.Refused:
            errors = {"receipt": _not_a_receipt()}
            page = _form(visit, edges, invoices, ticks, form, errors)
            return render(request, kind.template, {"page": page}, status=400)
        except (claim.Refused, promise.Refused) as refused:
            errors = {kind.field: _refusal(refused.args[0], edges)}
            page = _form(visit, edges, invoices, ticks, form, errors)
            return render(request, kind.template, {"page": page}, status=400)
        leave_trace(visit, kind.trace, on.isoformat())
        until = on + timedelta(days=grace) if kind.pauses else None
        return _written(visit, kind, on, until, [item.number for item in chosen])

    return by_method(get=show, post=take)


paid = _page_of(_PAID)
scheduled = _page_of(_SCHEDULED)


@looking
def done(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was written down and what it does."""
    try:
        kind, on, until, numbers = signing.loads(request.GET.get("of", ""), salt=_salt(visit))
    except signing.BadSignature:
        return not_open(request)
    page = ToldPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        kind=kind,
        on=date.fromisoformat(on),
        invoices=tuple(numbers),
        paused_until=date.fromisoformat(until) if until else None,
    )
    return render(request, "portal/told/done.html", {"page": page})


def _written(visit: Visit, kind: _Kind, on: date, until: date | None, numbers: list[str]) -> HttpResponse:
    shown, more = numbers[:NUMBERS_NAMED], len(numbers) - NUMBERS_NAMED
    if more > 0:
        shown.append(ngettext("%(more)s more", "%(more)s more", more) % {"more": more})
    facts = (kind.name, on.isoformat(), until.isoformat() if until else "", shown)
    answer = HttpResponseRedirect(f"{visit.url('done')}?of={signing.dumps(facts, salt=_salt(visit))}")
    answer.status_code = 303
    return answer


def _salt(visit: Visit) -> str:
    return f"{_SALT}.{visit.creditor_id}.{visit.customer_id}"


def _open(visit: Visit) -> tuple[InvoiceStanding, ...]:
    rows = account.invoices(creditor_id=visit.creditor_id, customer_id=visit.customer_id)
    return tuple(row for row in rows if row.open)


def _receipt(request: HttpRequest) -> tuple[proof.File | None, str]:
    """The file that came along and what is wrong with it; it is not read when it is too large."""
    sent = request.FILES.get("receipt")
    if sent is None or not sent.size:
        return None, ""
    if sent.size > proof.SIZE_MAX:
        return None, _not_a_receipt()
    return proof.File(sent.name or "", sent.read()), ""


def _not_a_receipt() -> str:
    return _(
        "We can take a PDF, or a photograph as JPG, PNG or WebP, of at most 10 MB. Please choose it again."
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _edges(visit: Visit, kind: _Kind, ahead: int) -> tuple[date, date]:
    """The first and the last day that can be told."""
    return kind.earliest(visit.today), visit.today + timedelta(days=ahead)


def _refusal(code: str, edges: tuple[date, date]) -> str:
    if code == "promise_by_person":
        return _("For another date, please write to us or call: a person agrees on it with you.")
    return _out_of_bounds(edges)


def _errors(
    visit: Visit,
    kind: _Kind,
    edges: tuple[date, date],
    on: date | None,
    chosen: Sequence[InvoiceStanding],
    any_tick: bool,
) -> dict[str, str]:
    errors = {}
    if not chosen:
        errors["invoice"] = (
            _("What you ticked is no longer open: it has been paid. Thank you. The rest is below.")
            if any_tick
            else _("Tick at least one invoice.")
        )
    if on is None:
        errors[kind.field] = _("Write a date, as in %(example)s.") % {"example": visit.today.isoformat()}
    elif not edges[0] <= on <= edges[1]:
        errors[kind.field] = _out_of_bounds(edges)
    return errors


def _out_of_bounds(edges: tuple[date, date]) -> str:
    first, last = (show_day(edge, language=get_language() or "") for edge in edges)
    return _("Choose a day between %(first)s and %(last)s.") % {"first": first, "last": last}


def _form(
    visit: Visit,
    edges: tuple[date, date],
    invoices: Sequence[InvoiceStanding],
    ticks: Sequence[str],
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> TellPage:
    language = get_language() or ""
    options = tuple(
        Option(str(item.id), _label(item, language), chosen=str(item.id) in ticks) for item in invoices
    )
    method = values.get("method", "")
    return TellPage(
        brand=brand.of(visit.creditor),
        today=visit.today,
        invoices=options,
        earliest=edges[0],
        latest=edges[1],
        methods=tuple(Option(code, str(name), chosen=code == method) for code, name in METHODS.items()),
        values=values,
        errors=errors,
    )


def _label(item: InvoiceStanding, language: str) -> str:
    parts = (item.number, item.subject, show_money(item.open, language=language))
    return " · ".join(part for part in parts if part)
