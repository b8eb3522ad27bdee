# SPDX-License-Identifier: Apache-2.0
"""Which address leads to which door."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("conserje.workbench.urls")),
    path("accounts/", include("allauth.urls")),
    path("hooks/", include("conserje.hooks.urls")),
    path("", include("conserje.portal.urls")),
]
