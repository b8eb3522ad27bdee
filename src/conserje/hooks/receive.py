# SPDX-License-Identifier: Apache-2.0
"""The entrance: size, trust, store, 200. What a message means is found out by a job."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conserje.config import clock
from conserje.domain.ports.http import RawRequest
from conserje.services.integrations import hook
from conserje.services.tenancy import creditor as creditors
from conserje.services.tenancy.queue import enqueue

LARGEST_BODY = 256_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest, creditor: str, adapter: str, rest: str = "") -> HttpResponse:
    """Answer 200 once stored, 401 for what is not trusted, 413 and 400 for what cannot be read; never more words."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
        return HttpResponse(status=413)
    raw = RawRequest(
        method="POST",
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
    )
    try:
        facts = creditors.by_public_id(public_id=creditor)
        hook.receive(creditor_id=facts.id, adapter=adapter, raw=raw, now=clock.now())
    except (creditors.UnknownCreditor, hook.NotTrusted):
        return HttpResponse(status=401)
    except hook.NotReadable:
        return HttpResponse(status=400)
    enqueue(job="integrations.apply_hooks", once=f"hooks:{facts.id}", creditor_id=facts.id)
    return HttpResponse(status=200)
