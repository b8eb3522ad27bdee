# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages for the customer who pays.

`/p/` opens a link, `/u/` answers a mail program's unsubscribe button, `/c/` is the account itself.
"""

from django.urls import include, path

from conserje.portal import (
    agreeing,
    agreements,
    brand,
    data_rights,
    disputes,
    document,
    genuine,
    home,
    instructions,
    link,
    mandate,
    pay,
    plan,
    plan_acts,
    preferences,
    result,
    settlements,
    told,
    unsubscribe,
)

app_name = "portal"

_account = [
    path("", home.show, name="home"),
    path("pay/", pay.start, name="pay"),
    path("plan/", plan.show, name="plan"),
    path("plan/pay/", plan_acts.pay, name="plan_pay"),
    path("plan/day/", plan_acts.move, name="plan_day"),
    path("result/<str:attempt>/", result.show, name="result"),
    path("mandate/", mandate.show, name="mandate"),
    path("card/", mandate.card, name="card"),
    path("mandate/<str:attempt>/", mandate.back, name="mandate_back"),
    path("how/<str:attempt>/", instructions.show, name="instructions"),
    path("paid/", told.paid, name="paid"),
    path("scheduled/", told.scheduled, name="scheduled"),
    path("told/", told.done, name="done"),
    path("preferences/", preferences.show, name="preferences"),
    path("data/", data_rights.show, name="data"),
    path("genuine/", genuine.show, name="genuine"),
    path("document/<int:paper>/<str:name>", document.download, name="document"),
    path("dispute/", disputes.show, name="dispute"),
    path("dispute/<int:dispute>/", disputes.thread, name="dispute_thread"),
    path("dispute/<int:dispute>/message/", disputes.write, name="dispute_message"),
    path("dispute/<int:dispute>/file/<int:file>/", disputes.file, name="dispute_file"),
    path("dispute/<int:dispute>/proposal/", agreeing.make, name="dispute_proposal"),
    path("dispute/<int:dispute>/withdrawal/", agreeing.withdraw, name="dispute_withdrawal"),
    path("dispute/<int:dispute>/acceptance/", agreeing.accept, name="dispute_acceptance"),
    path("agreement/<int:agreement>/", agreements.show, name="agreement"),
    path("settlement/", settlements.show, name="settlement"),
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
