# SPDX-License-Identifier: Apache-2.0
"""Every address the templates name, so that they can be drawn without the rest of the house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def _nothing(request: HttpRequest, **_: str) -> HttpResponse:
    return HttpResponse(status=404)


PORTAL = [
    path("<str:creditor>/", _nothing, name="home"),
    path("<str:creditor>/brand.css", _nothing, name="brand"),
    path("<str:creditor>/pay/", _nothing, name="pay"),
    path("<str:creditor>/paid/", _nothing, name="paid"),
    path("<str:creditor>/plan/", _nothing, name="plan"),
    path("<str:creditor>/plan/day/", _nothing, name="plan_day"),
    path("<str:creditor>/plan/pay/", _nothing, name="plan_pay"),
    path("<str:creditor>/scheduled/", _nothing, name="scheduled"),
    path("<str:creditor>/preferences/", _nothing, name="preferences"),
    path("<str:creditor>/unsubscribe/<str:token>/", _nothing, name="unsubscribe"),
    path("<str:creditor>/genuine/", _nothing, name="genuine"),
    path("<str:creditor>/data/", _nothing, name="data"),
    path("<str:creditor>/dispute/", _nothing, name="dispute"),
    path("<str:creditor>/history/", _nothing, name="history"),
    path("<str:creditor>/plan/automatic/", _nothing, name="plan_automatic"),
    path("<str:creditor>/plan/agreement.pdf", _nothing, name="plan_paper"),
    path("<str:creditor>/code/", _nothing, name="code"),
    path("<str:creditor>/complaint/", _nothing, name="complaint"),
    path("<str:creditor>/wrong-person/", _nothing, name="wrong_person"),
    path("<str:creditor>/pass-on/", _nothing, name="pass_on"),
    path("<str:creditor>/progress/<str:invoice>/", _nothing, name="progress"),
    path("<str:creditor>/papers/statement.pdf", _nothing, name="statement"),
    path("<str:creditor>/papers/statement.xlsx", _nothing, name="statement_sheet"),
    path("<str:creditor>/papers/paz-y-salvo.pdf", _nothing, name="clearance"),
    path("<str:creditor>/mandate/", _nothing, name="mandate"),
    path("<str:creditor>/cancel/", _nothing, name="cancel"),
]
WORKBENCH = [
    path("<str:creditor>/ways/", _nothing, name="ways"),
    path("<str:creditor>/bank/", _nothing, name="bank"),
    path("start/", _nothing, name="start"),
    path("<str:creditor>/payments/", _nothing, name="payments"),
    path("<str:creditor>/payments/in-doubt/", _nothing, name="in_doubt"),
    path("<str:creditor>/", _nothing, name="home"),
    path("<str:creditor>/receivables/", _nothing, name="receivables"),
    path("<str:creditor>/failed/", _nothing, name="failed_payments"),
    path("<str:creditor>/drafts/", _nothing, name="drafts"),
    path("<str:creditor>/plans/", _nothing, name="plans"),
    path("<str:creditor>/plans/policy/", _nothing, name="plan_policy"),
    path("<str:creditor>/letterbox/", _nothing, name="letterbox"),
    path("<str:creditor>/law/", _nothing, name="law"),
    path("<str:creditor>/clock/", _nothing, name="clock"),
    path("<str:creditor>/import/", _nothing, name="imports"),
    path("<str:creditor>/contacts/", _nothing, name="contacts"),
    path("<str:creditor>/requests/", _nothing, name="data_requests"),
    path("<str:creditor>/disputes/", _nothing, name="disputes"),
    path("<str:creditor>/settlements/", _nothing, name="settlements"),
    path("<str:creditor>/fiscal/", _nothing, name="fiscal"),
    path("language/", _nothing, name="language"),
]
urlpatterns = [
    path("p/", include((PORTAL, "portal"))),
    path("w/", include((WORKBENCH, "workbench"))),
    path("accounts/", include("allauth.urls")),
]
