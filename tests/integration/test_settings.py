# SPDX-License-Identifier: Apache-2.0
"""What browsers are told, over http and over https."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.test import Client
from tests import harness

ASK = """
import json, django; django.setup()
from django.conf import settings as s
print(json.dumps({name: getattr(s, name) for name in
    ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
     "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")}))
"""


def test_every_page_is_closed_to_other_sites(database: harness.Clone) -> None:
    answer = Client().get("/accounts/login/", headers={"host": "127.0.0.1"})
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.cookies["csrf"]["httponly"]
    assert answer.cookies["csrf"]["samesite"] == "Lax"


def test_nobody_signs_up_by_themselves(database: harness.Clone) -> None:
    answer = Client().post(
        "/accounts/signup/",
        {"email": "a@example.com", "password1": "una-clave-larga-9", "password2": "una-clave-larga-9"},
        headers={"host": "127.0.0.1"},
    )
    assert answer.status_code == 200
    with database.connect() as app:
        assert app.execute("SELECT count(*) FROM tenancy_user").fetchone() == (0,)


def test_an_unknown_host_is_refused(database: harness.Clone) -> None:
    assert Client().get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


def test_over_https_cookies_are_bound_to_the_host() -> None:
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | {"CONSERJE_PUBLIC_URL": "https://cobros.example/"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(told.stdout)
    assert said == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["127.0.0.1", "cobros.example", "localhost"],
        "CSRF_TRUSTED_ORIGINS": ["https://cobros.example"],
    }
