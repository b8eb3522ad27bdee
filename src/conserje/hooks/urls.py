# SPDX-License-Identifier: Apache-2.0
"""One entrance for every carrier, gateway and book."""

from django.urls import path

from conserje.hooks import receive

app_name = "hooks"
urlpatterns = [
    path("<slug:creditor>/<slug:adapter>/", receive.receive, name="receive"),
    # Who signs nothing is given a longer address with a secret in it, and may add a word of its own at the end.
    path("<slug:creditor>/<slug:adapter>/<path:rest>", receive.receive),
]
