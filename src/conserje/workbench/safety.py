# SPDX-License-Identifier: Apache-2.0
"""The weekly safety figures: what was made, what rules stopped or delayed, what must be zero, and their rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conserje.domain.insights.safety import NEVER, Figure
from conserje.services.insights import reasoning, safety
from conserje.ui import rule_words
from conserje.workbench.access import Desk, looking
from conserje.workbench.frame import frame
from conserje.workbench.safety_pages import RuleCount, SafetyFigure, SafetyPage, SafetyRow, SafetyRowsPage

LABELS: Final[dict[Figure, Promise]] = {
    Figure.MADE: _("Contacts made"),
    Figure.STOPPED: _("Customers whose contact a rule stopped"),
    Figure.DELAYED: _("Customers whose contact a rule delayed"),
    Figure.ZONE_MISMATCH: _("Customers contacted whose phone is in another time than their address"),
    Figure.AFTER_CONSENT: _("Contacts after the permission was withdrawn"),
    Figure.AFTER_PAYMENT: _("Contacts about what was already paid"),
    Figure.WITHOUT_DECISION: _("Contacts without a decision behind them"),
}
_SHOWN: Final = (Figure.MADE, Figure.STOPPED, Figure.DELAYED, Figure.ZONE_MISMATCH)


@looking
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A week (`?week=2026-11-16`, any day of it; the book's own when not given)."""
    first = _week(request, desk)
    found = safety.week(creditor_id=desk.creditor_id, time_zone=desk.creditor.time_zone, first=first)
    url = desk.url("safety")
    page = SafetyPage(
        frame=frame(request, desk, section="law"),
        first=first,
        last=first + timedelta(days=6),
        safe=found.safe,
        never=tuple(_figure(desk, one, found) for one in NEVER),
        figures=tuple(_figure(desk, one, found) for one in _SHOWN),
        stopped=_rules(desk, found.stopped, Figure.STOPPED, first),
        delayed=_rules(desk, found.delayed, Figure.DELAYED, first),
        previous_url=f"{url}?week={first - timedelta(days=7)}",
        next_url=f"{url}?week={first + timedelta(days=7)}" if first + timedelta(days=7) <= desk.today else "",
    )
    return render(request, "workbench/law/safety.html", {"page": page})


@looking
def show_rows(request: HttpRequest, desk: Desk, figure: str) -> HttpResponse:
    """The rows of one figure of a week (`?week=`), of one rule (`?rule=CO.C1`) where it counts those of rules."""
    if figure not in {one.value for one in Figure}:
        raise Http404
    first, rule = _week(request, desk), request.GET.get("rule", "")
    rows = safety.rows(
        creditor_id=desk.creditor_id,
        time_zone=desk.creditor.time_zone,
        first=first,
        figure=Figure(figure),
        rule=rule,
    )
    page = SafetyRowsPage(
        frame=frame(request, desk, section="law"),
        title=str(LABELS[Figure(figure)]),
        first=first,
        last=first + timedelta(days=6),
        rows=tuple(
            SafetyRow(
                row.customer,
                desk.url("customer", customer=row.customer_id),
                desk.local(row.at),
                row.channel,
            )
            for row in rows
        ),
        back_url=f"{desk.url('safety')}?week={first}",
        limit=safety.LIMIT,
        says=_says(rule) if rule else "",
    )
    return render(request, "workbench/law/safety_rows.html", {"page": page})


def _figure(desk: Desk, figure: Figure, week: safety.Week) -> SafetyFigure:
    url = f"{desk.url('safety_rows', figure=figure.value)}?week={week.first}"
    return SafetyFigure(str(LABELS[figure]), week.counts[figure], url, figure in NEVER)


def _rules(desk: Desk, counted: dict[str, int], figure: Figure, first: date) -> tuple[RuleCount, ...]:
    url = desk.url("safety_rows", figure=figure.value)
    return tuple(
        RuleCount(rule, _says(rule), count, f"{url}?week={first}&rule={rule}")
        for rule, count in counted.items()
    )


def _says(rule_id: str) -> str:
    """The rule in words; its id where no pack knows it (any more)."""
    found = reasoning.rule(rule_id)
    return rule_id if found is None else rule_words.sentence(found)


def _week(request: HttpRequest, desk: Desk) -> date:
    try:
        on = min(date.fromisoformat(request.GET.get("week", "")), desk.today)
    except ValueError:
        on = desk.today
    return safety.monday_of(on)
