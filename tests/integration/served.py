# SPDX-License-Identifier: Apache-2.0
"""The whole site on a real socket, in this process, on the database of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler

from conserje.config.wsgi import application
from conserje.services.tenancy import connection


class _Handler(QuietWSGIRequestHandler):
    def handle(self) -> None:
        try:
            super().handle()
        finally:
            connections.close_all()


@contextmanager
def serving() -> Iterator[str]:
    """The address of the running site, which is also the one its links, returns and hooks carry."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Handler)
    server.set_app(application)
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with reaching(url):
            yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def reaching(url: str = "http://127.0.0.1:8000") -> Iterator[None]:
    """Let adapters reach this machine, and let the site be known as `url`."""
    host = urlsplit(url).hostname or ""
    with override_settings(PUBLIC_URL=url, REACHABLE_HOSTS=(host,), CSRF_TRUSTED_ORIGINS=[url]):
        connection.http.cache_clear()
        try:
            yield
        finally:
            connection.http.cache_clear()
