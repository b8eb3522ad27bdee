# SPDX-License-Identifier: Apache-2.0
"""One entrance for every carrier, gateway and book."""

from django.urls import path

from conserje.hooks import receive

app_name = "hooks"
urlpatterns = [path("<slug:creditor>/<slug:adapter>/", receive.receive, name="receive")]
