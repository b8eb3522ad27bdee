# SPDX-License-Identifier: Apache-2.0
"""The entrance for messages of machines stands before what browsers need, and answers what is not there as ever."""

from __future__ import annotations

from django.test import Client

from conserje.data.tenancy.models import Creditor


def test_a_machine_is_answered_without_cookie_language_or_policy(creditor: Creditor) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    place = f"/hooks/{creditor.public_id}/demo/"

    refused = client.post(place, "{}", content_type="application/json")

    assert (refused.status_code, refused.content) == (401, b"")
    assert "X-Request-ID" in refused.headers
    assert not refused.cookies
    for header in ("Content-Security-Policy", "Content-Language", "Vary"):
        assert header not in refused.headers, header
    assert client.get(place).status_code == 405
    assert client.post("/hooks/nobody/demo/").status_code == 401
    assert client.post("/hooks/").status_code == 404
    assert "Content-Security-Policy" in client.get("/hook/").headers
