# SPDX-License-Identifier: Apache-2.0
"""The list of customers who owe: who, how much, how late, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from conserje.domain.outreach.strategy import Strategies
from conserje.services.insights import open_customers, portfolio
from conserje.services.insights.aged import BANDS
from conserje.services.insights.open_customers import PAGE, Filter, Listed, Row, Sort, Wanted
from conserje.services.insights.portfolio import Aged
from conserje.services.outreach import strategy
from conserje.ui import labels
from conserje.ui.listing import Option, Pager
from conserje.workbench import standing
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.pages import AgeingBucket, AgeingChart, CustomerRow, ReceivablesPage

_LONGEST_QUERY = 120


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One page of the list."""
    aged = portfolio.ageing(creditor_id=desk.creditor_id, today=desk.today)
    wanted = _wanted(request, [item.currency for item in aged])
    listed = open_customers.page(creditor_id=desk.creditor_id, wanted=wanted, today=desk.today, now=desk.now)
    counts = open_customers.counts(creditor_id=desk.creditor_id, today=desk.today)
    rules = strategy.in_force(creditor_id=desk.creditor_id)
    page = ReceivablesPage(
        frame=frame(request, desk, section="receivables"),
        rows=tuple(_row(desk, row, rules, wanted) for row in listed.rows),
        ageing=() if wanted.query else tuple(chart(desk, item, chosen=wanted) for item in aged),
        pager=_pager(desk, wanted, listed),
        total=counts[Filter.ALL],
        query=wanted.query,
        filters=_filters(desk, wanted, counts),
        sorts=_sorts(desk, wanted, [item.currency for item in aged]),
        hidden=tuple((key, value) for key, value in _fields(wanted) if key not in ("q", "page")),
        sums=tuple(item.open for item in listed.sums),
        sums_overdue=tuple(item.overdue for item in listed.sums if item.overdue),
        band=_band_words(wanted),
        band_sum=next((item.band for item in listed.sums if item.open.currency == wanted.currency), None),
        all_url=desk.url("receivables") if wanted.band else "",
    )
    return render(request, "workbench/receivables/list.html", {"page": page})


def chart(desk: Desk, aged: Aged, *, chosen: Wanted | None = None) -> AgeingChart:
    """The ageing of one currency; each bucket opens the customers it is made of."""
    shares = _shares([item.amount.minor for item in aged.bands])
    return AgeingChart(
        currency=aged.currency,
        total=aged.total,
        buckets=tuple(
            AgeingBucket(
                band=item.band,
                amount=item.amount,
                share=share,
                invoices=item.invoices,
                url=_url(desk, Wanted(band=item.band, currency=aged.currency)),
                chosen=chosen is not None and (chosen.band, chosen.currency) == (item.band, aged.currency),
            )
            for item, share in zip(aged.bands, shares, strict=True)
        ),
        as_of=desk.today,
    )


def filtered(desk: Desk, only: Filter) -> str:
    """The address of the list with one filter."""
    return _url(desk, Wanted(only=only))


