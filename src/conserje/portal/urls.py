# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages for the customer who pays.

`/p/` opens a link, `/u/` answers a mail program's unsubscribe button, `/c/` is the account itself.
"""

from django.urls import include, path

from conserje.portal import (
    brand,
    data_rights,
    document,
    genuine,
    home,
    instructions,
    link,
    mandate,
    pay,
    preferences,
    result,
    told,
    unsubscribe,
)

app_name = "portal"

_account = [
    path("", home.show, name="home"),
    path("pay/", pay.start, name="pay"),
    path("result/<str:attempt>/", result.show, name="result"),
    path("how/<str:attempt>/", instructions.show, name="instructions"),
    path("mandate/", mandate.show, name="mandate"),
    path("card/", mandate.card, name="card"),
    path("mandate/<str:attempt>/", mandate.back, name="mandate_back"),
    path("paid/", told.paid, name="paid"),
    path("scheduled/", told.scheduled, name="scheduled"),
    path("told/", told.done, name="done"),
    path("preferences/", preferences.show, name="preferences"),
    path("data/", data_rights.show, name="data"),
    path("genuine/", genuine.show, name="genuine"),
    path("document/<int:paper>/<str:name>", document.download, name="document"),
    path("brand.css", brand.stylesheet, name="brand"),
]
urlpatterns = [
    path("p/<str:creditor>/<str:token>/", link.open_, name="link"),
    path("p/<str:creditor>/<str:token>/preferences/", link.open_, {"page": "preferences"}),
    path("p/<str:creditor>/<str:token>/data/", link.open_, {"page": "data"}),
    path("p/<str:creditor>/<str:token>/genuine/", link.open_, {"page": "genuine"}),
    path("u/<str:creditor>/<str:token>/", unsubscribe.show, name="unsubscribe"),
    path("c/<str:creditor>/", include(_account)),
]
