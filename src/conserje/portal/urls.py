# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages for the customer who pays.

`/p/` opens a link, `/u/` answers a mail program's unsubscribe button, `/c/` is the account itself.
"""

from django.urls import include, path

from conserje.portal import (
    brand,
    confirm,
    data_rights,
    document,
    genuine,
    home,
    link,
    message,
    papers,
    pass_on,
    pay,
    preferences,
    progress,
    result,
    talk,
    told,
    unsubscribe,
    wrong_person,
)

app_name = "portal"

_account = [
    path("", home.show, name="home"),
    path("pay/", pay.start, name="pay"),
    path("result/<str:attempt>/", result.show, name="result"),
    path("paid/", told.paid, name="paid"),
    path("scheduled/", told.scheduled, name="scheduled"),
    path("told/", told.done, name="done"),
    path("preferences/", preferences.show, name="preferences"),
    path("data/", data_rights.show, name="data"),
    path("genuine/", genuine.show, name="genuine"),
    path("document/<int:paper>/<str:name>", document.download, name="document"),
    path("code/", confirm.show, name="code"),
    path("proof/", told.paid, name="proof"),
    path("talk/", talk.talk, name="talk"),
    path("complaint/", talk.complaint, name="complaint"),
    path("wrong-person/", wrong_person.show, name="wrong_person"),
    path("pass-on/", pass_on.show, name="pass_on"),
    path("progress/<int:invoice>/", progress.show, name="progress"),
    path("message/<int:touch>/", message.show, name="message"),
    path("papers/", papers.show, name="papers"),
    path("papers/statement.pdf", papers.statement, name="statement"),
    path("papers/statement.xlsx", papers.statement_sheet_, name="statement_sheet"),
    path("papers/receipt/<int:payment>.pdf", papers.receipt, name="receipt"),
    path("papers/paz-y-salvo.pdf", papers.clearance, name="clearance"),
    path("brand.css", brand.stylesheet, name="brand"),
]
urlpatterns = [
    path("p/<str:creditor>/<str:token>/", link.open_, name="link"),
    path("p/<str:creditor>/<str:token>/preferences/", link.open_, {"page": "preferences"}),
    path("p/<str:creditor>/<str:token>/data/", link.open_, {"page": "data"}),
    path("p/<str:creditor>/<str:token>/genuine/", link.open_, {"page": "genuine"}),
    path("p/<str:creditor>/<str:token>/complaint/", link.open_, {"page": "complaint"}),
    path("p/<str:creditor>/<str:token>/wrong-person/", link.open_, {"page": "wrong_person"}),
    path("u/<str:creditor>/<str:token>/", unsubscribe.show, name="unsubscribe"),
    path("c/<str:creditor>/", include(_account)),
]
