# SPDX-License-Identifier: Apache-2.0
"""Takes messages of machines in before anything that only a browser needs: no session, language, cookie or policy."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

PLACE = "/hooks/"


def take_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: whatever is under `PLACE` goes straight to its view. What is not there is answered as ever."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PLACE):
            return get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        found: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return found

    return answer
