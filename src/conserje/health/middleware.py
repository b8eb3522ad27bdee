# SPDX-License-Identifier: Apache-2.0
"""Answers probes before anything else: no host of ours is asked for, no cookie is set, no session is opened."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from conserje.health import pages


def answer_probes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: the addresses of `pages.ANSWERS`, by their whole path."""

    def answer(request: HttpRequest) -> HttpResponse:
        page = pages.ANSWERS.get(request.path_info)
        return get_response(request) if page is None else page(request)

    return answer
