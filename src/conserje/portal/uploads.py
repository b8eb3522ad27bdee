# SPDX-License-Identifier: Apache-2.0
"""Files in a reader's form: refused by their announced length before the form is read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from conserje.domain.arrangements.attachment import FILES_MAX, SIZE_MAX
from conserje.portal.visit import Page
from conserje.services.arrangements.attachments import NewFile

# A form with as many files as may be added at once, each as large as may be.
BYTES_MAX = FILES_MAX * SIZE_MAX + 100_000
TOO_LARGE = "too_large"


def limited(page: Page) -> Page:
    """A page whose POST is not read when it announces too much: the reader is sent back and told."""
    guarded = csrf_protect(page)

    @csrf_exempt
    def inside(request: HttpRequest, **rest: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and (not length.isdecimal() or int(length) > BYTES_MAX):
            _drain(request)
            return redirect(f"{request.path.removesuffix('message/')}?said={TOO_LARGE}")
        return guarded(request, **rest)

    return inside


def _drain(request: HttpRequest) -> None:
    """Read what is announced and forget it, within reason: a browser shows no answer before it has sent all."""
    left = 4 * BYTES_MAX
    while left > 0 and (piece := request.read(min(left, 65536))):
        left -= len(piece)


def files_of(request: HttpRequest) -> tuple[NewFile, ...]:
    """The files of the form, those left empty not counted; read whole, so only behind `limited`."""
    given = request.FILES.getlist("file")
    return tuple(NewFile(item.name or "", item.read()) for item in given if item.name)
