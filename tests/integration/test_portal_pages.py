# SPDX-License-Identifier: Apache-2.0
"""The customer's pages over a real book: opened by a link, drawn from the books, and changing nothing by being seen."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from tests.integration import visitor

from conserje.data.tenancy.models import Creditor


def test_a_link_becomes_a_cookie_and_leaves_the_address(creditor: Creditor) -> None:
    here = visitor.open_account(creditor)

    answer = here.client.get(here.link)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{creditor.public_id}/")
    cookie = answer.cookies["account"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        f"/c/{creditor.public_id}/",
        True,
        "Lax",
    )
    assert cookie["max-age"] <= 12 * 3600
    assert here.token not in cookie.value
    home = here.client.get(answer.headers["Location"])
    assert home.status_code == 200
    assert "$\xa03.808.000\xa0COP" in home.content.decode()
    assert here.token not in home.content.decode()
    assert cautious(home)


def cautious(answer: HttpResponse) -> bool:
    """Whether an answer is kept nowhere, tells nobody, and lets nothing of others in."""
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    return (
        headers["Cache-Control"] == "no-store"
        and headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        and headers["X-Content-Type-Options"] == "nosniff"
        and "unsafe-inline" not in policy
        and "frame-ancestors 'none'" in policy
        and settings.PUBLIC_URL.startswith("http")
    )