def _shares(minors: Sequence[int]) -> list[int]:
    """Whole per cents that sum to 100: the largest remainders take what rounding down leaves."""
    total = sum(minors)
    if not total:
        return [0] * len(minors)
    shares = [minor * 100 // total for minor in minors]
    by_remainder = sorted(range(len(minors)), key=lambda at: -(minors[at] * 100 % total))
    for at in by_remainder[: 100 - sum(shares)]:
        shares[at] += 1
    return shares


def _wanted(request: HttpRequest, currencies: Sequence[str]) -> Wanted:
    """What the address asks for; anything it cannot mean is what it means without it."""
    asked = request.GET
    band, currency = asked.get("band", ""), asked.get("currency", "")
    banded = band in BANDS and currency in currencies
    weigh = asked.get("weigh", "")
    by_amount = asked.get("sort") == Sort.AMOUNT and weigh in currencies
    page = asked.get("page", "1")
    return Wanted(
        query=" ".join(asked.get("q", "").replace("\0", "").split())[:_LONGEST_QUERY],
        only=Filter(asked["only"]) if asked.get("only") in set(Filter) else Filter.ALL,
        sort=Sort.AMOUNT if by_amount else Sort.NAME if asked.get("sort") == Sort.NAME else Sort.AGE,
        band=band if banded else "",
        currency=currency if banded else "",
        weigh=weigh if by_amount else "",
        page=min(int(page), 1_000_000) if page.isdecimal() and len(page) < 8 else 1,
    )


def _fields(wanted: Wanted) -> list[tuple[str, str]]:
    """The fields of the address that asks for `wanted`, those that are not usual only."""
    usual = asdict(Wanted())
    names = {"query": "q"}
    return [(names.get(key, key), str(value)) for key, value in asdict(wanted).items() if value != usual[key]]


def _url(desk: Desk, wanted: Wanted) -> str:
    fields = _fields(wanted)
    return desk.url("receivables") + (f"?{urlencode(fields)}" if fields else "")


def _row(desk: Desk, row: Row, rules: Strategies, wanted: Wanted) -> CustomerRow:
    own = rules.serving(row.judged.case.serves)
    told = standing.next_of(row.judged, own)
    return CustomerRow(
        name=row.name,
        url=desk.url("customer", customer=row.id),
        open=tuple(item.open for item in row.sums),
        overdue=tuple(item.overdue for item in row.sums if item.overdue),
        invoices=row.invoices,
        days=row.days,
        stage=standing.stage_of(row.judged.case, own),
        next_on=told.on,
        next_what=told.what,
        chips=standing.chips(row.judged.case, today=desk.today),
        band=next((item.band for item in row.sums if wanted.band and item.band), None),
    )


def _filters(desk: Desk, wanted: Wanted, counts: Mapping[Filter, int]) -> tuple[Option, ...]:
    words = {
        Filter.ALL: _("All"),
        Filter.OVERDUE: _("Overdue"),
        Filter.PAUSED: _("On pause"),
        Filter.DRAFTED: _("To approve"),
        Filter.UNPERMITTED: _("Without permission"),
        Filter.UNREACHABLE: _("Without an address"),
    }
    return tuple(
        Option(
            only.value,
            word,
            _url(desk, replace(wanted, only=only, band="", currency="", page=1, query="")),
            chosen=wanted.only is only and not wanted.band and not wanted.query,
            count=counts[only],
        )
        for only, word in words.items()
        if counts[only] or only in (Filter.ALL, Filter.OVERDUE, wanted.only)
    )


def _sorts(desk: Desk, wanted: Wanted, currencies: Sequence[str]) -> tuple[Option, ...]:
    def option(label: str, sort: Sort, weigh: str = "") -> Option:
        chosen = (wanted.sort, wanted.weigh) == (sort, weigh)
        return Option(sort.value, label, _url(desk, replace(wanted, sort=sort, weigh=weigh, page=1)), chosen)

    return (
        option(_("Oldest first"), Sort.AGE),
        *(option(_("Most in %(currency)s") % {"currency": code}, Sort.AMOUNT, code) for code in currencies),
        option(_("By name"), Sort.NAME),
    )


def _pager(desk: Desk, wanted: Wanted, listed: Listed) -> Pager:
    page = listed.first // PAGE + 1
    last = listed.first + len(listed.rows)
    return Pager(
        first=listed.first + 1 if listed.rows else 0,
        last=last,
        total=listed.total,
        previous_url=_url(desk, replace(wanted, page=page - 1)) if page > 1 else "",
        next_url=_url(desk, replace(wanted, page=page + 1)) if last < listed.total else "",
    )


def _band_words(wanted: Wanted) -> str:
    if not wanted.band:
        return ""
    return f"{labels.BANDS[wanted.band]} · {wanted.currency}"
