# SPDX-License-Identifier: Apache-2.0
"""What probes ask: does it live, is it ready, do workers live, and the figures."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse

from conserje.config import clock
from conserje.health import exposition
from conserje.services.insights import operation
from conserje.services.tenancy import readiness

_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)
_HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})


def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return _word("live")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served, else 503 with one word: database, role, migrations, queue."""
    lacks = readiness.look(now=clock.now()).lacks
    return _word("ready") if not lacks else _word(lacks, status=503)


def workers(request: HttpRequest) -> HttpResponse:
    """200 when a worker gave a sign of life in the last 90 seconds, else 503."""
    found = readiness.look(now=clock.now())
    if found.lacks:
        return _word(found.lacks, status=503)
    return _word("alive") if found.workers else _word("none", status=503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format, for who has the token; without one, for this machine."""
    if not _may_see(request):
        return _word("forbidden", status=403)
    try:
        figures = operation.figures(now=clock.now())
    except Error:
        return _word("database", status=503)
    return HttpResponse(exposition.text(figures), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_see(request: HttpRequest) -> bool:
    token = str(settings.METRICS_TOKEN)
    if token:
        given = request.META.get("HTTP_AUTHORIZATION", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # A proxy on this machine is not this machine: what it forwards comes from outside.
    if any(request.META.get(name) for name in _FORWARDED):
        return False
    host = request.META.get("HTTP_HOST", "").rpartition(":")[0] or request.META.get("HTTP_HOST", "")
    try:
        return host in _HERE and ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _word(word: str, *, status: int = 200) -> HttpResponse:
    answer = HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/health/workers": workers,
    "/metrics": metrics,
}
